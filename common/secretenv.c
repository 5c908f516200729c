#include "secretenv.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bytes.h"

static const char *const names[] = { "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN" };

void
secretenv_wipe(void)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char *value = getenv(names[i]);

		if (value == NULL)
			continue;
		explicit_bzero(value, strlen(value));
		unsetenv(names[i]);
	}
}

static bool
is_secret(const char *entry)
{
	struct view variable = view_of(entry);

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (view_is(view_slice(variable, 0, view_find(variable, '=')), names[i]))
			return true;
	return false;
}

char **
secretenv_without(void)
{
	size_t count = 0, kept = 0;
	char **plain;

	while (environ[count] != NULL)
		count++;
	if ((plain = calloc(count + 1, sizeof *plain)) == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (!is_secret(environ[i]))
			plain[kept++] = environ[i];
	return plain;
}
