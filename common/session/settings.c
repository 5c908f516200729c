#include "session/settings.h"

/* None at all is well as long as the StreamUrl names one. */
static void
choose_region(struct sessionsettings *chosen, const char *option)
{
	struct setting_value value;

	if (settings_get(chosen->settings, SETTING_REGION, option, &value))
		bytes_set(&chosen->region, value.text);
}

static enum ssm_err
choose_trust(struct sessionsettings *chosen, const struct calloptions *given, struct ssm_error *err)
{
	struct setting_value value;

	if (calloptions_has(given, CALLOPTION_NO_VERIFY_SSL))
		return SSM_OK;
	return settings_ca_bundle(chosen->settings, given->values[CALLOPTION_CA_BUNDLE], &chosen->ca_bundle, &value,
	    err);
}

static enum ssm_err
choose_user_agent(struct sessionsettings *chosen, struct ssm_error *err)
{
	struct setting_value value;
	enum ssm_err rc = settings_app_id(chosen->settings, &value, err);

	if (rc == SSM_OK)
		useragent_format(chosen->user_agent, VIEW_NONE, value.text);
	return rc;
}

enum ssm_err
sessionsettings_open(struct sessionsettings *chosen, const struct calloptions *given, const char *stream_endpoint,
    struct ssm_error *err)
{
	enum ssm_err rc;

	if ((rc = settings_open(&chosen->settings, view_of(given->values[CALLOPTION_PROFILE]), err)) != SSM_OK ||
	    (rc = streamhosts_choose(&chosen->hosts, chosen->settings, stream_endpoint,
	    given->values[CALLOPTION_ENDPOINT_URL], err)) != SSM_OK ||
	    (rc = choose_trust(chosen, given, err)) != SSM_OK || (rc = choose_user_agent(chosen, err)) != SSM_OK)
		return rc;
	choose_region(chosen, given->values[CALLOPTION_REGION]);
	if (bytes_cstr(&chosen->ca_bundle) == NULL || bytes_cstr(&chosen->region) == NULL)
		return ssm_fail_memory(err);
	return SSM_OK;
}

void
sessionsettings_close(struct sessionsettings *chosen)
{
	settings_close(chosen->settings);
	chosen->settings = NULL;
	bytes_clear(&chosen->region);
	streamhosts_clear(&chosen->hosts);
	bytes_clear(&chosen->ca_bundle);
}
