# libcurl and HTTP/1.1
HTTP = %D%/libhttp.a
noinst_LIBRARIES += %D%/libhttp.a
%C%_libhttp_a_SOURCES = \
	%D%/chunks.c \
	%D%/chunks.h \
	%D%/date.c \
	%D%/date.h \
	%D%/fault.c \
	%D%/fault.h \
	%D%/fields.c \
	%D%/fields.h \
	%D%/head.c \
	%D%/head.h \
	%D%/http.c \
	%D%/http.h \
	%D%/proxy.c \
	%D%/proxy.h \
	%D%/response.c \
	%D%/response.h \
	%D%/reuse.c \
	%D%/reuse.h \
	%D%/setup.c \
	%D%/setup.h \
	%D%/tlsfault.c \
	%D%/tlsfault.h \
	%D%/transfer.c \
	%D%/transfer.h \
	%D%/trust.c \
	%D%/trust.h \
	%D%/tunnel.c \
	%D%/tunnel.h \
	%D%/useragent.c \
	%D%/useragent.h
%C%_libhttp_a_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
