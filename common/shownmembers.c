#include "shownmembers.h"

static const struct view metadata_name = { "ResponseMetadata", sizeof "ResponseMetadata" - 1 };

/* What a structure can have, and one more. */
static size_t
room_needed(const struct value *document, const struct shownmembers *which)
{
	size_t count = 0;

	if (which->operation == NULL)
		return document->count;
	while (which->operation->output->members[count].name != NULL)
		count++;
	return count + 1;
}

static size_t
take_modelled(struct value_member *to, const struct value *document, const struct shownmembers *which)
{
	const struct value *value;
	size_t count = 0;

	for (const struct shape_member *row = which->operation->output->members; row->name != NULL; row++) {
		value = value_member(document, view_of(row->name));
		if (value != NULL && value->kind != VALUE_NULL)
			to[count++] = (struct value_member){ view_of(row->name), value };
	}
	value = value_member(document, metadata_name);
	if (which->metadata && value != NULL)
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

const struct value *
shownmembers(struct arena *arena, const struct value *document, const struct shownmembers *which)
{
	struct value_member *members;
	size_t count;

	if (document == NULL || document->kind != VALUE_OBJECT)
		return document;
	if (which->operation == NULL && (which->metadata || value_member(document, metadata_name) == NULL))
		return document;
	if ((members = arena_alloc(arena, room_needed(document, which) * sizeof *members)) == NULL)
		return NULL;
	count = which->operation != NULL ? take_modelled(members, document, which) :
	    take_others(members, document);
	return value_object(arena, members, count);
}
