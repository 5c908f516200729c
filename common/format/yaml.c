/*
 * The AWS CLI's YAML: block style, names in order, a scalar alone as JSON. Parts that a query has put
 * in several places are anchors and aliases there, so they are here.
 */
#include <search.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

#include "format/format.h"
#include "format/valueorder.h"
#include "format/yamlplain.h"
#include "json/value_text.h"

#define WIDTH 80
#define NUMBER_MAX ((size_t)16 * 1024 * 1024)

/* A list or an object of a value that is shared. */
struct place {
	const struct value *value;
	unsigned number;		/* from 1, when it shows in more than one place; else 0 */
	bool printed;
};

struct yaml {
	yaml_emitter_t emitter;
	struct bytes *out;
	struct arena *arena;
	void *places;			/* of tsearch(3) */
	unsigned numbered;
};

static int
by_address(const void *a, const void *b)
{
	uintptr_t left = (uintptr_t)((const struct place *)a)->value;
	uintptr_t right = (uintptr_t)((const struct place *)b)->value;

	return (left > right) - (left < right);
}

static int
write_out(void *context, unsigned char *text, size_t len)
{
	struct yaml *yaml = context;

	bytes_add(yaml->out, (struct view){ (const char *)text, len });
	return !bytes_failed(yaml->out);
}

/* libyaml copies what events are made from, and takes them whether it can emit them or not. */
static bool
emit(struct yaml *yaml, yaml_event_t *event, int made)
{
	return made && yaml_emitter_emit(&yaml->emitter, event);
}

static bool
emit_scalar(struct yaml *yaml, struct view text, bool plain, bool quoted)
{
	union { const char *borrowed; yaml_char_t *text; } value = { text.ptr == NULL ? "" : text.ptr };
	yaml_event_t event;

	return text.len <= INT32_MAX && emit(yaml, &event, yaml_scalar_event_initialize(&event, NULL,
	    NULL, value.text, (int)text.len, plain, quoted, YAML_ANY_SCALAR_STYLE));
}

static bool
emit_text(struct yaml *yaml, struct view text)
{
	return emit_scalar(yaml, text, !yamlplain_is_special(text), true);
}

static bool
emit_number(struct yaml *yaml, const struct value *number)
{
	static const char *const infinite[][2] = { { "inf", ".inf" }, { "-inf", "-.inf" }, { "nan", ".nan" } };
	struct bytes text = BYTES_INIT(NUMBER_MAX);
	bool ok;

	valuetext_repr(&text, number);
	for (size_t i = 0; i < ARRAY_LEN(infinite); i++)
		if (view_is(bytes_view(&text), infinite[i][0]))
			bytes_set(&text, view_of(infinite[i][1]));
	ok = !bytes_failed(&text) && emit_scalar(yaml, bytes_view(&text), true, false);
	bytes_clear(&text);
	return ok;
}

static bool emit_value(struct yaml *yaml, const struct value *value);

static bool
emit_array(struct yaml *yaml, const struct value *array, unsigned char *anchor)
{
	yaml_event_t event;
	bool ok = emit(yaml, &event, yaml_sequence_start_event_initialize(&event, anchor, NULL, 1,
	    YAML_BLOCK_SEQUENCE_STYLE));

	for (size_t i = 0; ok && i < array->count; i++)
		ok = emit_value(yaml, array->of.items[i]);
	return ok && emit(yaml, &event, yaml_sequence_end_event_initialize(&event));
}

static bool
emit_object(struct yaml *yaml, const struct value *object, unsigned char *anchor)
{
	const struct value *sorted = valueorder_object(yaml->arena, object);
	yaml_event_t event;
	bool ok = sorted != NULL && emit(yaml, &event, yaml_mapping_start_event_initialize(&event,
	    anchor, NULL, 1, YAML_BLOCK_MAPPING_STYLE));

	for (size_t i = 0; ok && i < object->count; i++)
		ok = emit_text(yaml, sorted->of.members[i].name) && emit_value(yaml, sorted->of.members[i].value);
	return ok && emit(yaml, &event, yaml_mapping_end_event_initialize(&event));
}

/* A list or an object: whole in its first place, by its name in all others. */
static bool
emit_collection(struct yaml *yaml, const struct value *value)
{
	struct place *const *found = tfind(&(struct place){ .value = value }, &yaml->places, by_address);
	unsigned char name[24], *anchor = found != NULL && (*found)->number > 0 ? name : NULL;
	yaml_event_t event;

	if (anchor != NULL) {
		snprintf((char *)name, sizeof name, "id%03u", (*found)->number);
		if ((*found)->printed)
			return emit(yaml, &event, yaml_alias_event_initialize(&event, name));
		(*found)->printed = true;
	}
	return value->kind == VALUE_OBJECT ? emit_object(yaml, value, anchor) :
	    emit_array(yaml, value, anchor);
}

