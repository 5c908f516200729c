#include "format/jqmessage.h"

#include "json/text.h"

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
	static const char *const prefixes[] = { "jq: error: ", "jq: " };

	text = view_trim(first_line(text));
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
		if (view_starts(text, view_of(prefixes[i])))
			text = view_slice(text, strlen(prefixes[i]), text.len);
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

/* Where libjq puts a value, or a piece of one, into a message: between these texts. */
static const struct place {
	const char *before;
	const char *behind[4];		/* the nearest counts; none: the end of the message */
} places[] = {
	{ "string (", { ") and ", ") cannot ", ") is ", ") " } },
	{ "object (", { ") and ", ") cannot ", ") is ", ") " } },
	{ "array (", { ") and ", ") cannot ", ") is ", ") " } },
	{ "(while parsing '", { NULL } },
	{ "date \"", { "\" does not match" } },
	{ "with result ", { NULL } },
	{ "attempt to access element ", { NULL } },
	{ "attempt to iterate through ", { NULL } },
};

static size_t
place_end(const struct place *place, struct view text, size_t at)
{
	for (; at < text.len; at++)
		for (size_t i = 0; i < ARRAY_LEN(place->behind) && place->behind[i] != NULL; i++)
			if (view_starts(view_slice(text, at, text.len), view_of(place->behind[i])))
				return at;
	return text.len;
}

static void
add_without_values(struct bytes *out, struct view text)
{
	for (size_t at = 0; at < text.len;) {
		const struct place *place = NULL;

		for (size_t i = 0; i < ARRAY_LEN(places) && place == NULL; i++)
			if (view_starts(view_slice(text, at, text.len), view_of(places[i].before)))
				place = &places[i];
		if (place == NULL) {
			bytes_add_char(out, text.ptr[at++]);
			continue;
		}
		bytes_add_text(out, place->before);
		bytes_add(out, VIEW("..."));
		at = place_end(place, text, at + strlen(place->before));
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
