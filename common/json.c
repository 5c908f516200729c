#include "json.h"

#include <stdlib.h>
#include <unistd.h>

#define JSON_NUMBER_LEN_MAX (8 * 1024 * 1024)

static void
out_of_memory(void *unused)
{
	static const char text[] = "out of memory\n";
	ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);

	(void)unused;
	(void)written;
	_exit(255);
}

void
json_start(void)
{
	jv_nomem_handler(out_of_memory, NULL);
}

/*
 * Decodes a value whose text has been checked. libjq's own error text would quote it, so it is
 * thrown away unread.
 */
static jv
decode(struct view raw)
{
	return jv_parse_sized(raw.ptr, (int)raw.len);
}

static struct view
string_view(jv string)
{
	if (jv_get_kind(string) != JV_KIND_STRING)
		return VIEW_NONE;
	return (struct view){ jv_string_value(string),
	    (size_t)jv_string_length_bytes(jv_copy(string)) };
}

static enum ssm_err
check_repeats(const struct json_doc *doc, struct ssm_error *err)
{
	for (size_t i = 1; i < doc->count; i++)
		for (size_t k = 0; k < i; k++)
			if (view_equal(doc->members[i].name, doc->members[k].name))
				return ssm_fail(err, SSM_E_INPUT, "InvalidDocument",
				    "member '%.*s' is there twice",
				    VIEW_ARG(doc->members[i].name));
	return SSM_OK;
}

/* A name with escapes is decoded at once, so that "\u0069d" is known as id. */
static void
name_member(struct json_member *member)
{
	struct view quoted = { member->raw_name.ptr - 1, member->raw_name.len + 2 };

	member->name = member->raw_name;
	member->decoded[0] = member->decoded[1] = jv_invalid();
	if (view_find(member->raw_name, '\\') == member->raw_name.len)
		return;
	member->decoded[0] = decode(quoted);
	member->name = string_view(member->decoded[0]);
}

enum ssm_err
json_adopt(struct json_doc *doc, struct view text, const struct json_scan *scan,
    struct ssm_error *err)
{
	*doc = (struct json_doc){ .text = text };
	if (scan->count > 0 &&
	    (doc->members = calloc(scan->count, sizeof *doc->members)) == NULL)
		return ssm_fail_memory(err);
	for (size_t i = 0; i < scan->count; i++) {
		const struct json_span *span = &scan->members[i];
		struct json_member *member = &doc->members[doc->count++];

		member->raw_name = view_slice(text, span->key, span->key_end);
		member->raw = view_slice(text, span->value, span->value_end);
		name_member(member);
	}
	return check_repeats(doc, err);
}

enum ssm_err
json_parse(struct json_doc *doc, struct view text, const char *what, struct ssm_error *err)
{
	struct json_scan *scan = malloc(sizeof *scan);
	struct view whole;
	enum ssm_err rc;

	*doc = (struct json_doc)JSON_DOC_INIT;
	if (scan == NULL)
		return ssm_fail_memory(err);
	rc = json_scan_text(scan, text, what, &whole, err);
	if (rc == SSM_OK && (view_trim(whole).ptr[0] != '{' || scan->at != whole.len))
		rc = ssm_fail(err, SSM_E_INPUT, "InvalidDocument", "%s is not one JSON object", what);
	else if (rc == SSM_OK && (rc = json_adopt(doc, whole, scan, err)) != SSM_OK)
		ssm_error_prefix(err, "%s: ", what);
	free(scan);
	return rc;
}

struct json_member *
json_member(const struct json_doc *doc, const char *name)
{
	for (size_t i = 0; i < doc->count; i++)
		if (view_is(doc->members[i].name, name))
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

/* libjq takes some 400 bytes for each array or object in a value: more than this many are not decoded. */
#define JSON_CONTAINERS_MAX 1000

static bool
is_small(struct view raw)
{
	size_t count = 0;

	for (size_t i = 0; i < raw.len; i++)
		count += raw.ptr[i] == '[' || raw.ptr[i] == '{';
	return count <= JSON_CONTAINERS_MAX;
}

static jv
value_of(struct json_member *member)
{
	bool string = member->raw.ptr[0] == '"';

	if (!jv_is_valid(member->decoded[1]) && (string || is_small(member->raw)))
		member->decoded[1] = decode(member->raw);
	return member->decoded[1];
}

struct view
json_text(struct json_member *member)
{
	struct view inner = view_slice(member->raw, 1, member->raw.len - 1);

	if (view_find(inner, '\\') == inner.len)
		return inner;			/* most strings need no decoding */
	return string_view(value_of(member));
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
	*out = json_text(member);
	return out->ptr == NULL ? ssm_fail_memory(err) : SSM_OK;
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

int
json_items(struct json_member *member)
{
	jv value = value_of(member);

	return jv_get_kind(value) == JV_KIND_ARRAY ? jv_array_length(jv_copy(value)) : 0;
}

bool
json_item(struct json_member *member, int i, struct view *out)
{
	jv value = value_of(member), item;
	bool found;

	if (i < 0 || i >= json_items(member))
		return false;
	item = jv_array_get(jv_copy(value), i);
	*out = string_view(item);
	found = jv_get_kind(item) == JV_KIND_STRING;
	jv_free(item);			/* the array still holds it */
	return found;
}

/* Not by libjq: its releases differ in the last digit. */
bool
json_number(const struct json_member *member, double *out)
{
	struct bytes text = BYTES_INIT(JSON_NUMBER_LEN_MAX);
	const char *digits;

	if (json_kind(member) != JSON_NUMBER)
		return false;
	bytes_set(&text, member->raw);
	if ((digits = bytes_cstr(&text)) != NULL)
		*out = strtod(digits, NULL);
	bytes_clear(&text);
	return digits != NULL;
}

void
json_clear(struct json_doc *doc)
{
	for (size_t i = 0; i < doc->count; i++)
		for (size_t k = 0; k < ARRAY_LEN(doc->members[i].decoded); k++)
			jv_free(doc->members[i].decoded[k]);
	free(doc->members);
	*doc = (struct json_doc)JSON_DOC_INIT;
}
