#include "config/profiles.h"

#include <stdlib.h>

#include "config/nested.h"
#include "config/sharedini.h"
#include "core/shellwords.h"

#define PATH_MAX_BYTES (1024 * 1024)

struct source {
	struct sharedini file;
	struct bytes path;		/* with a NUL behind it */
};

/* A section that means something: in the config file [profile "a b"] is profile `a b`. */
struct entry {
	enum profiles_table table;	/* any but PROFILES_MERGED */
	struct view name;
	const struct source *source;
	const struct sharedini_section *section;
};

struct profiles {
	struct source config, credentials;
	struct entry *entries;		/* in the order of the files, the config file first */
	const struct entry **sorted;	/* by table, name and place, for look-up */
	size_t count;
	struct bytes names;		/* what the entries' names point into: room made once */
};

/* A profile can be in both files. */
#define PLACES_MAX 2

/* --- headers of the config file --- */

/* Botocore goes by how the header begins, so [profiles x] is a profile too. */
static const struct {
	struct view prefix;
	enum profiles_table table;
} kinds[] = {
	{ { "profile", 7 }, PROFILES_CONFIG },
	{ { "sso-session", 11 }, PROFILES_SSO_SESSIONS },
	{ { "services", 8 }, PROFILES_SERVICES },
};

static struct view
keep_name(struct profiles *p, struct view name)
{
	size_t begin = p->names.len;

	bytes_add(&p->names, name);
	return (struct view){ p->names.ptr + begin, name.len };
}

/* Adds the section when its header is two words. Others are left out, silently, as in botocore. */
static enum ssm_err
add_named(struct profiles *p, const struct sharedini_section *section, enum profiles_table table,
    struct shellwords *words)
{
	struct ssm_error ignored = SSM_ERROR_INIT;
	enum ssm_err rc = shellwords_split(words, section->name, &ignored);

	ssm_error_clear(&ignored);
	if (rc == SSM_OK && words->count == 2)
		p->entries[p->count++] = (struct entry){ table,
		    keep_name(p, view_of(words->argv[1])), &p->config, section };
	return rc == SSM_E_CONFIG ? SSM_OK : rc;
}

static enum ssm_err
add_section(struct profiles *p, const struct sharedini_section *section, struct shellwords *words)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (view_starts(section->name, kinds[i].prefix))
			return add_named(p, section, kinds[i].table, words);
	if (view_is(section->name, "default"))
		p->entries[p->count++] = (struct entry){ PROFILES_CONFIG, section->name, &p->config,
		    section };
	return SSM_OK;
}

static int
compare_names(const struct entry *one, const struct entry *other)
{
	if (one->table != other->table)
		return one->table < other->table ? -1 : 1;
	return view_compare(one->name, other->name);
}

/* Of one name the entry that stands later comes later. */
static int
compare_entries(const void *a, const void *b)
{
	const struct entry *one = *(const struct entry *const *)a, *other = *(const struct entry *const *)b;
	int order = compare_names(one, other);

	return order != 0 ? order : (one > other) - (one < other);
}

static void
sort_entries(struct profiles *p)
{
	for (size_t i = 0; i < p->count; i++)
		p->sorted[i] = &p->entries[i];
	if (p->count > 1)
		qsort(p->sorted, p->count, sizeof(const struct entry *), compare_entries);
}

static enum ssm_err
map_headers(struct profiles *p, struct ssm_error *err)
{
	const struct sharedini *file = &p->config.file, *credentials = &p->credentials.file;
	struct shellwords words = SHELLWORDS_INIT;
	enum ssm_err rc = SSM_OK;
	size_t room = 1, count = file->section_count + credentials->section_count;

	for (size_t i = 0; i < file->section_count; i++)
		room += file->sections[i].name.len;
	p->entries = calloc(count + 1, sizeof *p->entries);
	p->sorted = calloc(count + 1, sizeof(const struct entry *));
	if (p->entries == NULL || p->sorted == NULL || bytes_room(&p->names, room) == NULL)
		return ssm_fail_memory(err);
	for (size_t i = 0; i < file->section_count && rc == SSM_OK; i++)
		rc = add_section(p, &file->sections[i], &words);
	for (size_t i = 0; i < credentials->section_count; i++)
		p->entries[p->count++] = (struct entry){ PROFILES_CREDENTIALS, credentials->sections[i].name,
		    &p->credentials, &credentials->sections[i] };
	shellwords_clear(&words);
	sort_entries(p);
	return rc == SSM_OK ? rc : ssm_fail_memory(err);
}

