#include "config/streamhosts.h"

#include "aws/streamendpoint.h"

/* A variable or a services section is for this service alone; AWS_ENDPOINT_URL is for those that answer calls. */
static bool
is_for_streams(const struct setting_value *value)
{
	return strcmp(value->origin, "AWS_ENDPOINT_URL_SSMMESSAGES") == 0 ||
	    strstr(value->origin, "[services ") != NULL;
}

static enum ssm_err
find_endpoint(struct streamhosts *hosts, const struct settings *settings, const char *option, struct ssm_error *err)
{
	struct setting_value value = { .text = VIEW_NONE };
	enum ssm_err rc;

	if (option != NULL) {
		bytes_set(&hosts->endpoint, view_of(option));
		return SSM_OK;
	}
	rc = settings_endpoint(settings, NULL, "ssmmessages", &value, err);
	if (rc == SSM_OK && value.text.len > 0 && is_for_streams(&value))
		bytes_set(&hosts->endpoint, value.text);
	return rc;
}

static enum ssm_err
choose_endpoint(struct streamhosts *hosts, const struct settings *settings, const char *option, struct ssm_error *err)
{
	struct url url;
	enum ssm_err rc = find_endpoint(hosts, settings, option, err);

	if (rc == SSM_OK && bytes_failed(&hosts->endpoint))
		return ssm_fail_memory(err);
	return rc != SSM_OK || hosts->endpoint.len == 0 ? rc :
	    streamendpoint_parse(&url, bytes_view(&hosts->endpoint), err);
}

/* An endpoint that cannot be right is told by the tools that use it. */
static enum ssm_err
choose_local(struct streamhosts *hosts, const struct settings *settings, const char *option, struct ssm_error *err)
{
	struct ssm_error ignored = SSM_ERROR_INIT;
	struct setting_value value = { .text = VIEW_NONE };
	enum ssm_err rc = settings_endpoint(settings, option, "ssm", &value, err);
	struct url url;

	if (rc == SSM_OK && value.text.len > 0 && url_parse(&url, value.text, "", &ignored) == SSM_OK &&
	    url_host_is_loopback(url.host)) {
		bytes_set(&hosts->local, url.host);
		rc = bytes_failed(&hosts->local) ? ssm_fail_memory(err) :
		    host_pattern_parse(&hosts->allowed, bytes_view(&hosts->local), err);
	}
	ssm_error_clear(&ignored);
	return rc;
}

enum ssm_err
streamhosts_choose(struct streamhosts *hosts, const struct settings *settings, const char *stream_option,
    const char *service_option, struct ssm_error *err)
{
	enum ssm_err rc = choose_endpoint(hosts, settings, stream_option, err);

	return rc == SSM_OK ? choose_local(hosts, settings, service_option, err) : rc;
}

void
streamhosts_clear(struct streamhosts *hosts)
{
	bytes_clear(&hosts->endpoint);
	bytes_clear(&hosts->local);
}
