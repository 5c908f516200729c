# the user's end of a session: terminal, escapes, what comes in and goes out
CONSOLE = %D%/libconsole.a
noinst_LIBRARIES += %D%/libconsole.a
%C%_libconsole_a_SOURCES = \
	%D%/eot.c \
	%D%/eot.h \
	%D%/escape.c \
	%D%/escape.h \
	%D%/input.c \
	%D%/input.h \
	%D%/notice.c \
	%D%/notice.h \
	%D%/output.c \
	%D%/output.h \
	%D%/row.c \
	%D%/row.h \
	%D%/screen.c \
	%D%/screen.h \
	%D%/statusline.c \
	%D%/statusline.h \
	%D%/terminal.c \
	%D%/terminal.h
