#include "credentials/provider.h"

#include <stdarg.h>
#include <stdio.h>

enum ssm_err
provider_absent(struct provider_result *result, const char *format, ...)
{
	va_list args;

	result->found = false;
	va_start(args, format);
	vsnprintf(result->why_not, sizeof result->why_not, format, args);
	va_end(args);
	return SSM_OK;
}
