#include "json/json.h"

#include <stdlib.h>

#include "json/items.h"
#include "json/text.h"
#include "json/unescape.h"

/* As strcmp(); of one name the later member is greater. */
static int
compare_names(const void *a, const void *b)
{
	const struct json_member *one = *(const struct json_member *const *)a,
	    *other = *(const struct json_member *const *)b;
	int order = view_compare(one->name, other->name);

	return order != 0 ? order : (one > other) - (one < other);
}

/* The first member whose name has been there before, into *repeat; false when memory ended. */
static bool
find_repeat_sorted(const struct json_doc *doc, const struct json_member **repeat)
{
	const struct json_member **sorted = calloc(doc->count, sizeof *sorted);

	if (sorted == NULL)
		return false;
	for (size_t i = 0; i < doc->count; i++)
		sorted[i] = &doc->members[i];
	qsort(sorted, doc->count, sizeof *sorted, compare_names);
	for (size_t i = 1; i < doc->count; i++)
		if (view_equal(sorted[i]->name, sorted[i - 1]->name) &&
		    (*repeat == NULL || sorted[i] < *repeat))
			*repeat = sorted[i];
	free(sorted);
	return true;
}

/* The same for so few that comparing each with each is faster. */
static const struct json_member *
find_repeat(const struct json_doc *doc)
{
	for (size_t i = 1; i < doc->count; i++)
		for (size_t k = 0; k < i; k++)
			if (view_equal(doc->members[i].name, doc->members[k].name))
				return &doc->members[i];
	return NULL;
}

static enum ssm_err
check_repeats(const struct json_doc *doc, struct ssm_error *err)
{
	const struct json_member *repeat = NULL;

	if (doc->count <= JSON_MEMBERS_MAX)
		repeat = find_repeat(doc);
	else if (!find_repeat_sorted(doc, &repeat))
		return ssm_fail_memory(err);
	return repeat == NULL ? SSM_OK : ssm_fail(err, SSM_E_INPUT, "InvalidDocument",
	    "member '%.*s' is there twice", VIEW_ARG(repeat->name));
}

/* The value is a string: what stands between its quotes. */
static struct view
inside(struct view string)
{
	return view_slice(string, 1, string.len - 1);
}

/* How many bytes a name or string may take when it is decoded. */
static size_t
room_for(struct view raw)
{
	return jsonunescape_is_needed(raw) ? raw.len : 0;
}

/* Returns how much is to be decoded of the member, which may have escapes. */
static size_t
place_member(struct json_member *member, struct view raw_name, struct view raw, bool escapes)
{
	member->name = member->raw_name = raw_name;
	member->raw = raw;
	member->text = json_kind(member) == JSON_STRING ? inside(member->raw) : VIEW_NONE;
	return escapes ? room_for(member->raw_name) + room_for(member->text) : 0;
}

static char *
decode(struct view *text, char *to)
{
	if (!jsonunescape_is_needed(*text))
		return to;
	*text = jsonunescape(to, *text);
	return to + text->len;
}

/* Names too, at once, so that "\u0069d" is known as id. One block holds it all: then nothing can fail. */
static bool
decode_members(struct json_doc *doc, size_t room)
{
	size_t size = doc->count * sizeof *doc->members;
	struct json_member *grown = realloc(doc->members, size + room);
	char *to;

	if (grown == NULL)
		return false;
	doc->members = grown;
	doc->decoded = room;
	to = (char *)grown + size;
	for (size_t i = 0; i < doc->count; i++) {
		to = decode(&grown[i].name, to);
		to = decode(&grown[i].text, to);
	}
	return true;
}

/* Where the scanner saw the members, or, when they were more than it remembers, by looking for them. */
static size_t
place_members(struct json_doc *doc, const struct json_scan *scan)
{
	struct view text = doc->text, name, value;
	size_t room = 0, at = 0, first = view_find(text, '\\');

	while (doc->count < scan->count) {
		const struct json_span *span = &scan->members[doc->count];

		if (scan->count <= JSON_MEMBERS_MAX) {
			name = view_slice(text, span->key, span->key_end);
			value = view_slice(text, span->value, span->value_end);
		} else if (!jsonitems_next_member(text, &at, &name, &value)) {
			break;
		}
		room += place_member(&doc->members[doc->count++], name, value,
		    (size_t)(value.ptr - text.ptr) + value.len > first);
	}
	return room;
}

