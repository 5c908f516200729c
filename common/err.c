#include "err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char ellipsis[] = "...";

static void
format_message(char *text, const char *format, va_list args)
{
	int len = vsnprintf(text, SSM_MESSAGE_MAX, format, args);

	if (len < 0)
		text[0] = '\0';
	else if ((size_t)len >= SSM_MESSAGE_MAX)
		memcpy(text + SSM_MESSAGE_MAX - sizeof ellipsis, ellipsis, sizeof ellipsis);
}

enum ssm_err
ssm_fail(struct ssm_error *err, enum ssm_err rc, const char *code, const char *format, ...)
{
	va_list args;

	ssm_error_clear(err);
	err->rc = rc;
	err->retryable = rc == SSM_E_AGAIN;
	snprintf(err->code, sizeof err->code, "%s", code);
	va_start(args, format);
	format_message(err->message, format, args);
	va_end(args);
	return rc;
}

enum ssm_err
ssm_fail_memory(struct ssm_error *err)
{
	return ssm_fail(err, SSM_E_OTHER, "MemoryError", "out of memory");
}

void
ssm_error_prefix(struct ssm_error *err, const char *format, ...)
{
	char head[SSM_MESSAGE_MAX], whole[2 * SSM_MESSAGE_MAX];
	va_list args;

	va_start(args, format);
	format_message(head, format, args);
	va_end(args);
	snprintf(whole, sizeof whole, "%s%s", head, err->message);
	if (strlen(whole) >= SSM_MESSAGE_MAX)
		memcpy(whole + SSM_MESSAGE_MAX - sizeof ellipsis, ellipsis, sizeof ellipsis);
	memcpy(err->message, whole, strlen(whole) + 1);
}

void
ssm_error_clear(struct ssm_error *err)
{
	err->rc = SSM_OK;
	err->service = err->retryable = false;
	err->code[0] = err->message[0] = err->request_id[0] = '\0';
	bytes_clear(&err->metadata);
}

int
ssm_exit_code(enum ssm_err rc)
{
	switch (rc) {
	case SSM_OK:		return 0;
	case SSM_E_NO:		return 1;
	case SSM_E_AGAIN:	return 75;
	case SSM_E_INPUT:	return 252;
	case SSM_E_CONFIG:	return 253;
	case SSM_E_SERVICE:	return 254;
	case SSM_E_OTHER:
	case SSM_E_OUTPUT:	break;
	}
	return 255;
}
