#include "errorstyle.h"

#include "json.h"
#include "jsontext.h"

static const char *const formats[] = { [ERRORSTYLE_JSON] = "json", [ERRORSTYLE_YAML] = "yaml",
	[ERRORSTYLE_TEXT] = "text", [ERRORSTYLE_TABLE] = "table" };

const char *
errorstyle_format(enum errorstyle style)
{
	return (size_t)style < ARRAY_LEN(formats) ? formats[style] : NULL;
}

/* What an error document says. */
struct fault {
	struct json_doc document, error, metadata;
	struct view code, message;
	bool service;			/* the service's own refusal */
};

static void
fault_clear(struct fault *fault)
{
	json_clear(&fault->metadata);
	json_clear(&fault->error);
	json_clear(&fault->document);
}

static bool
read_part(struct json_doc *part, struct json_doc *whole, const char *name, struct ssm_error *unused)
{
	struct json_member *member = json_member(whole, name);

	return json_kind(member) == JSON_OBJECT && json_parse(part, member->raw, name, unused) == SSM_OK;
}

static bool
read_fault(struct fault *fault, struct view line)
{
	struct ssm_error unused = SSM_ERROR_INIT;
	double status;
	bool found;

	*fault = (struct fault){ JSON_DOC_INIT, JSON_DOC_INIT, JSON_DOC_INIT, VIEW_NONE, VIEW_NONE, false };
	found = json_parse(&fault->document, line, "a message", &unused) == SSM_OK &&
	    read_part(&fault->error, &fault->document, "Error", &unused) &&
	    json_string_required(&fault->error, "Code", &fault->code, &unused) == SSM_OK &&
	    json_string_required(&fault->error, "Message", &fault->message, &unused) == SSM_OK;
	if (found && read_part(&fault->metadata, &fault->document, "ResponseMetadata", &unused))
		fault->service = json_number(json_member(&fault->metadata, "HTTPStatusCode"), &status) &&
		    status >= 300;
	ssm_error_clear(&unused);
	return found;
}

/* The AWS CLI has the number of retries before the message. */
static struct view
split_retries(struct view *message)
{
	static const char words[] = " (reached max retries: ";
	const char *at = memmem(message->ptr, message->len, words, sizeof words - 1);
	struct view retries = VIEW_NONE;

	if (at != NULL && message->ptr[message->len - 1] == ')') {
		retries = view_slice(*message, (size_t)(at - message->ptr), message->len);
		*message = view_slice(*message, 0, message->len - retries.len);
	}
	return retries;
}

static void
add_sentence(struct bytes *out, enum errorstyle style, const char *operation, const struct fault *fault)
{
	struct view message = fault->message, code = fault->code, suffix = VIEW("Error");
	struct view retries = fault->service ? split_retries(&message) : VIEW_NONE;

	bytes_add(out, style == ERRORSTYLE_LEGACY ? VIEW("\n") : VIEW("\naws: [ERROR]: "));
	if (fault->service) {
		bytes_add(out, VIEW("An error occurred ("));
		bytes_add(out, code);
		bytes_add(out, VIEW(") when calling the "));
		bytes_add_text(out, operation);
		bytes_add(out, VIEW(" operation"));
		bytes_add(out, retries);
		bytes_add(out, VIEW(": "));
	} else if (style == ERRORSTYLE_ENHANCED) {
		if (code.len > suffix.len && view_equal(view_slice(code, code.len - suffix.len, code.len), suffix))
			code.len -= suffix.len;
		bytes_add(out, VIEW("An error occurred ("));
		bytes_add(out, code);
		bytes_add(out, VIEW("): "));
	}
	bytes_add(out, message);
	bytes_add_char(out, '\n');
}

static void
add_document(struct bytes *out, const struct fault *fault)
{
	jsontext_begin(out);
	jsontext_member(out, "Code", fault->code);
	jsontext_member(out, "Message", fault->message);
	jsontext_end(out);
}

bool
errorstyle_tell(struct bytes *out, enum errorstyle style, const char *operation, struct view messages)
{
	struct bytes told = BYTES_INIT(64 * 1024), others = BYTES_INIT(out->max);
	struct fault fault;
	bool found = false;

	while (messages.len > 0) {
		size_t end = view_find(messages, '\n');
		struct view line = view_slice(messages, 0, end);

		if (read_fault(&fault, line)) {
			found = true;
			bytes_reset(&told);
			if (errorstyle_format(style) != NULL)
				add_document(&told, &fault);
			else
				add_sentence(&told, style, operation, &fault);
		} else if (errorstyle_format(style) == NULL) {
			bytes_add(&others, line);
			bytes_add_char(&others, '\n');
		}
		fault_clear(&fault);
		messages = view_slice(messages, end < messages.len ? end + 1 : end, messages.len);
	}
	if (found) {
		bytes_add(out, bytes_view(&others));
		bytes_add(out, bytes_view(&told));
	}
	bytes_clear(&told);
	bytes_clear(&others);
	return found;
}
