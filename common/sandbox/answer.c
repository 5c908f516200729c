#include "sandbox/answer.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/utf8.h"
#include "json/text.h"

#define MESSAGE_MAX 2048

#define SERVICE "com.amazon.coral.service#"

static const struct fault {
	unsigned status;
	const char *prefix, *name;	/* of __type */
	const char *member;		/* what the message is called */
} faults[] = {
	[FAULT_UNKNOWN_OPERATION] = { 400, SERVICE, "UnknownOperationException", "message" },
	[FAULT_SERIALIZATION] = { 400, SERVICE, "SerializationException", "Message" },
	[FAULT_MISSING_TOKEN] = { 400, SERVICE, "MissingAuthenticationTokenException", "message" },
	[FAULT_INCOMPLETE_SIGNATURE] = { 400, SERVICE, "IncompleteSignatureException", "message" },
	[FAULT_INVALID_SIGNATURE] = { 400, SERVICE, "InvalidSignatureException", "message" },
	[FAULT_UNRECOGNIZED_CLIENT] = { 400, SERVICE, "UnrecognizedClientException", "message" },
	[FAULT_EXPIRED_TOKEN] = { 400, SERVICE, "ExpiredTokenException", "message" },
	[FAULT_VALIDATION] = { 400, "com.amazon.coral.validate#", "ValidationException", "message" },
	[FAULT_ACCESS_DENIED] = { 400, "", "AccessDeniedException", "Message" },
	[FAULT_THROTTLING] = { 400, "", "ThrottlingException", "message" },
	[FAULT_DOES_NOT_EXIST] = { 400, "", "DoesNotExistException", "Message" },
	[FAULT_NOT_CONNECTED] = { 400, "", "TargetNotConnected", "Message" },
	[FAULT_FILTER_KEY] = { 400, "", "InvalidFilterKey", "Message" },
	[FAULT_NEXT_TOKEN] = { 400, "", "InvalidNextToken", "Message" },
	[FAULT_FOREIGN_HOST] = { 403, SERVICE, "AccessDeniedException", "message" },
	[FAULT_DOCUMENT] = { 400, "", "InvalidDocument", "Message" },
	[FAULT_PARAMETERS] = { 400, "", "InvalidParameters", "Message" },
	[FAULT_INTERNAL] = { 500, "", "InternalServerError", "Message" },
	[FAULT_NOT_FOUND] = { 400, "", "NotFoundException", "message" },
	[FAULT_DISABLED] = { 400, "", "DisabledException", "message" },
	[FAULT_INVALID_CIPHERTEXT] = { 400, "", "InvalidCiphertextException", "message" },
	[FAULT_INCORRECT_KEY] = { 400, "", "IncorrectKeyException", "message" },
	[FAULT_KMS_INTERNAL] = { 500, "", "KMSInternalException", "message" },
	[FAULT_CLUSTER] = { 400, "", "ClusterNotFoundException", "message" },
	[FAULT_PARAMETER] = { 400, "", "InvalidParameterException", "message" },
	[FAULT_EXECUTE_NOT_CONNECTED] = { 400, "", "TargetNotConnectedException", "message" },
	[FAULT_SERVER] = { 500, "", "ServerException", "message" },
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
	snprintf(answer->subject, sizeof answer->subject, "not understood");
	snprintf(answer->note, sizeof answer->note, "%s", why);
	answer->status = status;
	answer->content_type = "text/plain";
	bytes_add_text(&answer->body, why);
	bytes_add_char(&answer->body, '\n');
	answer->close = true;
}

void
sandbox_answer_line(struct bytes *out, const struct sandbox_answer *answer)
{
	char status[16];

	snprintf(status, sizeof status, "%u", answer->status);
	bytes_print(out, "%s: %s%s%s%s", answer->subject,
	    answer->ending == SANDBOX_NO_ANSWER ? "no answer" : status,
	    answer->ending == SANDBOX_CUT_SHORT ? " cut short" : "", answer->code != NULL ? " " : "",
	    answer->code != NULL ? answer->code : "");
	if (answer->note[0] != '\0')
		bytes_print(out, " (%s)", answer->note);
}

void
sandbox_answer_clear(struct sandbox_answer *answer)
{
	bytes_clear(&answer->body);
}
