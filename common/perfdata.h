/*
 * perfdata: performance data of the Monitoring Plugins guidelines.
 *
 * Purpose: `label=value[unit];warning;critical;minimum;maximum`, what is not there left empty, empty
 *          ends left off, labels in quotes where they need them.
 * Errors:  those of struct bytes (sticky).
 */
#ifndef SSM_PERFDATA_H
#define SSM_PERFDATA_H

#include "bytes.h"

struct perfdata {
	const char *label;
	const char *value;		/* a number, or "U" for one that is not known */
	const char *unit;		/* "s", "%", "B", "c" or "" */
	const char *warning, *critical, *minimum, *maximum;	/* NULL or "": not there */
};

/* Behind those that are there, with a blank between. */
void perfdata_add(struct bytes *out, const struct perfdata *data);

#endif
