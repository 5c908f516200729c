#include "aws/streamendpoint.h"

#define WHAT "the endpoint of the data channel"

bool
streamendpoint_is_plain(struct view scheme)
{
	return view_equal_nocase(scheme, VIEW("ws")) || view_equal_nocase(scheme, VIEW("http"));
}

static bool
is_encrypted(struct view scheme)
{
	return view_equal_nocase(scheme, VIEW("wss")) || view_equal_nocase(scheme, VIEW("https"));
}

enum ssm_err
streamendpoint_parse(struct url *url, struct view text, struct ssm_error *err)
{
	enum ssm_err rc = url_parse(url, text, WHAT, err);

	if (rc != SSM_OK)
		return rc;
	if (!streamendpoint_is_plain(url->scheme) && !is_encrypted(url->scheme))
		return ssm_fail(err, SSM_E_INPUT, "InvalidEndpoint", "%s must begin with https:// or wss://", WHAT);
	if (url->user_info.ptr != NULL || url->query.ptr != NULL || url->fragment.ptr != NULL ||
	    !(url->path.len == 0 || view_is(url->path, "/")))
		return ssm_fail(err, SSM_E_INPUT, "InvalidEndpoint", "%s has more than a host and a port", WHAT);
	return SSM_OK;
}