/* --- reading --- */

static enum ssm_err
load(struct source *source, const char *path, struct ssm_error *err)
{
	bytes_set(&source->path, view_of(path));
	if (bytes_cstr(&source->path) == NULL)
		return ssm_fail_memory(err);
	return sharedini_load(&source->file, source->path.ptr, err);
}

enum ssm_err
profiles_load(struct profiles **profiles, const char *config_path, const char *credentials_path,
    struct ssm_error *err)
{
	struct profiles *p = malloc(sizeof *p);
	enum ssm_err rc;

	if (p == NULL)
		return ssm_fail_memory(err);
	*p = (struct profiles){
		.config = { SHAREDINI_INIT, BYTES_INIT(PATH_MAX_BYTES) },
		.credentials = { SHAREDINI_INIT, BYTES_INIT(PATH_MAX_BYTES) },
		.names = BYTES_INIT(CONFIGTEXT_FILE_MAX),
	};
	if ((rc = load(&p->config, config_path, err)) == SSM_OK &&
	    (rc = load(&p->credentials, credentials_path, err)) == SSM_OK)
		rc = map_headers(p, err);
	if (rc == SSM_OK)
		*profiles = p;
	else
		profiles_free(p);
	return rc;
}

void
profiles_free(struct profiles *profiles)
{
	if (profiles == NULL)
		return;
	sharedini_clear(&profiles->config.file);
	sharedini_clear(&profiles->credentials.file);
	bytes_clear(&profiles->config.path);
	bytes_clear(&profiles->credentials.path);
	bytes_clear(&profiles->names);
	free(profiles->entries);
	free(profiles->sorted);
	free(profiles);
}

int
profiles_unreadable(const struct profiles *profiles, enum profiles_table table)
{
	return table == PROFILES_CREDENTIALS ? profiles->credentials.file.unreadable :
	    profiles->config.file.unreadable;
}

/* --- look-up --- */

/* The last one counts: a later [profile "x"] replaces [profile x] wholly. */
static const struct entry *
find_entry(const struct profiles *p, enum profiles_table table, struct view name)
{
	const struct entry wanted = { .table = table, .name = name };
	size_t low = 0, high = p->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_names(p->sorted[middle], &wanted) > 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low > 0 && compare_names(p->sorted[low - 1], &wanted) == 0 ? p->sorted[low - 1] : NULL;
}

/* Where the properties are, what wins first; returns how many places. */
static size_t
find_places(const struct profiles *p, enum profiles_table table, struct view name,
    const struct entry *places[PLACES_MAX])
{
	static const enum profiles_table merged[PLACES_MAX] = { PROFILES_CREDENTIALS, PROFILES_CONFIG };
	size_t count = 0;

	for (size_t i = 0; i < (table == PROFILES_MERGED ? PLACES_MAX : 1); i++) {
		places[count] = find_entry(p, table == PROFILES_MERGED ? merged[i] : table, name);
		count += places[count] != NULL;
	}
	return count;
}

static const struct sharedini_property *
find_property(const struct entry *const *places, size_t count, struct view name,
    const struct entry **place)
{
	const struct sharedini_property *found = NULL;

	for (size_t i = 0; i < count && found == NULL; i++) {
		*place = places[i];
		found = sharedini_find(&places[i]->source->file, places[i]->section, name);
	}
	return found;
}

static struct profiles_property
describe(const struct entry *place, const struct sharedini_property *property)
{
	return (struct profiles_property){
		.name = property->name,
		.value = property->value,
		.path = place->source->path.ptr,
		.line = property->line,
		.section = sharedini_origin(&place->source->file, place->section, property)->name,
	};
}

bool
profiles_has(const struct profiles *profiles, enum profiles_table table, struct view section)
{
	const struct entry *places[PLACES_MAX];

	return find_places(profiles, table, section, places) > 0;
}

