#include "calls/settings.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/settings_tell.h"
#include "core/utf8.h"

static void
tell_attempts(const struct callsettings *chosen, const struct cli *cli,
    const struct callsettings_options *options)
{
	char number[16];
	struct setting_value value;

	settings_tell(cli, chosen->settings, SETTING_RETRY_MODE, options->retry_mode);
	if (!settings_get(chosen->settings, SETTING_MAX_ATTEMPTS, options->max_attempts, &value)) {
		snprintf(number, sizeof number, "%u", chosen->attempts_max);
		value = (struct setting_value){ .text = view_of(number), .origin = "retry_mode" };
	}
	settings_tell_value(cli, settings_name(SETTING_MAX_ATTEMPTS), &value);
}

static enum ssm_err
choose_attempts(struct callsettings *chosen, const struct cli *cli,
    const struct callsettings_options *options, struct ssm_error *err)
{
	enum ssm_err rc = settings_retry_mode(chosen->settings, options->retry_mode,
	    &chosen->retry_mode, err);

	if (rc == SSM_OK && options->max_attempts == NULL)
		rc = settings_attempts(chosen->settings, chosen->retry_mode, &chosen->attempts_max, err);
	else if (rc == SSM_OK)
		chosen->attempts_max = (unsigned)strtoul(options->max_attempts, NULL, 10);
	if (rc == SSM_OK)
		tell_attempts(chosen, cli, options);
	return rc;
}

static enum ssm_err
choose_trust(struct callsettings *chosen, const struct cli *cli,
    const struct callsettings_options *options, struct ssm_error *err)
{
	struct setting_value value;
	enum ssm_err rc;

	bytes_reset(&chosen->ca_bundle);
	if (options->no_verify)
		return SSM_OK;
	rc = settings_ca_bundle(chosen->settings, options->ca_bundle, &chosen->ca_bundle, &value, err);
	settings_tell_value(cli, settings_name(SETTING_CA_BUNDLE), &value);
	return rc;
}

static enum ssm_err
choose_user_agent(struct callsettings *chosen, const struct cli *cli, struct ssm_error *err)
{
	struct setting_value value;
	enum ssm_err rc = settings_app_id(chosen->settings, &value, err);

	settings_tell_value(cli, settings_name(SETTING_APP_ID), &value);
	if (rc == SSM_OK && utf8_count(value.text) > SETTINGS_APP_ID_ADVISED)
		cli_warn(cli, "%s: an application id of more than %d characters", value.origin,
		    SETTINGS_APP_ID_ADVISED);
	useragent_format(chosen->user_agent, view_of(retry_mode_name(chosen->retry_mode)), value.text);
	return rc;
}

static enum ssm_err
choose_times(struct callsettings *chosen, const struct cli *cli,
    const struct callsettings_options *options, struct ssm_error *err)
{
	const char *word;
	enum ssm_err rc;

	chosen->wire_times = false;
	if (!options->times)
		return SSM_OK;
	rc = settings_choice(chosen->settings, SETTING_TIMESTAMP_FORMAT, NULL, &word, err);
	settings_tell(cli, chosen->settings, SETTING_TIMESTAMP_FORMAT, NULL);
	chosen->wire_times = rc == SSM_OK && strcmp(word, "wire") == 0;
	return rc;
}

static enum ssm_err
open_settings(struct callsettings *chosen, const struct cli *cli, struct view profile,
    struct ssm_error *err)
{
	enum ssm_err rc;

	settings_close(chosen->settings);
	rc = settings_open(&chosen->settings, profile, err);
	if (rc != SSM_OK && profile.len > 0 && strcmp(err->code, "ProfileNotFound") == 0) {
		cli_verbose(cli, "%s; doing without it", err->message);
		rc = settings_open(&chosen->settings, VIEW_NONE, err);
	}
	if (rc == SSM_OK)
		settings_tell_profile(cli, chosen->settings);
	return rc;
}

enum ssm_err
callsettings_choose(struct callsettings *chosen, const struct cli *cli,
    const struct callsettings_options *options, struct view profile, struct ssm_error *err)
{
	enum ssm_err rc;

	if (chosen->settings != NULL && view_equal(bytes_view(&chosen->profile), profile))
		return SSM_OK;
	bytes_set(&chosen->profile, profile);
	if ((rc = open_settings(chosen, cli, profile, err)) == SSM_OK &&
	    (rc = choose_attempts(chosen, cli, options, err)) == SSM_OK &&
	    (rc = choose_trust(chosen, cli, options, err)) == SSM_OK &&
	    (rc = choose_times(chosen, cli, options, err)) == SSM_OK &&
	    (rc = choose_user_agent(chosen, cli, err)) == SSM_OK)
		settings_tell(cli, chosen->settings, SETTING_DEFAULTS_MODE, NULL);
	if (rc == SSM_OK &&
	    (bytes_cstr(&chosen->ca_bundle) == NULL || bytes_failed(&chosen->profile)))
		rc = ssm_fail_memory(err);
	if (rc != SSM_OK) {
		settings_close(chosen->settings);
		chosen->settings = NULL;
	}
	return rc;
}

void
callsettings_clear(struct callsettings *chosen)
{
	settings_close(chosen->settings);
	chosen->settings = NULL;
	bytes_clear(&chosen->profile);
	bytes_clear(&chosen->ca_bundle);
}
