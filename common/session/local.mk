# a session at work: its connection, resumes and events, in a loop
SESSION = %D%/libsession.a
noinst_LIBRARIES += %D%/libsession.a
%C%_libsession_a_SOURCES = \
	%D%/address.c \
	%D%/address.h \
	%D%/ask.c \
	%D%/ask.h \
	%D%/commands.c \
	%D%/connection.c \
	%D%/connection.h \
	%D%/connection_plan.h \
	%D%/document.c \
	%D%/document.h \
	%D%/events.c \
	%D%/events.h \
	%D%/flow.c \
	%D%/hush.c \
	%D%/hush.h \
	%D%/lifecycle.c \
	%D%/link.c \
	%D%/link.h \
	%D%/liveness.c \
	%D%/liveness.h \
	%D%/loss.c \
	%D%/loss.h \
	%D%/outage.c \
	%D%/plan.h \
	%D%/recovery.c \
	%D%/recovery.h \
	%D%/schedule.c \
	%D%/schedule.h \
	%D%/sendbuffer.c \
	%D%/sendbuffer.h \
	%D%/session.c \
	%D%/session.h \
	%D%/settings.c \
	%D%/settings.h \
	%D%/state.h \
	%D%/traffic.c \
	%D%/traffic.h \
	%D%/upgrade_request.c \
	%D%/upgrade_request.h
