# arguments to a request document
REQUEST = %D%/librequest.a
noinst_LIBRARIES += %D%/librequest.a
%C%_librequest_a_SOURCES = \
	%D%/maker.c \
	%D%/maker.h \
	%D%/options.c \
	%D%/options.h \
	%D%/parameters.c \
	%D%/parameters.h \
	%D%/parameters_given.c \
	%D%/paramfile.c \
	%D%/paramfile.h \
	%D%/shorthand.c \
	%D%/shorthand.h \
	%D%/shorthand_words.c \
	%D%/shorthand_words.h \
	%D%/skeleton.c \
	%D%/skeleton.h \
	%D%/yamltext.c \
	%D%/yamltext.h
%C%_librequest_a_CPPFLAGS = $(AM_CPPFLAGS) $(YAML_CFLAGS)
