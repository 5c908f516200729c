/*
 * lostname: a preload that answers for names in place of a resolver, which may be away.
 *
 * NAMES_FILE=path   while there is a file, each name has loopback's address; while there is none, no server for
 *                   names answers (EAI_AGAIN, at once)
 *
 * Addresses are read as ever. Without the variable the process ends: a test that relies on it must not ask the network.
 * Resolvers run in threads, so what they need is found before there are any.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef int resolve(const char *restrict, const char *restrict, const struct addrinfo *restrict,
    struct addrinfo **restrict);

static char path[4096];
static resolve *libc_resolves;

static void __attribute__((constructor))
find(void)
{
	const char *name = getenv("NAMES_FILE");

	if (name == NULL || (libc_resolves = (resolve *)dlsym(RTLD_NEXT, "getaddrinfo")) == NULL)
		abort();
	snprintf(path, sizeof path, "%s", name);
}

static int
is_address(const char *host)
{
	struct in6_addr any;

	return inet_pton(AF_INET, host, &any) == 1 || inet_pton(AF_INET6, host, &any) == 1;
}

int
getaddrinfo(const char *restrict host, const char *restrict service, const struct addrinfo *restrict hints,
    struct addrinfo **restrict found)
{
	if (host == NULL || is_address(host))
		return libc_resolves(host, service, hints, found);
	if (access(path, F_OK) != 0)
		return EAI_AGAIN;
	return libc_resolves("127.0.0.1", service, hints, found);
}
