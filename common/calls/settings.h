/*
 * calls/settings: what sending a request takes from the settings.
 *
 * Purpose:   for the profile that a document names, and as long as documents name the same: retry mode,
 *            attempts, trusted authorities, time to connect, User-Agent.
 * Units:     milliseconds.
 * Ownership: callsettings_clear() ends it; options are borrowed.
 * Errors:    as settings.h says.
 */
#ifndef SSM_CALLS_SETTINGS_H
#define SSM_CALLS_SETTINGS_H

#include "cli/cli.h"
#include "config/settings.h"
#include "http/useragent.h"

/* What the command line says; it goes before everything else. */
struct callsettings_options {
	const char *ca_bundle;		/* NULL: not given */
	const char *max_attempts;	/* the same; a checked number */
	const char *retry_mode;		/* the same */
	bool no_verify;			/* no authorities are looked for */
	bool times;			/* cli_timestamp_format is looked for */
};

struct callsettings {
	struct settings *settings;
	struct bytes profile;		/* as the document has it */
	struct bytes ca_bundle;		/* empty: the system's */
	enum retry_mode retry_mode;
	unsigned attempts_max;
	bool wire_times;		/* cli_timestamp_format = wire */
	char user_agent[USERAGENT_MAX];
};

#define CALLSETTINGS_INIT { .settings = NULL, .profile = BYTES_INIT(1024 * 1024), \
	.ca_bundle = BYTES_INIT(1024 * 1024) }

void callsettings_clear(struct callsettings *chosen);

/*
 * Looks everything up, unless that was done for this profile; with --verbose each value is told. A
 * profile that a document names may be one of another machine, where it was signed; then it has
 * nothing to say here.
 */
enum ssm_err callsettings_choose(struct callsettings *chosen, const struct cli *cli,
    const struct callsettings_options *options, struct view profile, struct ssm_error *err);

#endif
