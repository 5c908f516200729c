# where keys come from: the nouns, the order, sources near at hand
CREDENTIALS = %D%/libcredentials.a
noinst_LIBRARIES += %D%/libcredentials.a
%C%_libcredentials_a_SOURCES = \
	%D%/askcredentials.c \
	%D%/askcredentials.h \
	%D%/chain.c \
	%D%/chain.h \
	%D%/chain_tell.c \
	%D%/chain_tell.h \
	%D%/container_credentials.c \
	%D%/container_credentials.h \
	%D%/container_url.c \
	%D%/container_url.h \
	%D%/credentials_cache.c \
	%D%/credentials_cache.h \
	%D%/exportformat.c \
	%D%/exportformat.h \
	%D%/imds.c \
	%D%/imds.h \
	%D%/imds_region.c \
	%D%/imds_region.h \
	%D%/local_chain.c \
	%D%/local_chain.h \
	%D%/provider.c \
	%D%/provider.h \
	%D%/provider_container.c \
	%D%/provider_env.c \
	%D%/provider_files.c \
	%D%/provider_imds.c \
	%D%/provider_process.c \
	%D%/sources.c \
	%D%/sources.h
