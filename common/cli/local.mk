# options, help, records in and out
CLI = %D%/libcli.a
noinst_LIBRARIES += %D%/libcli.a
%C%_libcli_a_SOURCES = \
	%D%/asktool.c \
	%D%/asktool.h \
	%D%/calloptions.c \
	%D%/calloptions.h \
	%D%/cli.c \
	%D%/cli.h \
	%D%/complete.c \
	%D%/complete.h \
	%D%/errordocument.c \
	%D%/errordocument.h \
	%D%/ids.c \
	%D%/ids.h \
	%D%/input.c \
	%D%/input.h \
	%D%/nearest.c \
	%D%/nearest.h \
	%D%/options.c \
	%D%/output.c \
	%D%/output.h \
	%D%/records.c \
	%D%/records.h \
	%D%/settings_tell.c \
	%D%/settings_tell.h \
	%D%/tool.c \
	%D%/tool.h \
	%D%/usage.c \
	%D%/usage.h
