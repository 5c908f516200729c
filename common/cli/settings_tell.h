/*
 * cli/settings_tell: what --verbose says of the settings in use.
 *
 * Purpose: one line for each value that a tool uses, with its origin; what stands before an @ in a URL
 *          is not shown. Nothing is said, nor looked up, without --verbose.
 */
#ifndef SSM_CLI_SETTINGS_TELL_H
#define SSM_CLI_SETTINGS_TELL_H

#include "cli/cli.h"
#include "config/settings.h"

/* "profile: ops (AWS_PROFILE)" */
void settings_tell_profile(const struct cli *cli, const struct settings *settings);

/* "retry_mode: standard (default)"; nothing when nobody set it and there is no default. */
void settings_tell(const struct cli *cli, const struct settings *settings, enum setting setting,
    const char *option);

/* The same for a value at hand; its text may be VIEW_NONE, which says nothing. */
void settings_tell_value(const struct cli *cli, const char *name,
    const struct setting_value *value);

#endif
