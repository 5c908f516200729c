/* value, valuetext, arena: trees of JSON values and how Python prints them. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "json/value_text.h"
#include "tap.h"

#define MEMORY (64 * 1024 * 1024)

static const struct {
	const char *text, *json, *repr;
} printed[] = {
	{ "null", "null", "None" },
	{ " [true , false] ", "[true,false]", "[True, False]" },
	{ "-0", "0", "0" },
	{ "[-0.0,1.0,1.50,1e3,1E16,1e-5,0.1]", "[-0.0,1.0,1.5,1000.0,1e+16,1e-05,0.1]",
	    "[-0.0, 1.0, 1.5, 1000.0, 1e+16, 1e-05, 0.1]" },
	{ "12345678901234567890", "12345678901234567890", "12345678901234567890" },
	{ "[1e400,-1e400]", "[Infinity,-Infinity]", "[inf, -inf]" },
	{ "\"\"", "\"\"", "''" },
	{ "\"a\\u00e9\\ud83d\\ude00\\n\\/\\\"\"", "\"a\\u00e9\\ud83d\\ude00\\n/\\\"\"",
	    "'a\xC3\xA9\xF0\x9F\x98\x80\\n/\"'" },
	{ "[\"it's\",\"\\\\\",\"\\u0001\\u007f\\u00a0\\u200b\\u2028\"]",
	    "[\"it's\",\"\\\\\",\"\\u0001\\u007f\\u00a0\\u200b\\u2028\"]",
	    "[\"it's\", '\\\\', '\\x01\\x7f\\xa0\\u200b\\u2028']" },
	{ "{\"b\":{},\"a\":[[],[9,10]]}", "{\"b\":{},\"a\":[[],[9,10]]}",
	    "{'b': {}, 'a': [[], [9, 10]]}" },
	{ "{\"x\":{\"a\":1,\"b\":2,\"\\u0061\":3}}", "{\"x\":{\"a\":3,\"b\":2}}",
	    "{'x': {'a': 3, 'b': 2}}" },
};

static void
test_printed(void)
{
	for (size_t i = 0; i < ARRAY_LEN(printed); i++) {
		struct arena arena = ARENA_INIT(MEMORY);
		struct bytes json = BYTES_INIT(MEMORY), repr = BYTES_INIT(MEMORY);
		struct ssm_error err = SSM_ERROR_INIT;
		const struct value *value;

		if (value_parse(&value, &arena, view_of(printed[i].text), "it", &err) == SSM_OK) {
			valuetext_json(&json, value);
			valuetext_repr(&repr, value);
		}
		is_view(bytes_view(&json), view_of(printed[i].json), "%s as JSON", printed[i].text);
		is_view(bytes_view(&repr), view_of(printed[i].repr), "%s as Python", printed[i].text);
		bytes_clear(&json);
		bytes_clear(&repr);
		arena_clear(&arena);
		ssm_error_clear(&err);
	}
}

/* Objects with many members, each name ten times: the last value in the first one's place. */
static void
test_repeats(void)
{
	struct arena arena = ARENA_INIT(MEMORY);
	struct bytes text = BYTES_INIT(MEMORY);
	const struct value *value, *found = NULL;
	struct ssm_error err = SSM_ERROR_INIT;
	char member[48];
	bool right = true;

	bytes_add_text(&text, "[{");
	for (int i = 0; i < 3000; i++) {
		snprintf(member, sizeof member, "%s\"name%d\":%d", i > 0 ? "," : "", i % 300, i);
		bytes_add_text(&text, member);
	}
	bytes_add_text(&text, "}]");
	if (value_parse(&value, &arena, bytes_view(&text), "it", &err) == SSM_OK)
		found = value->of.items[0];
	ok(found != NULL && found->count == 300, "each name is there once");
	for (uint32_t i = 0; found != NULL && i < found->count; i++) {
		snprintf(member, sizeof member, "name%u", (unsigned)i);
		right = right && view_is(found->of.members[i].name, member) &&
		    (int)value_double(found->of.members[i].value) == 2700 + (int)i;
	}
	ok(right, "in the place of its first, with the value of its last");
	ok(found != NULL && value_member(found, VIEW("name7")) == found->of.members[7].value &&
	    value_member(found, VIEW("name")) == NULL, "members are found by their names");
	bytes_clear(&text);
	arena_clear(&arena);
	ssm_error_clear(&err);
}

static void
test_depth(void)
{
	struct arena arena = ARENA_INIT(MEMORY);
	const struct value *value = &value_null, **items;
	int depth = 0;

	while (value != NULL && depth < 10000) {
		if ((items = arena_alloc(&arena, sizeof(const struct value *))) == NULL)
			break;
		items[0] = value;
		if ((value = value_array(&arena, items, 1)) != NULL)
			depth++;
	}
	is_number(depth, VALUE_DEPTH_MAX, "no value is deeper");
	ok(!arena.failed, "which is no lack of memory");
	arena_clear(&arena);
}

static void
test_fits(void)
{
	struct arena arena = ARENA_INIT(MEMORY);
	const struct value *value = &value_true, **items;
	size_t budget = 3000;

	for (int i = 0; i < 10; i++) {
		if ((items = arena_alloc(&arena, 2 * sizeof(const struct value *))) == NULL)
			break;
		items[0] = items[1] = value;
		value = value_array(&arena, items, 2);
	}
	ok(value != NULL && value_fits(value, &budget), "shared parts count as often as they show");
	is_number(3000 - budget, 2047, "that is 1024 scalars in 1023 arrays");
	ok(value != NULL && !value_fits(value, &budget), "and no more than the budget has");
	arena_clear(&arena);
}

static void
test_arena(void)
{
	struct arena arena = ARENA_INIT(100000);
	size_t count = 0;

	while (arena_alloc(&arena, 1000) != NULL)
		count++;
	is_number(count, 100, "an arena hands out its cap");
	ok(arena.failed && arena.full && arena_alloc(&arena, 1) == NULL, "and then nothing more");
	arena_clear(&arena);
	ok(arena_alloc(&arena, SIZE_MAX) == NULL, "nor a piece of any size");
	arena_clear(&arena);
	ok(arena_alloc(&arena, 0) != NULL && arena_alloc(&arena, 99000) != NULL, "cleared, it starts again");
	arena_clear(&arena);
}

int
main(void)
{
	test_printed();
	test_repeats();
	test_depth();
	test_fits();
	test_arena();
	return done_testing();
}
