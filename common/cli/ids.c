#include "cli/ids.h"

#include "core/ascii.h"
#include "json/json.h"

static const struct view byte_order_mark = { "\xEF\xBB\xBF", 3 };

/* What is no id: a comment, which takes its line with it, or the sign of a list's item in YAML. */
static bool
skip_mark(struct ids *ids)
{
	const char *text = ids->line.ptr + ids->at;
	size_t left = ids->line.len - ids->at;

	if (text[0] == '#')
		ids->at = ids->line.len;
	else if (text[0] == '-' && ids->depth == 0 && (left == 1 || ascii_is_blank(text[1])))
		ids->at++;
	else
		return false;
	return true;
}

/* A word ends at a blank; in an array also where the next thing of the array begins. */
static struct view
take_word(struct ids *ids)
{
	size_t begin = ids->at, len = ids->line.len;
	const char *text = ids->line.ptr;

	do
		ids->at++;
	while (ids->at < len && !ascii_is_blank(text[ids->at]) &&
	    (ids->depth == 0 || (text[ids->at] != ',' && text[ids->at] != ']')));
	return view_slice(bytes_view(&ids->line), begin, ids->at);
}

/* Where the string that begins at `at` ends, behind its quote; 0 when it does not. */
static size_t
end_of_string(struct view line, size_t at)
{
	for (at++; at < line.len; at++)
		if (line.ptr[at] == '\\')
			at++;
		else if (line.ptr[at] == '"')
			return at + 1;
	return 0;
}

/* `why`, or what *err says, with its place; columns are bytes, from 1. */
static enum input_status
refuse(const struct ids *ids, const struct input *in, size_t at, const char *why, struct ssm_error *err)
{
	if (why != NULL)
		ssm_fail(err, SSM_E_INPUT, "InvalidId", "%s", why);
	if (err->rc == SSM_E_INPUT)
		ssm_error_prefix(err, "line %zu of %s, column %zu: ", ids->number, in->name,
		    at + ids->shift + 1);
	return err->rc == SSM_E_INPUT ? INPUT_BAD : INPUT_FAILED;
}

/* The string's text, which lives in the line or in ids->text. */
static enum ssm_err
decode(struct ids *ids, struct view string, struct view *id, struct ssm_error *err)
{
	struct json_doc doc = JSON_DOC_INIT;
	struct bytes object = BYTES_INIT(2 * JSON_DOCUMENT_MAX);
	enum ssm_err rc;

	*id = view_slice(string, 1, string.len - 1);
	if (view_find(*id, '\\') == id->len)
		return SSM_OK;
	bytes_add(&object, VIEW("{\"id\":"));
	bytes_add(&object, string);
	bytes_add_char(&object, '}');
	if (bytes_failed(&object))
		rc = ssm_fail_memory(err);
	else if ((rc = json_parse(&doc, bytes_view(&object), "the string", err)) == SSM_OK &&
	    (rc = json_string(&doc, "id", id, err)) == SSM_OK) {
		bytes_set(&ids->text, *id);
		*id = bytes_view(&ids->text);
		if (bytes_failed(&ids->text))
			rc = ssm_fail_memory(err);
	} else if (rc == SSM_E_INPUT) {
		ssm_error_clear(err);
		rc = ssm_fail(err, SSM_E_INPUT, "InvalidId", "a string that is no JSON");
	}
	json_clear(&doc);
	bytes_clear(&object);
	return rc;
}

static enum input_status
take_string(struct ids *ids, const struct input *in, struct view *id, struct ssm_error *err)
{
	struct view line = bytes_view(&ids->line);
	size_t begin = ids->at, end = end_of_string(line, begin);

	if (end == 0 || (ids->depth == 0 && end < line.len && !ascii_is_blank(line.ptr[end]))) {
		*id = take_word(ids);
		return refuse(ids, in, begin, end == 0 ? "a quote that is not closed on its line" :
		    line.ptr[end] == ',' ? "a comma beside an id: blanks or line ends separate them" :
		    "a text with quotes in it", err);
	}
	ids->at = end;
	return decode(ids, view_slice(line, begin, end), id, err) == SSM_OK ? INPUT_RECORD :
	    refuse(ids, in, begin, NULL, err);
}

