# the front of ssm-resume-session
RESUME = %D%/libresume.a
noinst_LIBRARIES += %D%/libresume.a
%C%_libresume_a_SOURCES = \
	%D%/errorstyle.c \
	%D%/errorstyle.h \
	%D%/format.c \
	%D%/format.h \
	%D%/options.c \
	%D%/options.h \
	%D%/request.c \
	%D%/request.h \
	%D%/skeletonform.c \
	%D%/skeletonform.h \
	%D%/styledend.c \
	%D%/styledend.h
