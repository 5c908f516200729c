# expressions
JMESPATH = %D%/libjmespath.a
noinst_LIBRARIES += %D%/libjmespath.a
%C%_libjmespath_a_SOURCES = \
	%D%/arrays.c \
	%D%/ast.h \
	%D%/builtins.h \
	%D%/compare.c \
	%D%/compare.h \
	%D%/eval.c \
	%D%/eval.h \
	%D%/functions.c \
	%D%/jmespath.c \
	%D%/jmespath.h \
	%D%/lexer.c \
	%D%/lexer.h \
	%D%/numbers.c \
	%D%/parser.c \
	%D%/parser.h \
	%D%/run.c \
	%D%/run.h \
	%D%/sort.c \
	%D%/strings.c \
	%D%/tree.c \
	%D%/tree.h
