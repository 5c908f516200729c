# the suite's tools joined by pipes
PIPELINE = %D%/libpipeline.a
noinst_LIBRARIES += %D%/libpipeline.a
%C%_libpipeline_a_SOURCES = \
	%D%/coprocess.c \
	%D%/coprocess.h \
	%D%/messages.c \
	%D%/messages.h \
	%D%/pipeline.c \
	%D%/pipeline.h \
	%D%/run.c \
	%D%/stage.c \
	%D%/stage.h \
	%D%/suite.c \
	%D%/suite.h
