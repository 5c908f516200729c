/*
 * sharedini: the line grammar of the shared AWS config files.
 *
 * Purpose:   one file as sections and properties, as botocore (Python's configparser, strict) reads
 *            it. libinih drives sections, names and values, but gets only short tokens that stand
 *            for them: nothing it could cut, trim or strip carries meaning.
 * Ownership: names and values are views into the struct, valid until sharedini_clear(), which wipes
 *            them: they may be secrets.
 * Errors:    SSM_E_CONFIG "ConfigParseError", `Unable to parse config file: PATH (line N: why)`,
 *            never with the line itself; "out of memory".
 * Limits:    4 MiB a file, 65,536 bytes a line. Only ASCII letters of a name are made lower-case.
 * Does not:  know what a section means; expand paths.
 */
#ifndef SSM_SHAREDINI_H
#define SSM_SHAREDINI_H

#include "configtext.h"

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

/*
 * Reads the file into *file (SHAREDINI_INIT). A path that is empty or leads to no regular file is
 * an empty result, no error. So is a file that may not be opened: file->unreadable then says why,
 * for a warning. After an error *file is empty.
 */
enum ssm_err sharedini_load(struct sharedini *file, const char *path, struct ssm_error *err)
    __attribute__((warn_unused_result));

/* The property of that lower-case name: the section's own, else that of [DEFAULT], else NULL. */
const struct sharedini_property *sharedini_find(const struct sharedini *file,
    const struct sharedini_section *section, struct view name);

/* The header that a property of the section stands under: the section or file->defaults. */
const struct sharedini_section *sharedini_origin(const struct sharedini *file,
    const struct sharedini_section *section, const struct sharedini_property *property);

void sharedini_clear(struct sharedini *file);

#endif
