#include "process/start.h"

#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/bytes.h"

static const char *const foreign[] = { "OPENSSL_CONF", "OPENSSL_CONF_INCLUDE", "OPENSSL_ENGINES",
	"OPENSSL_MODULES", "SSLKEYLOGFILE", "SSL_CERT_DIR", "SSL_CERT_FILE" };

static char *taken[ARRAY_LEN(foreign)];	/* one of each name: of two, libraries see the first */
static size_t taken_count;

static const char *const secrets[] = { "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN",
	"AWS_CONTAINER_AUTHORIZATION_TOKEN" };

static bool
is_named(const char *entry, const char *name)
{
	while (*name != '\0' && *entry == *name)
		entry++, name++;
	return *name == '\0' && *entry == '=';
}

static bool
is_among(const char *entry, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_named(entry, list[i]))
			return true;
	return false;
}

static void
take_out(char **environment)
{
	char **to = environment;

	for (; environment != NULL && *environment != NULL; environment++)
		if (!is_among(*environment, foreign, ARRAY_LEN(foreign)))
			*to++ = *environment;
		else if (taken_count < ARRAY_LEN(taken))
			taken[taken_count++] = *environment;
	if (to != NULL)
		*to = NULL;
}

static void
forbid_dumps(void)
{
	struct rlimit core;

	prctl(PR_SET_DUMPABLE, 0);
	if (getrlimit(RLIMIT_CORE, &core) == 0) {
		core.rlim_cur = 0;	/* the hard limit stays for what this one may start */
		setrlimit(RLIMIT_CORE, &core);
	}
}

#ifdef __SANITIZE_ADDRESS__		/* whose own start has to come first */
#define BEFORE_LIBRARIES 0
#elif defined(__has_feature)
#define BEFORE_LIBRARIES !__has_feature(address_sanitizer)
#else
#define BEFORE_LIBRARIES 1
#endif

#if BEFORE_LIBRARIES
/* The C library has not begun yet: no getenv(), nothing that needs memory or a lock. */
static void
before_libraries(int argc, char **argv, char **environment)
{
	(void)argc, (void)argv;
	forbid_dumps();
	take_out(environment);
}

static void (*const first[])(int, char **, char **)
    __attribute__((section(".preinit_array"), used)) = { before_libraries };
#endif

void
start_first(bool holds_secrets)
{
	forbid_dumps();
	take_out(environ);
	for (size_t i = 0; i < ARRAY_LEN(secrets) && !holds_secrets; i++) {
		char *value = getenv(secrets[i]);

		if (value == NULL)
			continue;
		explicit_bzero(value, strlen(value));	/* unsetenv alone leaves /proc/PID/environ as it was */
		unsetenv(secrets[i]);
	}
}

char **
start_environment(char *const *environment, bool with_secrets)
{
	size_t count = 0, kept = 0;
	char **all;

	while (environment[count] != NULL)
		count++;
	if ((all = calloc(count + taken_count + 1, sizeof *all)) == NULL)
		return NULL;
	for (; *environment != NULL; environment++)
		if (with_secrets || !is_among(*environment, secrets, ARRAY_LEN(secrets)))
			all[kept++] = *environment;
	memcpy(all + kept, taken, taken_count * sizeof *all);
	return all;
}
