# SigV4
SIGN = %D%/libsign.a
noinst_LIBRARIES += %D%/libsign.a
%C%_libsign_a_SOURCES = \
	%D%/digest.c \
	%D%/digest.h \
	%D%/signer.c \
	%D%/signer.h \
	%D%/sigv4.c \
	%D%/sigv4.h
%C%_libsign_a_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
