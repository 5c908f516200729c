#include "format/members.h"

#include "format/timestamp.h"

#define SHOWN_MAX 100		/* of a value in a message */

static const struct view metadata_name = { "ResponseMetadata", sizeof "ResponseMetadata" - 1 };

struct selection {
	struct arena *arena;
	bool wire_times;
	struct ssm_error *err;		/* set when a value is NULL for another reason than memory */
};

static const struct value *select_value(struct selection *selection, const struct shape *shape,
    struct view name, const struct value *value);

static size_t
count_rows(const struct shape *structure)
{
	size_t count = 0;

	while (structure->members[count].name != NULL)
		count++;
	return count;
}

/* Adds the members that the model has to *to; SIZE_MAX when one cannot be had. */
static size_t
select_members(struct selection *selection, struct value_member *to, const struct shape *structure,
    const struct value *object)
{
	size_t count = 0;

	for (const struct shape_member *row = structure->members; row->name != NULL; row++) {
		struct view name = view_of(row->name);
		const struct value *value = value_member(object, name);

		if (value == NULL || value->kind == VALUE_NULL)
			continue;
		if ((value = select_value(selection, row->shape, name, value)) == NULL)
			return SIZE_MAX;
		to[count++] = (struct value_member){ name, value };
	}
	return count;
}

static const struct value *
select_structure(struct selection *selection, const struct shape *shape, const struct value *object)
{
	struct value_member *members = arena_alloc(selection->arena, count_rows(shape) * sizeof *members);
	size_t count = members == NULL ? SIZE_MAX : select_members(selection, members, shape, object);

	return count == SIZE_MAX ? NULL : value_object(selection->arena, members, count);
}

static const struct value *
select_items(struct selection *selection, const struct shape *shape, struct view name,
    const struct value *list)
{
	const struct value **items = arena_alloc(selection->arena, list->count * sizeof(const struct value *));

	if (items == NULL)
		return NULL;
	for (size_t i = 0; i < list->count; i++)
		if ((items[i] = select_value(selection, shape->item, name, list->of.items[i])) == NULL)
			return NULL;
	return value_array(selection->arena, items, list->count);
}

static const struct value *
select_map(struct selection *selection, const struct shape *shape, const struct value *map)
{
	struct value_member *members = arena_alloc(selection->arena, map->count * sizeof *members);

	if (members == NULL)
		return NULL;
	for (size_t i = 0; i < map->count; i++) {
		members[i] = map->of.members[i];
		members[i].value = select_value(selection, shape->item, members[i].name, members[i].value);
		if (members[i].value == NULL)
			return NULL;
	}
	return value_object(selection->arena, members, map->count);
}

static const struct value *
select_time(struct selection *selection, struct view name, const struct value *value)
{
	const struct value *text;

	if (selection->wire_times)
		return value;
	text = timestamp_iso8601(selection->arena, value);
	if (text == NULL && !selection->arena->failed)
		ssm_fail(selection->err, SSM_E_INPUT, "FormatError", "%.*s: %.*s is no time of the years 1 to 9999 "
		    "(cli_timestamp_format = wire prints it as it came)", VIEW_ARG(name),
		    VIEW_ARG_CUT(value_text(value), SHOWN_MAX));
	return text;
}

/* The part of a value that its shape has; name is that of the member it is in. */
static const struct value *
select_value(struct selection *selection, const struct shape *shape, struct view name,
    const struct value *value)
{
	switch (shape->type) {
	case SHAPE_TIMESTAMP:
		return select_time(selection, name, value);
	case SHAPE_STRUCTURE:
		return value->kind == VALUE_OBJECT ? select_structure(selection, shape, value) : value;
	case SHAPE_LIST:
		return value->kind == VALUE_ARRAY ? select_items(selection, shape, name, value) : value;
	case SHAPE_MAP:
		return value->kind == VALUE_OBJECT ? select_map(selection, shape, value) : value;
	case SHAPE_STRING: case SHAPE_BLOB: case SHAPE_INTEGER:
		break;
	}
	return value;
}

static size_t
take_modelled(struct selection *selection, struct value_member *to, const struct value *document,
    const struct members_shown *which)
{
	size_t count = select_members(selection, to, which->operation->output, document);
	const struct value *value = value_member(document, metadata_name);

	if (which->metadata && value != NULL && count != SIZE_MAX)
		to[count++] = (struct value_member){ metadata_name, value };
	return count;
}

static size_t
take_others(struct value_member *to, const struct value *document)
{
	size_t count = 0;

	for (size_t i = 0; i < document->count; i++)
		if (!view_equal(document->of.members[i].name, metadata_name))
			to[count++] = document->of.members[i];
	return count;
}

static const struct value *
select_document(struct selection *selection, const struct value *document,
    const struct members_shown *which)
{
	size_t room = which->operation == NULL ? document->count : count_rows(which->operation->output) + 1;
	struct value_member *members = arena_alloc(selection->arena, room * sizeof *members);
	size_t count;

	if (members == NULL)
		return NULL;
	count = which->operation == NULL ? take_others(members, document) :
	    take_modelled(selection, members, document, which);
	return count == SIZE_MAX ? NULL : value_object(selection->arena, members, count);
}

enum ssm_err
members_select(const struct value **shown, struct arena *arena, const struct value *document,
    const struct members_shown *which, struct ssm_error *err)
{
	struct selection selection = { arena, which->wire_times, err };

	*shown = document;
	if (document == NULL)
		return ssm_fail_memory(err);
	if (document->kind != VALUE_OBJECT || (which->operation == NULL &&
	    (which->metadata || value_member(document, metadata_name) == NULL)))
		return SSM_OK;
	if ((*shown = select_document(&selection, document, which)) != NULL)
		return SSM_OK;
	return err->rc != SSM_OK ? err->rc : ssm_fail_memory(err);
}
