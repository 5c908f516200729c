/* Texts to values. The text has been checked when it comes to building, so nothing can be wrong in it. */
#include <stdlib.h>

#include "core/array.h"
#include "json/scan.h"
#include "json/text.h"
#include "json/unescape.h"
#include "json/value.h"

/* Items and members of the containers that are open, the innermost one's last. */
struct builder {
	struct arena *arena;
	struct view text;
	size_t at;
	struct value_member *pending;
	size_t count, room;
};

static bool
push(struct builder *b, struct view name, const struct value *value)
{
	struct value_member *grown;

	if (value == NULL)
		return false;
	if ((grown = array_room(b->pending, b->count, &b->room, sizeof *grown)) == NULL)
		return false;
	b->pending = grown;
	b->pending[b->count++] = (struct value_member){ name, value };
	return true;
}

/* What stands between a string's quotes: in the text itself, unless it has escapes. */
static struct view
decode(struct arena *arena, struct view raw)
{
	char *to;

	if (!jsonunescape_is_needed(raw))
		return raw;
	return (to = arena_alloc(arena, raw.len)) == NULL ? VIEW_NONE : jsonunescape(to, raw);
}

static struct view
next_token(struct builder *b)
{
	struct view token;

	b->at = jsontext_skip_blanks(b->text, b->at);
	token = jsontext_token(b->text, b->at);
	b->at += token.len;
	return token;
}

static const struct value *
close_array(struct builder *b, size_t base)
{
	size_t count = b->count - base;
	const struct value **items;

	b->count = base;
	if ((items = arena_alloc(b->arena, count * sizeof(const struct value *))) == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++)
		items[i] = b->pending[base + i].value;
	return value_array(b->arena, items, count);
}

static const struct value *
close_object(struct builder *b, size_t base)
{
	size_t count = b->count == base ? 0 : value_unique(b->pending + base, b->count - base);
	struct value_member *members;

	b->count = base;
	if (count == SIZE_MAX ||
	    (members = arena_alloc(b->arena, count * sizeof *members)) == NULL)
		return NULL;
	if (count > 0)
		memcpy(members, b->pending + base, count * sizeof *members);
	return value_object(b->arena, members, count);
}

static const struct value *build(struct builder *b, struct view token);

static const struct value *
build_array(struct builder *b)
{
	size_t base = b->count;
	struct view token = next_token(b);

	while (token.ptr[0] != ']') {
		if (!push(b, VIEW_NONE, build(b, token)))
			return NULL;
		if ((token = next_token(b)).ptr[0] == ',')
			token = next_token(b);
	}
	return close_array(b, base);
}

static const struct value *
build_object(struct builder *b)
{
	size_t base = b->count;
	struct view token = next_token(b);

	while (token.ptr[0] != '}') {
		struct view name = decode(b->arena, view_slice(token, 1, token.len - 1));

		next_token(b);			/* the colon */
		if (name.ptr == NULL || !push(b, name, build(b, next_token(b))))
			return NULL;
		if ((token = next_token(b)).ptr[0] == ',')
			token = next_token(b);
	}
	return close_object(b, base);
}

static const struct value *
build(struct builder *b, struct view token)
{
	struct view text;

	switch (token.ptr[0]) {
	case '[': return build_array(b);
	case '{': return build_object(b);
	case 'n': return &value_null;
	case 't': return &value_true;
	case 'f': return &value_false;
	case '"':
		text = decode(b->arena, view_slice(token, 1, token.len - 1));
		return text.ptr == NULL ? NULL : value_string(b->arena, text);
	default:
		return value_number(b->arena, token);
	}
}

const struct value *
value_of_json(struct arena *arena, struct view text)
{
	struct builder b = { .arena = arena, .text = text };
	const struct value *made = build(&b, next_token(&b));

	free(b.pending);
	arena->failed |= made == NULL;
	return made;
}

enum ssm_err
value_parse(const struct value **out, struct arena *arena, struct view text, const char *what,
    struct ssm_error *err)
{
	struct json_scan scan JSON_SCAN_UNCLEARED;
	struct view whole;
	enum ssm_err rc;

	json_scan_start(&scan, 1, 1);
	rc = json_scan_text(&scan, text, what, &whole, err);
	if (rc == SSM_OK && scan.at != whole.len)
		rc = ssm_fail(err, SSM_E_INPUT, "InvalidDocument",
		    "%s is more than one value: line %zu, column %zu", what, scan.line, scan.column);
	else if (rc == SSM_OK && (*out = value_of_json(arena, whole)) == NULL)
		rc = ssm_fail_memory(err);
	return rc;
}
