# many requests in flight
CALLS = %D%/libcalls.a
noinst_LIBRARIES += %D%/libcalls.a
%C%_libcalls_a_SOURCES = \
	%D%/call.c \
	%D%/call.h \
	%D%/callprogress.c \
	%D%/callprogress.h \
	%D%/calls.c \
	%D%/calls.h \
	%D%/ending.c \
	%D%/ending.h \
	%D%/options.h \
	%D%/outcome.c \
	%D%/outcome.h \
	%D%/progress.c \
	%D%/progress.h \
	%D%/run.c \
	%D%/run.h \
	%D%/settings.c \
	%D%/settings.h
