/*
 * config/sharedini_tables: the sections and properties that a shared file is read into.
 *
 * Purpose:   filling them in the order of the file, then putting them in order for look-up with what
 *            can only be refused once all is known; looking up.
 * Ownership: names and values are views into the struct, valid until sharedini_clear(), which wipes
 *            them: they may be secrets.
 * Errors:    those of sharedini; *file is the caller's to clear.
 */
#ifndef SSM_CONFIG_SHAREDINI_TABLES_H
#define SSM_CONFIG_SHAREDINI_TABLES_H

#include "config/text.h"

struct sharedini_property {
	struct view name;		/* lower-case */
	struct view value;		/* may hold line ends */
	unsigned line;			/* where it stands, from 1 */
	unsigned section;		/* for sharedini_finish(): index of the section */
};

struct sharedini_section {
	struct view name;		/* the text between the brackets */
	unsigned line;
	const struct sharedini_property *properties;	/* its own, in order of name */
	size_t count;
};

struct sharedini {
	struct bytes content;
	struct sharedini_section *sections;		/* in the order of the file */
	size_t section_count, section_room;
	struct sharedini_property *properties;
	size_t property_count, property_room;
	struct sharedini_section defaults;	/* [DEFAULT]: part of every section, not one */
	int unreadable;			/* why an existing file could not be opened (errno), or 0 */
};

#define SHAREDINI_INIT { .content = BYTES_INIT(CONFIGTEXT_FILE_MAX) }

/* Appends; false when memory cannot be had. */
bool sharedini_add_section(struct sharedini *file, struct view name, unsigned line)
    __attribute__((warn_unused_result));
bool sharedini_add_property(struct sharedini *file, const struct sharedini_property *property)
    __attribute__((warn_unused_result));

/*
 * Ends the filling. Sorts the properties, joins the DEFAULT sections and sets them apart, refuses
 * names and sections that come twice and nested blocks with a broken line.
 */
enum ssm_err sharedini_finish(struct sharedini *file, const char *path, struct ssm_error *err)
    __attribute__((warn_unused_result));

/* The property of that lower-case name: the section's own, else that of [DEFAULT], else NULL. */
const struct sharedini_property *sharedini_find(const struct sharedini *file,
    const struct sharedini_section *section, struct view name);

/* The header that a property of the section stands under: the section or file->defaults. */
const struct sharedini_section *sharedini_origin(const struct sharedini *file,
    const struct sharedini_section *section, const struct sharedini_property *property);

void sharedini_clear(struct sharedini *file);

#endif
