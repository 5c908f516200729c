# the front of ssm-describe-sessions
PAGES = %D%/libpages.a
noinst_LIBRARIES += %D%/libpages.a
%C%_libpages_a_SOURCES = \
	%D%/owner.c \
	%D%/owner.h \
	%D%/pages.c \
	%D%/pages.h \
	%D%/run.c \
	%D%/run.h
