#include "sandbox_answer.h"

#include <stdarg.h>
#include <stdio.h>

#include "jsontext.h"
#include "utf8.h"

#define MESSAGE_MAX 2048

static const struct fault {
	unsigned status;
	const char *prefix, *name;	/* of __type */
	const char *member;		/* what the message is called */
} faults[] = {
	[FAULT_UNKNOWN_OPERATION] = { 400, "com.amazon.coral.service#", "UnknownOperationException",
	    "message" },
	[FAULT_SERIALIZATION] = { 400, "com.amazon.coral.service#", "SerializationException",
	    "Message" },
	[FAULT_MISSING_TOKEN] = { 400, "com.amazon.coral.service#",
	    "MissingAuthenticationTokenException", "message" },
	[FAULT_INCOMPLETE_SIGNATURE] = { 400, "com.amazon.coral.service#",
	    "IncompleteSignatureException", "message" },
	[FAULT_INVALID_SIGNATURE] = { 400, "com.amazon.coral.service#", "InvalidSignatureException",
	    "message" },
	[FAULT_UNRECOGNIZED_CLIENT] = { 400, "com.amazon.coral.service#",
	    "UnrecognizedClientException", "message" },
	[FAULT_EXPIRED_TOKEN] = { 400, "com.amazon.coral.service#", "ExpiredTokenException",
	    "message" },
	[FAULT_VALIDATION] = { 400, "com.amazon.coral.validate#", "ValidationException", "message" },
	[FAULT_ACCESS_DENIED] = { 400, "", "AccessDeniedException", "Message" },
	[FAULT_THROTTLING] = { 400, "", "ThrottlingException", "message" },
	[FAULT_DOES_NOT_EXIST] = { 400, "", "DoesNotExistException", "Message" },
	[FAULT_NOT_CONNECTED] = { 400, "", "TargetNotConnected", "Message" },
	[FAULT_FILTER_KEY] = { 400, "", "InvalidFilterKey", "Message" },
	[FAULT_NEXT_TOKEN] = { 400, "", "InvalidNextToken", "Message" },
	[FAULT_INTERNAL] = { 500, "", "InternalServerError", "Message" },
};

void
sandbox_answer_reset(struct sandbox_answer *answer)
{
	answer->status = 200;
	answer->content_type = "application/x-amz-json-1.1";
	bytes_reset(&answer->body);
	answer->delay_ms = 0;
	answer->ending = SANDBOX_WHOLE;
	answer->close = false;
	answer->code = NULL;
	answer->subject[0] = answer->note[0] = '\0';
}

void
sandbox_answer_subject(struct sandbox_answer *answer, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(answer->subject, sizeof answer->subject, format, args);
	va_end(args);
}

void
sandbox_answer_note(struct sandbox_answer *answer, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(answer->note, sizeof answer->note, format, args);
	va_end(args);
}

/* A message may quote the request, which need not be UTF-8. */
static void
add_message(struct bytes *out, const char *member, const char *text)
{
	struct view rest = view_of(text);
	struct bytes clean = BYTES_INIT(3 * MESSAGE_MAX);

	while (rest.len > 0) {
		size_t good = utf8_check(rest);

		bytes_add(&clean, view_slice(rest, 0, good));
		if (good < rest.len)
			bytes_add(&clean, VIEW("\xEF\xBF\xBD"));
		rest = view_slice(rest, good < rest.len ? good + 1 : good, rest.len);
	}
	jsontext_member(out, member, bytes_view(&clean));
	bytes_clear(&clean);
}

bool
sandbox_refuse(struct sandbox_answer *answer, enum sandbox_fault fault, const char *format, ...)
{
	const struct fault *row = &faults[fault];
	char text[MESSAGE_MAX];
	va_list args;

	answer->status = row->status;
	answer->code = row->name;
	bytes_reset(&answer->body);
	snprintf(text, sizeof text, "%s%s", row->prefix, row->name);
	jsontext_begin(&answer->body);
	jsontext_member(&answer->body, "__type", view_of(text));
	if (format != NULL) {
		va_start(args, format);
		vsnprintf(text, sizeof text, format, args);
		va_end(args);
		add_message(&answer->body, row->member, text);
	}
	jsontext_end(&answer->body);
	return false;
}

void
sandbox_answer_http(struct sandbox_answer *answer, unsigned status, const char *why)
{
	sandbox_answer_reset(answer);
	sandbox_answer_subject(answer, "not understood");
	sandbox_answer_note(answer, "%s", why);
	answer->status = status;
	answer->content_type = "text/plain";
	bytes_add_text(&answer->body, why);
	bytes_add_char(&answer->body, '\n');
	answer->close = true;
}

const char *
sandbox_reason(unsigned status)
{
	switch (status) {
	case 200: return "OK";
	case 400: return "Bad Request";
	case 404: return "Not Found";
	case 413: return "Content Too Large";
	case 431: return "Request Header Fields Too Large";
	case 500: return "Internal Server Error";
	case 501: return "Not Implemented";
	case 505: return "HTTP Version Not Supported";
	default: return "Unknown";
	}
}

void
sandbox_answer_line(struct bytes *out, const struct sandbox_answer *answer)
{
	char status[16];

	snprintf(status, sizeof status, ": %u", answer->status);
	bytes_add_text(out, answer->subject);
	bytes_add_text(out, answer->ending == SANDBOX_NO_ANSWER ? ": no answer" : status);
	if (answer->ending == SANDBOX_CUT_SHORT)
		bytes_add(out, VIEW(" cut short"));
	if (answer->code != NULL) {
		bytes_add_char(out, ' ');
		bytes_add_text(out, answer->code);
	}
	if (answer->note[0] != '\0') {
		bytes_add(out, VIEW(" ("));
		bytes_add_text(out, answer->note);
		bytes_add_char(out, ')');
	}
}

void
sandbox_answer_clear(struct sandbox_answer *answer)
{
	bytes_clear(&answer->body);
}
