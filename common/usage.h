/*
 * usage: the texts that come out of a tool's option table.
 */
#ifndef SSM_USAGE_H
#define SSM_USAGE_H

#include "cli.h"

/* The help text of --help. */
void usage_help(struct bytes *out, const struct cli_tool *tool);

/* The option whose long name is nearest to what was typed (without dashes), or NULL. */
const char *usage_nearest(const struct cli_tool *tool, struct view typed);

#endif
