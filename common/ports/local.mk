# port sessions: many connections over one session
PORTS = %D%/libports.a
noinst_LIBRARIES += %D%/libports.a
%C%_libports_a_SOURCES = \
	%D%/mux.c \
	%D%/mux.h \
	%D%/pieces.c \
	%D%/pieces.h
