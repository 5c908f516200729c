#include "process/toolpath.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define APART "/libexec/ssm-tools/"	/* where a tool of the suite stands that is to be on no PATH */
#define FROM_APART "/bin/"

static bool
ends_with(const char *text, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len >= n && memcmp(text + len - n, end, n) == 0;
}

bool
toolpath(char path[TOOLPATH_MAX], const char *tool)
{
	ssize_t got = readlink("/proc/self/exe", path, TOOLPATH_MAX);
	size_t len = got > 0 ? (size_t)got : 0;
	const char *between = "";

	while (len > 0 && path[len - 1] != '/')
		len--;
	if (ends_with(path, len, APART)) {
		len -= sizeof APART - 1;
		between = FROM_APART;
	}
	return got > 0 && (len > 0 || *between != '\0') &&
	    snprintf(path + len, TOOLPATH_MAX - len, "%s%s", between, tool) < (int)(TOOLPATH_MAX - len);
}
