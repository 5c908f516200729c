# what an answer means
SERVICE = %D%/libservice.a
noinst_LIBRARIES += %D%/libservice.a
%C%_libservice_a_SOURCES = \
	%D%/answer.c \
	%D%/answer.h \
	%D%/answerfault.c \
	%D%/answerfault.h \
	%D%/aws_client.c \
	%D%/aws_client.h \
	%D%/cleantext.c \
	%D%/cleantext.h \
	%D%/exchange.c \
	%D%/exchange.h \
	%D%/expectation.c \
	%D%/expectation.h \
	%D%/faultclass.c \
	%D%/faultclass.h \
	%D%/halfbody.c \
	%D%/halfbody.h \
	%D%/redact.c \
	%D%/redact.h \
	%D%/responsemeta.c \
	%D%/responsemeta.h \
	%D%/signatureage.c \
	%D%/signatureage.h \
	%D%/wire_headers.c \
	%D%/wire_headers.h
