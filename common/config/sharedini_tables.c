#include "config/sharedini_tables.h"

#include <stdlib.h>

#include "config/nested.h"
#include "core/array.h"

bool
sharedini_add_section(struct sharedini *file, struct view name, unsigned line)
{
	struct sharedini_section *sections = array_room(file->sections, file->section_count,
	    &file->section_room, sizeof *sections);

	if (sections == NULL)
		return false;
	file->sections = sections;
	file->sections[file->section_count++] = (struct sharedini_section){ .name = name,
	    .line = line };
	return true;
}

bool
sharedini_add_property(struct sharedini *file, const struct sharedini_property *property)
{
	struct sharedini_property *properties = array_room(file->properties, file->property_count,
	    &file->property_room, sizeof *properties);

	if (properties == NULL)
		return false;
	file->properties = properties;
	file->properties[file->property_count++] = *property;
	return true;
}

static bool
is_default(const struct sharedini_section *section)
{
	return view_is(section->name, "DEFAULT");
}

/* Index of the first DEFAULT, or the count of sections. */
static size_t
first_default(const struct sharedini *file)
{
	size_t i = 0;

	while (i < file->section_count && !is_default(&file->sections[i]))
		i++;
	return i;
}

static void
join_defaults(struct sharedini *file)
{
	size_t first = first_default(file);

	if (first == file->section_count)
		return;
	for (size_t i = 0; i < file->property_count; i++)
		if (is_default(&file->sections[file->properties[i].section]))
			file->properties[i].section = (unsigned)first;
}

static int
by_section_and_name(const void *a, const void *b)
{
	const struct sharedini_property *one = a, *other = b;
	int order;

	if (one->section != other->section)
		return one->section < other->section ? -1 : 1;
	if ((order = view_compare(one->name, other->name)) != 0)
		return order;
	return (one->line > other->line) - (one->line < other->line);
}

/* Each section gets its run of the sorted properties. Returns a line that repeats a name, or 0. */
static unsigned
sort_properties(struct sharedini *file)
{
	struct sharedini_property *all = file->properties;
	unsigned twice = 0;

	if (file->property_count > 1)
		qsort(all, file->property_count, sizeof *all, by_section_and_name);
	for (size_t i = 0; i < file->property_count; i++) {
		struct sharedini_section *section = &file->sections[all[i].section];

		if (section->count++ == 0)
			section->properties = &all[i];
		else if (twice == 0 && view_equal(all[i].name, all[i - 1].name))
			twice = all[i].line;
	}
	return twice;
}

/* Now their runs of properties are known: the first one holds them all. */
static void
set_defaults_apart(struct sharedini *file)
{
	size_t first = first_default(file), kept = 0;

	if (first == file->section_count)
		return;
	file->defaults = file->sections[first];
	for (size_t i = 0; i < file->section_count; i++)
		if (!is_default(&file->sections[i]))
			file->sections[kept++] = file->sections[i];
	file->section_count = kept;
}

static int
by_name(const void *a, const void *b)
{
	const struct sharedini_section *const *one = a, *const *other = b;
	int order = view_compare((*one)->name, (*other)->name);

	if (order != 0)
		return order;
	return ((*one)->line > (*other)->line) - ((*one)->line < (*other)->line);
}

static bool
find_same_sections(const struct sharedini *file, unsigned *twice)
{
	size_t count = file->section_count;
	const struct sharedini_section **order;

	*twice = 0;
	if (count < 2)
		return true;
	if ((order = reallocarray(NULL, count, sizeof *order)) == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		order[i] = &file->sections[i];
	qsort(order, count, sizeof *order, by_name);
	for (size_t i = 1; i < count && *twice == 0; i++)
		if (view_equal(order[i]->name, order[i - 1]->name))
			*twice = order[i]->line;
	free(order);
	return true;
}

static bool
is_broken(const struct sharedini_property *property)
{
	return nested_is(property->value) && !nested_check(property->value);
}

/* Line of a broken block that some section has, by itself or from DEFAULT, or 0. */
static unsigned
broken_block(const struct sharedini *file)
{
	for (size_t i = 0; i < file->section_count; i++)
		for (size_t j = 0; j < file->sections[i].count; j++)
			if (is_broken(&file->sections[i].properties[j]))
				return file->sections[i].properties[j].line;
	for (size_t j = 0; j < file->defaults.count; j++) {
		const struct sharedini_property *shared = &file->defaults.properties[j];

		if (!is_broken(shared))
			continue;
		for (size_t i = 0; i < file->section_count; i++)
			if (sharedini_find(file, &file->sections[i], shared->name) == shared)
				return shared->line;
	}
	return 0;
}

enum ssm_err
sharedini_finish(struct sharedini *file, const char *path, struct ssm_error *err)
{
	unsigned line;

	join_defaults(file);
	if ((line = sort_properties(file)) != 0)
		return configtext_refuse(err, path, line, "the same name twice in a section");
	set_defaults_apart(file);
	if (!find_same_sections(file, &line))
		return ssm_fail_memory(err);
	if (line != 0)
		return configtext_refuse(err, path, line, "the same section twice");
	if ((line = broken_block(file)) != 0)
		return configtext_refuse(err, path, line,
		    "in the nested block a line that is not 'name = value'");
	return SSM_OK;
}

static int
by_property_name(const void *name, const void *property)
{
	const struct sharedini_property *at = property;

	return view_compare(*(const struct view *)name, at->name);
}

static const struct sharedini_property *
find_in(const struct sharedini_section *section, struct view name)
{
	if (section->count == 0)
		return NULL;
	return bsearch(&name, section->properties, section->count, sizeof *section->properties,
	    by_property_name);
}

const struct sharedini_property *
sharedini_find(const struct sharedini *file, const struct sharedini_section *section,
    struct view name)
{
	const struct sharedini_property *own = find_in(section, name);

	return own != NULL ? own : find_in(&file->defaults, name);
}

const struct sharedini_section *
sharedini_origin(const struct sharedini *file, const struct sharedini_section *section,
    const struct sharedini_property *property)
{
	return find_in(section, property->name) == property ? section : &file->defaults;
}

void
sharedini_clear(struct sharedini *file)
{
	bytes_clear(&file->content);
	free(file->sections);
	free(file->properties);
	*file = (struct sharedini)SHAREDINI_INIT;
}