enum ssm_err
profiles_require(const struct profiles *profiles, struct view profile, struct ssm_error *err)
{
	if (profiles_has(profiles, PROFILES_MERGED, profile))
		return SSM_OK;
	return ssm_fail(err, SSM_E_CONFIG, "ProfileNotFound",
	    "The config profile (%.*s) could not be found", VIEW_ARG(profile));
}

bool
profiles_get(const struct profiles *profiles, enum profiles_table table, struct view section,
    struct view name, struct profiles_property *found)
{
	const struct entry *places[PLACES_MAX];
	size_t count = find_places(profiles, table, section, places);
	const struct entry *place = NULL;
	const struct sharedini_property *property = find_property(places, count, name, &place);

	if (property != NULL && found != NULL)
		*found = describe(place, property);
	return property != NULL;
}

static bool
is_empty(const struct entry *place)
{
	return place->section->count == 0 && place->source->file.defaults.count == 0;
}

enum ssm_err
profiles_get_service(const struct profiles *profiles, struct view section, struct view service,
    struct view name, struct profiles_property *found, bool *has, struct ssm_error *err)
{
	const struct entry *places[PLACES_MAX];
	size_t count = find_places(profiles, PROFILES_SERVICES, section, places);
	struct profiles_property block;
	struct view value;

	*has = false;
	if (count == 0 || is_empty(places[0]))
		return ssm_fail(err, SSM_E_CONFIG, "InvalidConfigError",
		    "The profile is configured to use the services section but the \"%.*s\" "
		    "services configuration does not exist.", VIEW_ARG(section));
	if (!profiles_get(profiles, PROFILES_SERVICES, section, service, &block))
		return SSM_OK;
	if (!nested_is(block.value))
		return ssm_fail(err, SSM_E_CONFIG, "InvalidConfigError",
		    "Invalid Configuration: '%.*s' in [%.*s] is not followed by indented lines "
		    "(%s line %u)", VIEW_ARG(service), VIEW_ARG(block.section), block.path,
		    block.line);
	if ((*has = nested_find(block.value, name, &value))) {
		*found = block;
		found->name = name;
		found->value = value;
	}
	return SSM_OK;
}

/* --- walks --- */

/* Whether the section is what its name leads to. */
static bool
is_listed(const struct profiles *p, enum profiles_table table, const struct entry *entry)
{
	enum profiles_table wanted = table == PROFILES_MERGED ? PROFILES_CONFIG : table;
	const struct entry *found = find_entry(p, wanted, entry->name);

	return found == entry || (found == NULL && table == PROFILES_MERGED &&
	    entry->table == PROFILES_CREDENTIALS);
}

bool
profiles_next_section(const struct profiles *profiles, enum profiles_table table, size_t *at,
    struct view *section)
{
	while (*at < profiles->count) {
		const struct entry *entry = &profiles->entries[(*at)++];

		*section = entry->name;
		if (is_listed(profiles, table, entry))
			return true;
	}
	return false;
}

/* The property at that position: each place's own, then its DEFAULT's. NULL behind the last. */
static const struct sharedini_property *
property_at(const struct entry *const *places, size_t count, size_t at)
{
	for (size_t i = 0; i < count; i++) {
		const struct sharedini_section *runs[] = { places[i]->section,
		    &places[i]->source->file.defaults };

		for (size_t j = 0; j < ARRAY_LEN(runs); j++) {
			if (at < runs[j]->count)
				return &runs[j]->properties[at];
			at -= runs[j]->count;
		}
	}
	return NULL;
}

bool
profiles_next_property(const struct profiles *profiles, enum profiles_table table,
    struct view section, size_t *at, struct profiles_property *found)
{
	const struct entry *places[PLACES_MAX];
	size_t count = find_places(profiles, table, section, places);
	const struct sharedini_property *property;
	const struct entry *place;

	while ((property = property_at(places, count, *at)) != NULL) {
		(*at)++;
		if (find_property(places, count, property->name, &place) == property) {
			*found = describe(place, property);
			return true;
		}
	}
	return false;
}
