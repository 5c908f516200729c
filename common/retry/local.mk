# when to try again
RETRY = %D%/libretry.a
noinst_LIBRARIES += %D%/libretry.a
%C%_libretry_a_SOURCES = \
	%D%/adaptiverate.c \
	%D%/adaptiverate.h \
	%D%/retry.c \
	%D%/retry.h \
	%D%/sendrate.c \
	%D%/sendrate.h
