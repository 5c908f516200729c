# the service's nouns
AWS = %D%/libaws.a
noinst_LIBRARIES += %D%/libaws.a
%C%_libaws_a_SOURCES = \
	%D%/credentials.c \
	%D%/credentials.h \
	%D%/endpoint.c \
	%D%/endpoint.h \
	%D%/hostpattern.c \
	%D%/hostpattern.h \
	%D%/id.c \
	%D%/id.h \
	%D%/operation.c \
	%D%/operation.h \
	%D%/partition.c \
	%D%/partition.h \
	%D%/request.c \
	%D%/request.h \
	%D%/shape.c \
	%D%/shape.h \
	%D%/startingtoken.c \
	%D%/startingtoken.h \
	%D%/streamendpoint.c \
	%D%/streamendpoint.h \
	%D%/streamurl.c \
	%D%/streamurl.h \
	%D%/timestamp.c \
	%D%/timestamp.h
