# the front of session-manager-plugin: arguments, texts
PLUGIN = %D%/libplugin.a
noinst_LIBRARIES += %D%/libplugin.a
%C%_libplugin_a_SOURCES = \
	%D%/arguments.c \
	%D%/arguments.h \
	%D%/endpoint.c \
	%D%/endpoint.h \
	%D%/request.c \
	%D%/request.h \
	%D%/texts.c \
	%D%/texts.h
