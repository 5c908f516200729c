#include "aws/id.h"

#include "core/ascii.h"
#include "core/utf8.h"

#define TAIL_MIN 8			/* the random part of a session's id is longer */

static const struct rules {
	const char *name;
	const char *marks;		/* beside letters and digits */
	size_t max;
} kinds[] = {
	[ID_SESSION] = { "a session's id", "_.@+=,-", ID_SESSION_MAX },
	[ID_TARGET] = { "a managed node's id", "_.:-", ID_TARGET_MAX },	/* ecs:cluster_task_container */
};

/* The first byte that no id of the kind has, or the length. */
static size_t
find_foreign(enum id_kind kind, struct view text)
{
	size_t i = 0;

	while (i < text.len && text.ptr[i] != '\0' && (ascii_is_alnum(text.ptr[i]) ||
	    strchr(kinds[kind].marks, text.ptr[i]) != NULL))
		i++;
	return i;
}

/* "." and ".." would be taken for directories of a path. */
bool
id_is_session(struct view text)
{
	return text.len > 0 && text.len <= ID_SESSION_MAX && find_foreign(ID_SESSION, text) == text.len &&
	    !view_equal(text, VIEW(".")) && !view_equal(text, VIEW(".."));
}

bool
id_ends_like_session(struct view text)
{
	size_t at = text.len;
	bool digit = false;

	while (at > 0 && (ascii_is_digit(text.ptr[at - 1]) || (text.ptr[at - 1] >= 'a' && text.ptr[at - 1] <= 'z')))
		digit = ascii_is_digit(text.ptr[--at]) || digit;
	return digit && at > 0 && text.ptr[at - 1] == '-' && text.len - at >= TAIL_MIN;
}

/* I-0A1B2C3D4E5F67890: what a spreadsheet or a form makes of a managed node's id. */
static bool
is_node_in_capitals(struct view text)
{
	size_t prefix = text.len > 2 && text.ptr[1] == '-' ? 2 : 3;
	bool capital = false;

	if (text.len < prefix + TAIL_MIN || !(view_equal_nocase(view_slice(text, 0, prefix), VIEW("i-")) ||
	    view_equal_nocase(view_slice(text, 0, prefix), VIEW("mi-"))))
		return false;
	for (size_t i = prefix; i < text.len; i++) {
		if (ascii_hex(text.ptr[i]) < 0)
			return false;
		capital = capital || (text.ptr[i] >= 'A' && text.ptr[i] <= 'F');
	}
	return capital;
}

/* user-0a1b2c3d4e5f67890,: a session's id may have commas, but not behind its random part. */
static bool
has_comma_for_blank(struct view text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == ',' && (i + 1 == text.len || i == 0 ||
		    id_ends_like_session(view_slice(text, 0, i))))
			return true;
	return false;
}

static enum ssm_err
refuse(enum id_kind kind, const char *why, struct ssm_error *err)
{
	return ssm_fail(err, SSM_E_INPUT, "InvalidId", "%s, not %s", why, kinds[kind].name);
}

static enum ssm_err
refuse_character(enum id_kind kind, struct view text, size_t at, struct ssm_error *err)
{
	char c = text.ptr[at];

	if (utf8_check(text) != text.len || c == '\0')
		return refuse(kind, c == '\0' ? "a text with a NUL" : "a text that is not UTF-8", err);
	if (at == 0 && (c == '{' || c == '['))
		return refuse(kind, c == '{' ? "a JSON object" : "a JSON array", err);
	if (c == '"' || c == '\'')
		return refuse(kind, "a text with quotes", err);
	if (c <= ' ' || c >= 0x7F)
		return refuse(kind, c == ' ' ? "a text with a blank" : "a text with other characters than ASCII's",
		    err);
	return ssm_fail(err, SSM_E_INPUT, "InvalidId", "'%c' is no part of %s", c, kinds[kind].name);
}

enum ssm_err
id_check(enum id_kind kind, struct view text, struct ssm_error *err)
{
	size_t at = find_foreign(kind, text);

	if (text.len == 0)
		return refuse(kind, "an empty text", err);
	if (view_starts(text, VIEW("arn:")))
		return refuse(kind, "an ARN", err);
	if (at < text.len)
		return refuse_character(kind, text, at, err);
	if (kind == ID_SESSION && has_comma_for_blank(text))
		return ssm_fail(err, SSM_E_INPUT, "InvalidId",
		    "a comma beside an id: blanks or line ends separate them");
	if (is_node_in_capitals(text))
		return ssm_fail(err, SSM_E_INPUT, "InvalidId",
		    "a managed node's id in capitals: it has small letters");
	if (text.len > kinds[kind].max)
		return ssm_fail(err, SSM_E_INPUT, "InvalidId", "longer than the %zu characters of %s",
		    kinds[kind].max, kinds[kind].name);
	for (at = 0; at < text.len; at++)
		if (ascii_is_alnum(text.ptr[at]))
			return SSM_OK;
	return refuse(kind, "punctuation", err);
}
