# shared files and settings
CONFIG = %D%/libconfig.a
noinst_LIBRARIES += %D%/libconfig.a
%C%_libconfig_a_SOURCES = \
	%D%/nested.c \
	%D%/nested.h \
	%D%/profiles.c \
	%D%/profiles.h \
	%D%/settings.c \
	%D%/settings.h \
	%D%/settings_values.c \
	%D%/sharedini.c \
	%D%/sharedini.h \
	%D%/sharedini_tables.c \
	%D%/sharedini_tables.h \
	%D%/streamhosts.c \
	%D%/streamhosts.h \
	%D%/text.c \
	%D%/text.h
%C%_libconfig_a_CPPFLAGS = $(AM_CPPFLAGS) $(INI_CFLAGS)
