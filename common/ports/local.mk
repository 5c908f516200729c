# port sessions: local connections, and many of them over one session
PORTS = %D%/libports.a
noinst_LIBRARIES += %D%/libports.a
%C%_libports_a_SOURCES = \
	%D%/accept.c \
	%D%/accept.h \
	%D%/address.c \
	%D%/address.h \
	%D%/carrier.c \
	%D%/carrier.h \
	%D%/forward.c \
	%D%/forward.h \
	%D%/listen.c \
	%D%/listen.h \
	%D%/local.c \
	%D%/local.h \
	%D%/mux.c \
	%D%/mux.h \
	%D%/peer.c \
	%D%/peer.h \
	%D%/pieces.c \
	%D%/pieces.h \
	%D%/relay.c \
	%D%/relay.h \
	%D%/way.c \
	%D%/way.h
