# keys of people, from SSO and sign-in
SSO = %D%/libsso.a
noinst_LIBRARIES += %D%/libsso.a
%C%_libsso_a_SOURCES = \
	%D%/advice.c \
	%D%/advice.h \
	%D%/config.c \
	%D%/config.h \
	%D%/dpop.c \
	%D%/dpop.h \
	%D%/filelock.c \
	%D%/filelock.h \
	%D%/loginsession.c \
	%D%/loginsession.h \
	%D%/provider_login.c \
	%D%/provider_sso.c \
	%D%/resterror.c \
	%D%/resterror.h \
	%D%/token.c \
	%D%/token.h
%C%_libsso_a_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
