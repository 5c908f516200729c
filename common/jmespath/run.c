#include "jmespath/run.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/array.h"
#include "json/value_text.h"

/* A value in an error is cut here, so that what follows it is still seen. */
#define SHOWN_MAX 900

const struct value *
jmespath_fail(struct jmespath_run *run, const char *exception, const char *format, ...)
{
	char text[4 * SSM_MESSAGE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	run->rc = ssm_fail(run->err, SSM_E_OTHER, exception, "%s", text);
	return NULL;
}

const struct value *
jmespath_fail_memory(struct jmespath_run *run)
{
	run->rc = ssm_fail_memory(run->err);
	return NULL;
}

const struct value *
jmespath_too_large(struct jmespath_run *run)
{
	return jmespath_fail(run, "MemoryError", "the query needs more than %zu bytes of memory",
	    run->arena->max);
}

const struct value *
jmespath_made(struct jmespath_run *run, const struct value *value)
{
	if (value != NULL || run->rc != SSM_OK)
		return value;
	if (!run->arena->failed)
		return jmespath_fail(run, "RecursionError",
		    "the query's result is nested more than %d deep", VALUE_DEPTH_MAX);
	return run->arena->full ? jmespath_too_large(run) : jmespath_fail_memory(run);
}

const struct value *
jmespath_made_object(struct jmespath_run *run, struct value_member *members, size_t count)
{
	if ((count = value_unique(members, count)) == SIZE_MAX)
		return jmespath_fail_memory(run);
	return jmespath_made(run, value_object(run->arena, members, count));
}

bool
jmespath_work(struct jmespath_run *run, size_t steps)
{
	if (run->rc == SSM_OK && run->work <= steps)
		jmespath_fail(run, "MemoryError", "the query takes more than %d steps",
		    JMESPATH_WORK_MAX);
	if (run->rc == SSM_OK)
		run->work -= steps;
	return run->rc == SSM_OK;
}

size_t
jmespath_array_begin(const struct jmespath_run *run)
{
	return run->count;
}

/* The cap of the arena, in which the items end up, is theirs too. */
static bool
grow(struct jmespath_run *run)
{
	const struct value **grown;

	if (run->count >= run->arena->max / sizeof *grown)
		return jmespath_too_large(run) != NULL;
	if ((grown = array_room(run->pending, run->count, &run->room, sizeof *grown)) == NULL)
		return jmespath_fail_memory(run) != NULL;
	run->pending = grown;
	return true;
}

bool
jmespath_array_push(struct jmespath_run *run, const struct value *item)
{
	if (item == NULL || (run->count == run->room && !grow(run)))
		return false;
	run->pending[run->count++] = item;
	return true;
}

const struct value *
jmespath_array_end(struct jmespath_run *run, size_t begin)
{
	size_t count = run->count - begin, size = count * sizeof(const struct value *);
	const struct value **items;

	run->count = begin;
	if (count == 0)
		return &value_empty_array;
	if ((items = arena_alloc(run->arena, size)) == NULL)
		return jmespath_made(run, NULL);
	memcpy(items, run->pending + begin, size);
	return jmespath_made(run, value_array(run->arena, items, count));
}

const char *
jmespath_type_name(const struct value *value)
{
	static const char *const names[] = { "null", "boolean", "boolean", "number", "number", "string",
	    "array", "object", "expref" };

	return names[value->kind];
}

static void
cut(struct bytes *text)
{
	size_t at = SHOWN_MAX;

	if (text->len <= SHOWN_MAX)
		return;
	while (at > 0 && ((unsigned char)text->ptr[at] & 0xC0) == 0x80)
		at--;
	text->len = at;
	bytes_add(text, VIEW("..."));
}

static void
show(const struct jmespath_run *run, struct bytes *text, const struct value *value)
{
	if (run->secret && value->kind >= VALUE_STRING)
		bytes_add(text, VIEW("***"));
	else if (value->kind == VALUE_STRING && value->count > SHOWN_MAX)
		bytes_add(text, view_slice(value_text(value), 0, SHOWN_MAX + 1));
	else
		valuetext_str(text, value);
	text->failed = false;		/* what did not fit is not shown anyway */
	cut(text);
}

const struct value *
jmespath_type_error(struct jmespath_run *run, const char *function, const struct value *shown,
    const char *types, const char *received)
{
	struct bytes text = BYTES_INIT(64 * 1024);

	show(run, &text, shown);
	jmespath_fail(run, "JMESPathTypeError", "In function %s(), invalid type for value: %.*s, "
	    "expected one of: %s, received: \"%s\"", function, VIEW_ARG(bytes_view(&text)), types,
	    received);
	bytes_clear(&text);
	return NULL;
}
