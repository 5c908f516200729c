# the protocol of the data channel, without descriptors
STREAM = %D%/libstream.a
noinst_LIBRARIES += %D%/libstream.a
%C%_libstream_a_SOURCES = \
	%D%/adoption.c \
	%D%/adoption.h \
	%D%/arrivals.c \
	%D%/arrivals.h \
	%D%/backlog.c \
	%D%/backlog.h \
	%D%/channel.c \
	%D%/channel.h \
	%D%/cipher.c \
	%D%/cipher.h \
	%D%/delivery.c \
	%D%/delivery.h \
	%D%/frame.c \
	%D%/frame.h \
	%D%/handshake.c \
	%D%/handshake.h \
	%D%/incoming.c \
	%D%/incoming.h \
	%D%/message.c \
	%D%/message.h \
	%D%/outgoing.c \
	%D%/outgoing.h \
	%D%/portproperties.c \
	%D%/portproperties.h \
	%D%/receipts.c \
	%D%/receipts.h \
	%D%/sealing.c \
	%D%/sealing.h \
	%D%/sessiontype.h \
	%D%/silence.c \
	%D%/silence.h \
	%D%/smux.c \
	%D%/smux.h \
	%D%/state.h \
	%D%/upgrade.c \
	%D%/upgrade.h \
	%D%/window.c \
	%D%/window.h
