# forwarding of ports: local connections, and the streams of a session that they become
PORTS = %D%/libports.a
noinst_LIBRARIES += %D%/libports.a
%C%_libports_a_SOURCES = \
	%D%/address.c \
	%D%/address.h \
	%D%/listen.c \
	%D%/listen.h
