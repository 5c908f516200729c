# keys of roles, from STS
ROLE = %D%/librole.a
noinst_LIBRARIES += %D%/librole.a
%C%_librole_a_SOURCES = \
	%D%/provider_assume_role.c \
	%D%/provider_web_identity.c \
	%D%/role_cache.c \
	%D%/role_cache.h \
	%D%/rolecall.c \
	%D%/rolecall.h \
	%D%/roleprofile.c \
	%D%/roleprofile.h \
	%D%/sts.c \
	%D%/sts.h \
	%D%/sts_answer.c \
	%D%/xmltext.c \
	%D%/xmltext.h
