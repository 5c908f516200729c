# the front of ssm-start-session
START = %D%/libstart.a
noinst_LIBRARIES += %D%/libstart.a
%C%_libstart_a_SOURCES = \
	%D%/askedport.c \
	%D%/askedport.h \
	%D%/attend.c \
	%D%/attend.h \
	%D%/command.c \
	%D%/command.h \
	%D%/forward.c \
	%D%/forward.h \
	%D%/newest.c \
	%D%/newest.h \
	%D%/options.c \
	%D%/options.h \
	%D%/parameter.c \
	%D%/parameter.h \
	%D%/stages.c \
	%D%/stages.h \
	%D%/streamcheck.c \
	%D%/streamcheck.h
