#include "placemap.h"

#include <stdint.h>

/* The value's place, or the free one where it would be. There is always one that is free. */
static struct place *
slot(const struct placemap *map, const struct value *value)
{
	size_t at = ((uintptr_t)value >> 3) * (size_t)0x9E3779B97F4A7C15 >> 16;

	while (map->places[at & (map->cap - 1)].value != NULL &&
	    map->places[at & (map->cap - 1)].value != value)
		at++;
	return &map->places[at & (map->cap - 1)];
}

static void
grow(struct placemap *map)
{
	struct placemap larger = *map;

	larger.cap = map->cap == 0 ? 64 : map->cap * 2;
	larger.places = arena_alloc(map->arena, larger.cap * sizeof *larger.places);
	if (larger.places == NULL) {
		map->failed = true;
		return;
	}
	memset(larger.places, 0, larger.cap * sizeof *larger.places);
	for (size_t i = 0; i < map->cap; i++)
		if (map->places[i].value != NULL)
			*slot(&larger, map->places[i].value) = map->places[i];
	*map = larger;
}

bool
placemap_visit(struct placemap *map, const struct value *value)
{
	struct place *place;

	if (map->count * 2 >= map->cap)
		grow(map);
	if (map->failed)
		return false;
	place = slot(map, value);
	if (place->value == NULL) {
		place->value = value;
		map->count++;
		return false;
	}
	if (place->number == 0)
		place->number = ++map->numbered;
	return true;
}

struct place *
placemap_find(const struct placemap *map, const struct value *value)
{
	struct place *place = map->count == 0 ? NULL : slot(map, value);

	return place == NULL || place->value == NULL ? NULL : place;
}
