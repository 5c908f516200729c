#include "plugin/endpoint.h"

#include "core/url.h"

static const char *const others[] = { "ecs", "ecs-fips", "ssmmessages", "ssmmessages-fips", "ec2messages",
	"ec2messages-fips" };

static bool
is_of_another(struct view label)
{
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (view_equal_nocase(label, view_of(others[i])))
			return true;
	return false;
}

bool
pluginendpoint_is_usable(struct view endpoint)
{
	struct ssm_error ignored = SSM_ERROR_INIT;
	struct view rest, label;
	struct url url;
	bool usable;

	usable = url_parse(&url, endpoint, "endpoint", &ignored) == SSM_OK &&
	    (view_equal_nocase(url.scheme, VIEW("https")) ||
	    (view_equal_nocase(url.scheme, VIEW("http")) && url_host_is_loopback(url.host)));
	ssm_error_clear(&ignored);
	if (!usable)
		return false;
	rest = url.host;
	while (rest.len > 0) {
		label = view_take(&rest, '.');
		if (is_of_another(label))
			return false;
	}
	return true;
}
