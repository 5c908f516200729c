#include "jmespath_literal.h"

#include "blank.h"
#include "jsonscan.h"

static size_t
put_word(struct bytes *out, struct view rest)
{
	static const char *const words[] = { "NaN", "Infinity", "-Infinity" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (view_starts(rest, view_of(words[i]))) {
			bytes_add(out, VIEW("null"));
			return strlen(words[i]);
		}
	bytes_add_char(out, rest.ptr[0]);
	return 1;
}

static size_t
put_escape(struct bytes *out, struct view rest)
{
	if (view_starts(rest, VIEW("\\u0000"))) {
		bytes_add(out, VIEW("\\u0001"));
		return 6;
	}
	bytes_add(out, view_slice(rest, 0, rest.len < 2 ? rest.len : 2));
	return 2;
}

/* The text with what only Python takes in it put as JSON that is right or wrong in the same places. */
static void
make_strict(struct bytes *out, struct view text)
{
	bool inside = false;

	for (size_t at = 0; at < text.len;) {
		struct view rest = view_slice(text, at, text.len);

		if (rest.ptr[0] == '"')
			inside = !inside;
		if (!inside) {
			at += put_word(out, rest);
		} else if (rest.ptr[0] == '\\') {
			at += put_escape(out, rest);
		} else {
			bytes_add_char(out, rest.ptr[0]);
			at++;
		}
	}
}

static bool
is_sound(struct arena *arena, struct view text)
{
	struct bytes strict = BYTES_INIT(2 * text.len + 8);
	struct json_scan scan;
	struct view whole;
	bool sound;

	make_strict(&strict, text);
	whole = view_trim(bytes_view(&strict));
	json_scan_start(&scan, 1, 1);
	sound = !bytes_failed(&strict) && json_scan_feed(&scan, whole) != JSON_SCAN_BAD &&
	    json_scan_end(&scan) == JSON_SCAN_DONE && scan.at == whole.len;
	arena->failed |= bytes_failed(&strict);
	bytes_clear(&strict);
	return sound;
}

const struct value *
jmespath_json(struct arena *arena, struct view text)
{
	return is_sound(arena, text) ? value_of_json(arena, text) : NULL;
}

const struct value *
jmespath_literal(struct arena *arena, struct view text)
{
	const struct value *found = jmespath_json(arena, text);
	struct view bare = blank_trim_start(text);
	char *quoted;

	if (found != NULL || arena->failed || (quoted = arena_alloc(arena, bare.len + 2)) == NULL)
		return found;
	quoted[0] = quoted[bare.len + 1] = '"';
	if (bare.len > 0)
		memcpy(quoted + 1, bare.ptr, bare.len);
	return jmespath_json(arena, (struct view){ quoted, bare.len + 2 });
}

static bool
is_hex(char c)
{
	return c != '\0' && strchr("0123456789abcdefABCDEF", c) != NULL;
}

const char *
jmespath_string_fault(struct view quoted)
{
	for (size_t at = 1; at + 1 < quoted.len; at++) {
		if ((unsigned char)quoted.ptr[at] < 0x20)
			return "Invalid control character at";
		if (quoted.ptr[at] != '\\')
			continue;
		at++;
		if (quoted.ptr[at] != 'u') {
			if (quoted.ptr[at] == '\0' || strchr("\"\\/bfnrt", quoted.ptr[at]) == NULL)
				return "Invalid \\escape";
			continue;
		}
		for (size_t i = 1; i <= 4; i++)
			if (at + i >= quoted.len || !is_hex(quoted.ptr[at + i]))
				return "Invalid \\uXXXX escape";
		at += 4;
	}
	return "half a surrogate pair in a string";
}
