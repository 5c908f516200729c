# children, signals, terminals, the machine's sleep and network, the loop
PROCESS = %D%/libprocess.a
noinst_LIBRARIES += %D%/libprocess.a
%C%_libprocess_a_SOURCES = \
	%D%/child.c \
	%D%/child.h \
	%D%/fifo.c \
	%D%/fifo.h \
	%D%/loop.c \
	%D%/loop.h \
	%D%/network.c \
	%D%/network.h \
	%D%/process.c \
	%D%/process.h \
	%D%/signals.c \
	%D%/signals.h \
	%D%/start.c \
	%D%/start.h \
	%D%/terminal.c \
	%D%/terminal.h \
	%D%/toolpath.c \
	%D%/toolpath.h \
	%D%/wakeup.c \
	%D%/wakeup.h
