/*
 * sharedini_tables: the inner half of sharedini: the tables that a file is read into.
 *
 * Purpose: filling them in the order of the file, then putting them in order for look-up with what
 *          can only be refused once all is known.
 * Errors:  those of sharedini; *file is the caller's to clear.
 */
#ifndef SSM_SHAREDINI_TABLES_H
#define SSM_SHAREDINI_TABLES_H

#include "sharedini.h"

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

#endif
