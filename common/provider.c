#include "provider.h"

#include <stdarg.h>
#include <stdio.h>

enum ssm_err
provider_absent(struct provision *provision, const char *format, ...)
{
	va_list args;

	provision->found = false;
	va_start(args, format);
	vsnprintf(provision->why_not, sizeof provision->why_not, format, args);
	va_end(args);
	return SSM_OK;
}
