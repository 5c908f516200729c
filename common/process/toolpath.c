#include "process/toolpath.h"

#include <stdio.h>
#include <unistd.h>

bool
toolpath(char path[TOOLPATH_MAX], const char *tool)
{
	ssize_t len = readlink("/proc/self/exe", path, TOOLPATH_MAX);

	while (len > 0 && path[len - 1] != '/')
		len--;
	return len > 0 && snprintf(path + len, TOOLPATH_MAX - (size_t)len, "%s", tool) <
	    TOOLPATH_MAX - len;
}
