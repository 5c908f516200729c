# the front of ssm-check
CHECK = %D%/libcheck.a
noinst_LIBRARIES += %D%/libcheck.a
%C%_libcheck_a_SOURCES = \
	%D%/judge.c \
	%D%/judge.h \
	%D%/list.c \
	%D%/list.h \
	%D%/list_answer.c \
	%D%/pipe.c \
	%D%/pipe.h \
	%D%/promtext.c \
	%D%/promtext.h \
	%D%/report.c \
	%D%/report.h \
	%D%/report_data.c \
	%D%/run.c \
	%D%/run.h \
	%D%/threshold.c \
	%D%/threshold.h
