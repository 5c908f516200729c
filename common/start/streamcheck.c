#include "start/streamcheck.h"

enum ssm_err
streamcheck_hosts(struct streamcheck *check, const struct startoptions *given, struct ssm_error *err)
{
	const char *const *values = given->call.values;
	struct settings *settings = NULL;
	enum ssm_err rc = settings_open(&settings, view_of(values[CALLOPTION_PROFILE]), err);

	if (rc == SSM_E_CONFIG) {
		ssm_error_clear(err);
		return SSM_OK;
	}
	if (rc == SSM_OK)
		rc = streamhosts_choose(&check->hosts, settings, given->stream[STREAMOPTION_STREAM_ENDPOINT_URL],
		    values[CALLOPTION_ENDPOINT_URL], err);
	settings_close(settings);
	return rc;
}

enum ssm_err
streamcheck_url(const struct streamcheck *check, struct view stream_url, struct ssm_error *err)
{
	const struct streamurl_rules rules = streamhosts_rules(&check->hosts);
	struct streamurl url = STREAMURL_INIT;
	enum ssm_err rc = streamurl_parse(&url, stream_url, &rules, err);

	streamurl_clear(&url);
	return rc;
}

void
streamcheck_clear(struct streamcheck *check)
{
	streamhosts_clear(&check->hosts);
}
