# a session at work: its connection, resumes and events, in a loop
SESSION = %D%/libsession.a
noinst_LIBRARIES += %D%/libsession.a
%C%_libsession_a_SOURCES = \
	%D%/ask.c \
	%D%/ask.h \
	%D%/commands.c \
	%D%/connection/address.c \
	%D%/connection/address.h \
	%D%/connection/connection.c \
	%D%/connection/connection.h \
	%D%/connection/loss.c \
	%D%/connection/loss.h \
	%D%/connection/plan.h \
	%D%/connection/sendbuffer.c \
	%D%/connection/sendbuffer.h \
	%D%/connection/traffic.c \
	%D%/connection/traffic.h \
	%D%/connection/upgrade_request.c \
	%D%/connection/upgrade_request.h \
	%D%/contest.c \
	%D%/contest.h \
	%D%/datakey.c \
	%D%/datakey.h \
	%D%/document.c \
	%D%/document.h \
	%D%/events.c \
	%D%/events.h \
	%D%/flow.c \
	%D%/forwarding.c \
	%D%/forwarding.h \
	%D%/hush.c \
	%D%/hush.h \
	%D%/lifecycle.c \
	%D%/lines.c \
	%D%/link.c \
	%D%/link.h \
	%D%/liveness.c \
	%D%/liveness.h \
	%D%/outage.c \
	%D%/plan.h \
	%D%/recovery.c \
	%D%/recovery.h \
	%D%/schedule.c \
	%D%/schedule.h \
	%D%/session.c \
	%D%/session.h \
	%D%/settings.c \
	%D%/settings.h \
	%D%/state.h \
	%D%/verdict.c \
	%D%/verdict.h \
	%D%/voice.c \
	%D%/voice.h
