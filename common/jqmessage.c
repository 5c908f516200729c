#include "jqmessage.h"

#include "jsontext.h"

#define TEXT_MAX ((size_t)64 * 1024)

static struct view
first_line(struct view text)
{
	return view_slice(text, 0, view_find(text, '\n'));
}

/* `jq: error: ` in front and `:` behind belong to jq's own form of a message. */
static struct view
without_frame(struct view text)
{
	static const struct view prefix = { "jq: error: ", sizeof "jq: error: " - 1 };

	text = view_trim(first_line(text));
	if (view_starts(text, prefix))
		text = view_slice(text, prefix.len, text.len);
	while (text.len > 0 && text.ptr[text.len - 1] == ':')
		text.len--;
	return text;
}

enum ssm_err
jqmessage_compile(struct ssm_error *err, struct view text)
{
	text = without_frame(text);
	if (text.len == 0)
		text = VIEW("cannot compile the filter");
	return ssm_fail(err, SSM_E_INPUT, "JqError", "jq: %.*s", VIEW_ARG(text));
}

/* Where a value that libjq puts behind its kind ends: `string ("abc...) and`. */
static size_t
value_end(struct view text, size_t at)
{
	static const char *const behind[] = { ") and ", ") cannot ", ") is ", ") has ", ") not ", ") at " };

	for (; at < text.len; at++)
		for (size_t i = 0; i < ARRAY_LEN(behind); i++)
			if (view_starts(view_slice(text, at, text.len), view_of(behind[i])))
				return at;
	return text.len > 0 && text.ptr[text.len - 1] == ')' ? text.len - 1 : text.len;
}

static void
add_without_values(struct bytes *out, struct view text)
{
	static const char *const kinds[] = { "string (", "object (", "array (" };

	for (size_t at = 0; at < text.len; at++) {
		bytes_add_char(out, text.ptr[at]);
		for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
			if (!view_starts(view_slice(text, at + 1 - (at + 1 < strlen(kinds[i]) ? at + 1 :
			    strlen(kinds[i])), text.len), view_of(kinds[i])))
				continue;
			bytes_add(out, VIEW("..."));
			at = value_end(text, at + 1) - 1;
			break;
		}
	}
}

/* The text of a message that need not be a string. */
static void
message_text(struct bytes *out, jv message)
{
	if (jv_get_kind(message) != JV_KIND_STRING)
		message = jv_dump_string(message, 0);
	bytes_set(out, (struct view){ jv_string_value(message),
	    (size_t)jv_string_length_bytes(jv_copy(message)) });
	jv_free(message);
}

static enum ssm_err
fail(struct ssm_error *err, struct view text)
{
	text = view_trim(text);
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] < 0x20)
			text.len = i;
	return ssm_fail(err, SSM_E_INPUT, "JqError", "jq: %.*s", VIEW_ARG(text));
}

enum ssm_err
jqmessage_runtime(struct ssm_error *err, jv raised)
{
	struct bytes text = BYTES_INIT(TEXT_MAX), shown = BYTES_INIT(TEXT_MAX);
	enum ssm_err rc;

	message_text(&text, raised);
	add_without_values(&shown, bytes_view(&text));
	rc = fail(err, view_is(bytes_view(&shown), "break") ? VIEW("break, or no more input") :
	    bytes_view(&shown));
	bytes_clear(&text);
	bytes_clear(&shown);
	return rc;
}

enum ssm_err
jqmessage_halt(struct ssm_error *err, jv exit_code, jv message)
{
	struct bytes text = BYTES_INIT(TEXT_MAX);
	bool failed = jv_get_kind(exit_code) == JV_KIND_NUMBER && jv_number_value(exit_code) != 0;
	enum ssm_err rc = SSM_OK;

	jv_free(exit_code);
	if (!jv_is_valid(message) || !failed)
		jv_free(message);
	else
		message_text(&text, message);
	if (failed)
		rc = fail(err, text.len > 0 ? bytes_view(&text) : VIEW("halted"));
	bytes_clear(&text);
	return rc;
}