static bool
emit_value(struct yaml *yaml, const struct value *value)
{
	switch ((enum value_kind)value->kind) {
	case VALUE_NULL: return emit_scalar(yaml, VIEW("null"), true, false);
	case VALUE_FALSE: return emit_scalar(yaml, VIEW("false"), true, false);
	case VALUE_TRUE: return emit_scalar(yaml, VIEW("true"), true, false);
	case VALUE_STRING: return emit_text(yaml, value_text(value));
	case VALUE_ARRAY: case VALUE_OBJECT: return emit_collection(yaml, value);
	default: return emit_number(yaml, value);
	}
}

/* Numbers the parts that show more than once, in the order in which they come again. */
static bool
number_places(struct yaml *yaml, const struct value *value)
{
	struct place *place, **found;
	bool ok = true;

	if (format_is_scalar(value) || value == &value_empty_array || value == &value_empty_object)
		return true;
	if ((place = malloc(sizeof *place)) == NULL)
		return false;
	*place = (struct place){ .value = value };
	if ((found = tsearch(place, &yaml->places, by_address)) == NULL || *found != place) {
		free(place);
		if (found != NULL && (*found)->number == 0)
			(*found)->number = ++yaml->numbered;
		return found != NULL;
	}
	for (size_t i = 0; ok && value->kind == VALUE_ARRAY && i < value->count; i++)
		ok = number_places(yaml, value->of.items[i]);
	if (value->kind == VALUE_ARRAY)
		return ok;
	value = valueorder_object(yaml->arena, value);
	for (size_t i = 0; ok && value != NULL && i < value->count; i++)
		ok = number_places(yaml, value->of.members[i].value);
	return ok && value != NULL;
}

static bool
emit_document(struct yaml *yaml, const struct value *value)
{
	yaml_event_t event;

	yaml_emitter_set_output(&yaml->emitter, write_out, yaml);
	yaml_emitter_set_unicode(&yaml->emitter, 1);
	yaml_emitter_set_width(&yaml->emitter, WIDTH);
	return emit(yaml, &event, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING)) &&
	    emit(yaml, &event, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1)) &&
	    emit_value(yaml, value) &&
	    emit(yaml, &event, yaml_document_end_event_initialize(&event, 1)) &&
	    emit(yaml, &event, yaml_stream_end_event_initialize(&event));
}

static enum ssm_err
print(struct bytes *out, const struct value *value, struct arena *arena,
    const struct format_how *how, struct ssm_error *err)
{
	struct yaml yaml = { .out = out, .arena = arena };
	bool ok;

	if (!yaml_emitter_initialize(&yaml.emitter))
		return ssm_fail_memory(err);
	ok = (!how->shared || number_places(&yaml, value)) && emit_document(&yaml, value);
	yaml_emitter_delete(&yaml.emitter);
	tdestroy(yaml.places, free);
	if (ok || bytes_failed(out))		/* which format_value() tells */
		return SSM_OK;
	return ssm_fail_memory(err);
}

enum ssm_err
format_yaml(struct bytes *out, const struct value *value, struct arena *arena,
    const struct format_how *how, struct ssm_error *err)
{
	if (value->kind == VALUE_OBJECT && value->count == 0)
		return SSM_OK;
	return format_is_scalar(value) ? format_json(out, value, arena, how, err) :
	    print(out, value, arena, how, err);
}

/* Each document is a list of its own with one item. */
enum ssm_err
format_yaml_stream(struct bytes *out, const struct value *value, struct arena *arena,
    const struct format_how *how, struct ssm_error *err)
{
	const struct value **items, *list;

	if (value->kind == VALUE_OBJECT && value->count == 0)
		return SSM_OK;
	if ((items = arena_alloc(arena, sizeof *items)) == NULL)
		return ssm_fail_memory(err);
	items[0] = value;
	list = value_array(arena, items, 1);
	return list == NULL ? ssm_fail_memory(err) : print(out, list, arena, how, err);
}

void
format_library(struct bytes *out)
{
	bytes_add(out, VIEW("libyaml/"));
	bytes_add_text(out, yaml_get_version_string());
}
