/*
 * cli/usage: the texts of --help and --version, as they come out of a tool's option table.
 */
#ifndef SSM_CLI_USAGE_H
#define SSM_CLI_USAGE_H

#include "cli/tool.h"

/* The help text of --help. */
void usage_help(struct bytes *out, const struct cli_tool *tool);

/*
 * The text of --version: a line with name and version, `ssm-call (ssm-tools) 1.2.3`, then one with the
 * libraries that are in use and can tell their version, `NAME/VERSION`, the C library first.
 */
void usage_version(struct bytes *out, const struct cli_tool *tool);

#endif