/* Brackets and commas in their places; false when what is next is none. */
static bool
take_mark(struct ids *ids)
{
	char c = ids->line.ptr[ids->at];

	if (c == '[' && ids->due != IDS_COMMA) {
		ids->depth++;
		ids->due = IDS_FIRST;
	} else if (c == ',' && ids->depth > 0 && ids->due == IDS_COMMA) {
		ids->due = IDS_ITEM;
	} else if (c == ']' && ids->depth > 0 && ids->due != IDS_ITEM) {
		ids->due = --ids->depth > 0 ? IDS_COMMA : IDS_ITEM;
	} else {
		return false;
	}
	ids->at++;
	return true;
}

/* The next line that there is; an array that is open at the end is told once. */
static enum input_status
next_line(struct ids *ids, struct input *in, struct ssm_error *err)
{
	struct view line;
	enum input_status status = input_line(in, &line, err);

	bytes_reset(&ids->line);
	ids->at = ids->shift = 0;
	if (status == INPUT_END && ids->depth > 0) {
		ids->depth = 0;
		return refuse(ids, in, 0, "an array that is not closed", err);
	}
	if (status != INPUT_RECORD)
		return status;
	if (!ids->begun && view_starts(line, byte_order_mark)) {
		line = view_slice(line, byte_order_mark.len, line.len);
		ids->shift = byte_order_mark.len;
	}
	ids->begun = true;
	ids->number = in->line - 1;
	bytes_set(&ids->line, line);
	if (!bytes_failed(&ids->line))
		return INPUT_RECORD;
	ssm_fail_memory(err);
	return INPUT_FAILED;
}

static enum input_status
check(const struct ids *ids, const struct input *in, size_t begin, enum id_kind kind, struct view id,
    struct ssm_error *err)
{
	return id_check(kind, id, err) == SSM_OK ? INPUT_RECORD : refuse(ids, in, begin, NULL, err);
}

/* What stands in an array and is no string, or in the wrong place; the array goes on behind it. */
static enum input_status
refuse_in_array(struct ids *ids, const struct input *in, struct view *id, struct ssm_error *err)
{
	size_t begin = ids->at;
	bool closed = ids->line.ptr[begin] == ']', due = ids->due == IDS_COMMA;

	*id = closed ? VIEW_NONE : take_word(ids);
	if (closed) {
		ids->at++;
		ids->due = --ids->depth > 0 ? IDS_COMMA : IDS_ITEM;
		return refuse(ids, in, begin, "a comma with no id behind it", err);
	}
	ids->due = IDS_COMMA;
	return refuse(ids, in, begin, due ? "a comma or the array's end is due" :
	    "only strings stand in an array of ids", err);
}

/* A string or a word; outside of arrays an object takes the rest of its line with it. */
static enum input_status
take_item(struct ids *ids, const struct input *in, enum id_kind (*kind)(struct view text), struct view *id,
    struct ssm_error *err)
{
	size_t begin = ids->at;
	enum input_status status;

	if (ids->line.ptr[begin] == '"' && (ids->depth == 0 || ids->due != IDS_COMMA)) {
		status = take_string(ids, in, id, err);
		ids->due = ids->depth > 0 ? IDS_COMMA : IDS_ITEM;
		return status == INPUT_RECORD ? check(ids, in, begin, kind(*id), *id, err) : status;
	}
	if (ids->depth > 0)
		return refuse_in_array(ids, in, id, err);
	*id = take_word(ids);
	if (id->ptr[0] == '{')
		ids->at = ids->line.len;
	return check(ids, in, begin, kind(*id), *id, err);
}

enum input_status
ids_next(struct ids *ids, struct input *in, enum id_kind (*kind)(struct view text), struct view *id,
    struct ssm_error *err)
{
	enum input_status status;

	*id = VIEW_NONE;
	ssm_error_clear(err);
	for (;;) {
		const char *text = ids->line.ptr;

		while (ids->at < ids->line.len && ascii_is_blank(text[ids->at]))
			ids->at++;
		if (ids->at < ids->line.len) {
			if (!skip_mark(ids) && !take_mark(ids))
				return take_item(ids, in, kind, id, err);
		} else if ((status = next_line(ids, in, err)) != INPUT_RECORD) {
			return status;
		}
	}
}

void
ids_clear(struct ids *ids)
{
	bytes_clear(&ids->line);
	bytes_clear(&ids->text);
}
