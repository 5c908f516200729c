#include "core/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/utf8.h"

static const char ellipsis[] = "...";

/* Ends text, of at least `room` bytes, in an ellipsis there; a character that it would cut through goes, too. */
static size_t
cut(char *text, size_t room)
{
	size_t at = room - (sizeof ellipsis - 1);

	while (at > 0 && ((unsigned char)text[at] & 0xC0) == 0x80)
		at--;
	memcpy(text + at, ellipsis, sizeof ellipsis);
	return at + sizeof ellipsis - 1;
}

/* Messages become part of documents: a byte of foreign text that is not UTF-8 is written \xNN. */
static void
make_utf8(char *text)
{
	char whole[4 * SSM_MESSAGE_MAX];
	struct view rest = view_of(text);
	size_t len = 0;

	while (rest.len > 0) {
		size_t step = utf8_length(rest);

		if (step > 0)
			memcpy(whole + len, rest.ptr, step);
		else
			snprintf(whole + len, 5, "\\x%02x", (unsigned char)rest.ptr[0]);
		len += step > 0 ? step : 4;
		step = step > 0 ? step : 1;
		rest = view_slice(rest, step, rest.len);
	}
	whole[len] = '\0';
	memcpy(text, whole, len < SSM_MESSAGE_MAX ? len + 1 : SSM_MESSAGE_MAX);
	if (len >= SSM_MESSAGE_MAX)
		cut(text, SSM_MESSAGE_MAX - 1);
}

static void __attribute__((format(printf, 2, 0)))
format_message(char *text, const char *format, va_list args)
{
	int len = vsnprintf(text, SSM_MESSAGE_MAX, format, args);

	if (len < 0)
		text[0] = '\0';
	else if ((size_t)len >= SSM_MESSAGE_MAX)
		cut(text, SSM_MESSAGE_MAX - 1);
	if (utf8_check(view_of(text)) != strlen(text))
		make_utf8(text);
}

enum ssm_err
ssm_fail(struct ssm_error *err, enum ssm_err rc, const char *code, const char *format, ...)
{
	va_list args;

	ssm_error_clear(err);
	err->rc = rc;
	err->retryable = rc == SSM_E_AGAIN;
	snprintf(err->code, sizeof err->code, "%s", code);
	err->code[utf8_check(view_of(err->code))] = '\0';
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
		cut(whole, SSM_MESSAGE_MAX - 1);
	memcpy(err->message, whole, strlen(whole) + 1);
}

void
ssm_error_add(struct ssm_error *err, const char *format, ...)
{
	char tail[SSM_MESSAGE_MAX];
	size_t len = strlen(err->message), room;
	va_list args;

	va_start(args, format);
	format_message(tail, format, args);
	va_end(args);
	room = sizeof err->message - 1 - strlen(tail);
	if (len > room && room < sizeof ellipsis)
		len = 0;
	else if (len > room)
		len = cut(err->message, room);
	memcpy(err->message + len, tail, strlen(tail) + 1);
}

void
ssm_error_clear(struct ssm_error *err)
{
	err->rc = SSM_OK;
	err->clock_skew = 0;
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

enum ssm_err
ssm_err_of_exit_code(int code)
{
	for (enum ssm_err rc = SSM_E_NO; rc < SSM_E_OTHER; rc++)
		if (ssm_exit_code(rc) == code)
			return rc;
	return SSM_E_OTHER;
}