enum ssm_err
json_adopt(struct json_doc *doc, struct view text, const struct json_scan *scan,
    struct ssm_error *err)
{
	size_t room;

	*doc = (struct json_doc){ .text = text };
	if (scan->count > 0 &&
	    (doc->members = calloc(scan->count, sizeof *doc->members)) == NULL)
		return ssm_fail_memory(err);
	room = place_members(doc, scan);
	if (room > 0 && !decode_members(doc, room))
		return ssm_fail_memory(err);
	return check_repeats(doc, err);
}

enum ssm_err
json_parse(struct json_doc *doc, struct view text, const char *what, struct ssm_error *err)
{
	struct json_scan scan JSON_SCAN_UNCLEARED;

	json_scan_start(&scan, 1, 1);
	return json_parse_scanned(doc, text, &scan, what, err);
}

enum ssm_err
json_parse_scanned(struct json_doc *doc, struct view text, struct json_scan *scan, const char *what,
    struct ssm_error *err)
{
	struct view whole;
	enum ssm_err rc;

	*doc = (struct json_doc)JSON_DOC_INIT;
	rc = json_scan_text(scan, text, what, &whole, err);
	if (rc == SSM_OK && (view_trim(whole).ptr[0] != '{' || scan->at != whole.len))
		rc = ssm_fail(err, SSM_E_INPUT, "InvalidDocument", "%s is not one JSON object", what);
	else if (rc == SSM_OK && (rc = json_adopt(doc, whole, scan, err)) != SSM_OK)
		ssm_error_prefix(err, "%s: ", what);
	return rc;
}

struct json_member *
json_member(const struct json_doc *doc, const char *name)
{
	struct view wanted = view_of(name);

	for (size_t i = 0; i < doc->count; i++)
		if (view_equal(doc->members[i].name, wanted))
			return &doc->members[i];
	return NULL;
}

enum json_kind
json_kind(const struct json_member *member)
{
	if (member == NULL)
		return JSON_ABSENT;
	switch (member->raw.ptr[0]) {
	case '"': return JSON_STRING;
	case '{': return JSON_OBJECT;
	case '[': return JSON_ARRAY;
	case 'n': return JSON_NULL;
	case 't': case 'f': return JSON_BOOL;
	default: return JSON_NUMBER;
	}
}

const char *
json_kind_name(enum json_kind kind)
{
	static const char *const names[] = { "nothing", "null", "a boolean", "a number", "a string",
	    "an array", "an object" };

	return names[kind];
}

enum ssm_err
json_string(const struct json_doc *doc, const char *name, struct view *out, struct ssm_error *err)
{
	struct json_member *member = json_member(doc, name);
	enum json_kind kind = json_kind(member);

	*out = VIEW_NONE;
	if (kind == JSON_ABSENT || kind == JSON_NULL)
		return SSM_OK;
	if (kind != JSON_STRING)
		return ssm_fail(err, SSM_E_INPUT, "InvalidDocument",
		    "member '%s' is %s, not a string", name, json_kind_name(kind));
	*out = member->text;
	return SSM_OK;
}

enum ssm_err
json_string_required(const struct json_doc *doc, const char *name, struct view *out,
    struct ssm_error *err)
{
	enum ssm_err rc = json_string(doc, name, out, err);

	if (rc == SSM_OK && out->ptr == NULL)
		return ssm_fail(err, SSM_E_INPUT, "InvalidDocument", "member '%s' is missing", name);
	return rc;
}

struct view
json_text(const struct json_doc *doc, const char *name)
{
	const struct json_member *member = json_member(doc, name);

	return member == NULL ? VIEW_NONE : member->text;
}

bool
json_number(const struct json_member *member, double *out)
{
	return json_kind(member) == JSON_NUMBER && jsontext_number(member->raw, out);
}

void
json_clear(struct json_doc *doc)
{
	if (doc->decoded > 0)
		explicit_bzero(doc->members + doc->count, doc->decoded);
	free(doc->members);
	*doc = (struct json_doc)JSON_DOC_INIT;
}
