# json, text, table, yaml, jq
FORMAT = %D%/libformat.a
noinst_LIBRARIES += %D%/libformat.a
%C%_libformat_a_SOURCES = \
	%D%/charwidth.c \
	%D%/charwidth.h \
	%D%/format.c \
	%D%/format.h \
	%D%/jqfilter.c \
	%D%/jqfilter.h \
	%D%/jqmessage.c \
	%D%/jqmessage.h \
	%D%/jqworker.c \
	%D%/jqworker.h \
	%D%/json.c \
	%D%/members.c \
	%D%/members.h \
	%D%/names.c \
	%D%/printablevalue.c \
	%D%/printablevalue.h \
	%D%/table.c \
	%D%/tabledraw.c \
	%D%/tabledraw.h \
	%D%/tablegrid.c \
	%D%/tablegrid.h \
	%D%/text.c \
	%D%/timestamp.c \
	%D%/timestamp.h \
	%D%/valueorder.c \
	%D%/valueorder.h \
	%D%/yaml.c \
	%D%/yamlplain.c \
	%D%/yamlplain.h
%C%_libformat_a_CPPFLAGS = $(AM_CPPFLAGS) $(YAML_CFLAGS)
