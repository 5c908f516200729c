/* JMESPath's functions on strings. */
#include "core/utf8.h"
#include "jmespath/builtins.h"
#include "json/value_text.h"

/* Room for a string in the arena. */
static char *
room(struct jmespath_run *run, size_t len)
{
	char *text = arena_alloc(run->arena, len);

	if (text == NULL)
		jmespath_made(run, NULL);
	return text;
}

static const struct value *
made_string(struct jmespath_run *run, const char *text, size_t len)
{
	return jmespath_made(run, value_string(run->arena, (struct view){ text, len }));
}

const struct value *
jmespath_starts_with(struct jmespath_run *run, struct jmespath_arguments args)
{
	(void)run;
	return value_bool(view_starts(value_text(args.at[0]), value_text(args.at[1])));
}

const struct value *
jmespath_ends_with(struct jmespath_run *run, struct jmespath_arguments args)
{
	struct view text = value_text(args.at[0]), suffix = value_text(args.at[1]);

	(void)run;
	return value_bool(suffix.len <= text.len &&
	    view_equal(view_slice(text, text.len - suffix.len, text.len), suffix));
}

const struct value *
jmespath_join(struct jmespath_run *run, struct jmespath_arguments args)
{
	const struct value *between = args.at[0], *array = args.at[1];
	size_t len = array->count == 0 ? 0 : (size_t)between->count * (array->count - 1), at = 0;
	char *text;

	for (uint32_t i = 0; i < array->count; i++)
		len += array->of.items[i]->count;
	if ((text = room(run, len)) == NULL)
		return NULL;
	for (uint32_t i = 0; i < array->count; i++) {
		if (i > 0) {
			memcpy(text + at, between->of.text, between->count);
			at += between->count;
		}
		memcpy(text + at, array->of.items[i]->of.text, array->of.items[i]->count);
		at += array->of.items[i]->count;
	}
	return made_string(run, text, len);
}

const struct value *
jmespath_length(struct jmespath_run *run, struct jmespath_arguments args)
{
	const struct value *counted = args.at[0];
	size_t count = counted->kind == VALUE_STRING ? utf8_count(value_text(counted)) : counted->count;

	return jmespath_made(run, value_int(run->arena, (long long)count));
}

static const struct value *
reverse_string(struct jmespath_run *run, struct view from)
{
	char *text = room(run, from.len);
	size_t len;

	if (text == NULL)
		return NULL;
	for (size_t at = 0; at < from.len; at += len) {
		len = utf8_length(view_slice(from, at, from.len));
		memcpy(text + from.len - at - len, from.ptr + at, len);
	}
	return made_string(run, text, from.len);
}

const struct value *
jmespath_reverse(struct jmespath_run *run, struct jmespath_arguments args)
{
	const struct value *from = args.at[0];
	size_t begin = jmespath_array_begin(run);

	if (from->kind == VALUE_STRING)
		return reverse_string(run, value_text(from));
	for (uint32_t i = from->count; i > 0; i--)
		if (!jmespath_array_push(run, from->of.items[i - 1]))
			return NULL;
	return jmespath_array_end(run, begin);
}

const struct value *
jmespath_to_string(struct jmespath_run *run, struct jmespath_arguments args)
{
	struct bytes text = BYTES_INIT((size_t)JMESPATH_RESULT_MAX * 8);	/* escapes and all */
	size_t budget = JMESPATH_RESULT_MAX;
	const struct value *made = NULL;
	struct view copy;

	if (args.at[0]->kind == VALUE_STRING)
		return args.at[0];
	if (!value_fits(args.at[0], &budget))
		return jmespath_too_large(run);
	valuetext_json(&text, args.at[0]);
	if (bytes_failed(&text))
		jmespath_fail_memory(run);
	else if ((copy = arena_copy(run->arena, bytes_view(&text))).ptr == NULL)
		jmespath_made(run, NULL);
	else
		made = made_string(run, copy.ptr, copy.len);
	bytes_clear(&text);
	return made;
}
