#include "resume/errorstyle.h"

#include "cli/errordocument.h"
#include "core/printable.h"
#include "json/text.h"

#define TEXT_MAX (64 * 1024)

static const char *const formats[] = { [ERRORSTYLE_JSON] = "json", [ERRORSTYLE_YAML] = "yaml",
	[ERRORSTYLE_TEXT] = "text", [ERRORSTYLE_TABLE] = "table" };

const char *
errorstyle_format(enum errorstyle style)
{
	return (size_t)style < ARRAY_LEN(formats) ? formats[style] : NULL;
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
add_sentence(struct bytes *out, enum errorstyle style, const char *operation, const struct ssm_error *fault)
{
	struct view message = view_of(fault->message), code = view_of(fault->code), suffix = VIEW("Error");
	struct view retries = fault->service ? split_retries(&message) : VIEW_NONE;

	bytes_add(out, style == ERRORSTYLE_LEGACY ? VIEW("\n") : VIEW("\naws: [ERROR]: "));
	if (fault->service) {
		bytes_add(out, VIEW("An error occurred ("));
		printable_line(out, code);
		bytes_add(out, VIEW(") when calling the "));
		bytes_add_text(out, operation);
		bytes_add(out, VIEW(" operation"));
		printable_line(out, retries);
		bytes_add(out, VIEW(": "));
	} else if (style == ERRORSTYLE_ENHANCED) {
		if (code.len > suffix.len && view_equal(view_slice(code, code.len - suffix.len, code.len), suffix))
			code.len -= suffix.len;
		bytes_add(out, VIEW("An error occurred ("));
		printable_line(out, code);
		bytes_add(out, VIEW("): "));
	}
	printable_text(out, message);	/* the AWS CLI's messages can have several lines */
	bytes_add_char(out, '\n');
}

/* YAML has escapes of its own for all control characters, JSON for most, text and tables have none. */
static void
add_member(struct bytes *out, enum errorstyle style, const char *name, struct view text)
{
	struct bytes clean = BYTES_INIT(TEXT_MAX);

	if (style == ERRORSTYLE_JSON)
		printable_json(&clean, text);
	else if (style != ERRORSTYLE_YAML)
		printable_text(&clean, text);
	if (style != ERRORSTYLE_YAML)
		text = bytes_view(&clean);
	jsontext_member(out, name, text);
	out->failed |= bytes_failed(&clean);
	bytes_clear(&clean);
}

static void
add_document(struct bytes *out, enum errorstyle style, const struct ssm_error *fault)
{
	jsontext_begin(out);
	add_member(out, style, "Code", view_of(fault->code));
	add_member(out, style, "Message", view_of(fault->message));
	jsontext_end(out);
}

bool
errorstyle_tell(struct bytes *out, enum errorstyle style, const char *operation, struct view messages)
{
	struct bytes told = BYTES_INIT(TEXT_MAX), others = BYTES_INIT(out->max);
	bool found = false;

	while (messages.len > 0) {
		struct ssm_error fault = SSM_ERROR_INIT;
		struct view id, line = view_take_line(&messages);

		if (errordocument_parse(line, &fault, &id)) {
			found = true;
			bytes_reset(&told);
			if (errorstyle_format(style) != NULL)
				add_document(&told, style, &fault);
			else
				add_sentence(&told, style, operation, &fault);
		} else if (errorstyle_format(style) == NULL) {
			bytes_add(&others, line);
			bytes_add(&others, line.ptr[line.len - 1] == '\n' ? VIEW_NONE : VIEW("\n"));
		}
		ssm_error_clear(&fault);
	}
	if (found) {
		bytes_add(out, bytes_view(&others));
		bytes_add(out, bytes_view(&told));
	}
	bytes_clear(&told);
	bytes_clear(&others);
	return found;
}
