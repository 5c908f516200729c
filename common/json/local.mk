# checked text in, values, text out
JSON = %D%/libjson.a
noinst_LIBRARIES += %D%/libjson.a
%C%_libjson_a_SOURCES = \
	%D%/items.c \
	%D%/items.h \
	%D%/json.c \
	%D%/json.h \
	%D%/omit.c \
	%D%/omit.h \
	%D%/plain.h \
	%D%/python.c \
	%D%/python.h \
	%D%/scan.c \
	%D%/scan.h \
	%D%/scanstring.c \
	%D%/scanstring.h \
	%D%/text.c \
	%D%/text.h \
	%D%/unescape.c \
	%D%/unescape.h \
	%D%/value.c \
	%D%/value.h \
	%D%/value_parse.c \
	%D%/value_text.c \
	%D%/value_text.h
