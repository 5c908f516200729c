# memory, text, time, files, numbers
CORE = %D%/libcore.a
noinst_LIBRARIES += %D%/libcore.a
%C%_libcore_a_SOURCES = \
	%D%/arena.c \
	%D%/arena.h \
	%D%/array.h \
	%D%/ascii.h \
	%D%/atomicfile.c \
	%D%/atomicfile.h \
	%D%/base64.c \
	%D%/base64.h \
	%D%/blank.c \
	%D%/blank.h \
	%D%/bytes.c \
	%D%/bytes.h \
	%D%/clock.c \
	%D%/clock.h \
	%D%/err.c \
	%D%/err.h \
	%D%/header_field.h \
	%D%/httpreason.c \
	%D%/httpreason.h \
	%D%/io.c \
	%D%/io.h \
	%D%/iso8601.c \
	%D%/iso8601.h \
	%D%/pathexpand.c \
	%D%/pathexpand.h \
	%D%/percent.c \
	%D%/percent.h \
	%D%/printable.c \
	%D%/printable.h \
	%D%/shellwords.c \
	%D%/shellwords.h \
	%D%/url.c \
	%D%/url.h \
	%D%/utf8.c \
	%D%/utf8.h \
	%D%/uuid.c \
	%D%/uuid.h
