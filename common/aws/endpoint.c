#include "aws/endpoint.h"

#include "aws/partition.h"
#include "core/url.h"

void
endpoint_url(struct bytes *out, const char *prefix, struct view region, bool fips, bool dual_stack)
{
	const struct partition *partition = partition_of_region(region);

	bytes_add(out, VIEW("https://"));
	bytes_add_text(out, prefix);
	bytes_add(out, fips && (dual_stack || !partition->plain_is_fips) ? VIEW("-fips.") : VIEW("."));
	bytes_add(out, region);
	bytes_add_char(out, '.');
	bytes_add_text(out, dual_stack ? partition->dual_stack_suffix : partition->dns_suffix);
	bytes_add_char(out, '/');
}

/* GovCloud's plain sign-in host is not its FIPS one. */
static void
add_signin_url(struct bytes *out, struct view region, bool fips, bool dual_stack)
{
	const char *host = partition_of_region(region)->signin_host;

	if (fips || dual_stack || host == NULL)
		endpoint_url(out, fips ? "signin-fips" : "signin", region, false, dual_stack);
	else
		bytes_print(out, "https://%.*s.%s/", VIEW_ARG(region), host);
}

void
endpoint_service_url(struct bytes *out, const char *service, struct view region, bool fips,
    bool dual_stack)
{
	if (strcmp(service, "signin") == 0)
		add_signin_url(out, region, fips, dual_stack);
	else
		endpoint_url(out, strcmp(service, "sso") == 0 ? "portal.sso" :
		    strcmp(service, "sso_oidc") == 0 ? "oidc" : service, region, fips, dual_stack);
}

/* The text is not shown when it may hold a password. */
static enum ssm_err
refuse(struct view text, const char *origin, const char *why, struct ssm_error *err)
{
	bool option = strcmp(origin, "--endpoint-url") == 0;
	bool shown = view_find(text, '@') == text.len;

	return ssm_fail(err, option ? SSM_E_INPUT : SSM_E_CONFIG, "InvalidEndpoint",
	    "Invalid endpoint: %.*s (%s): %s",
	    VIEW_ARG_CUT(shown ? text : VIEW("***"), 200), origin, why);
}

static const char *
fault_of(const struct url *url)
{
	if (!view_equal_nocase(url->scheme, VIEW("https")) &&
	    !view_equal_nocase(url->scheme, VIEW("http")))
		return "the scheme must be https or http";
	if (url->user_info.ptr != NULL)
		return "user information is not allowed";
	if (url->fragment.ptr != NULL)
		return "a fragment is not allowed";
	return NULL;
}

enum ssm_err
endpoint_custom(struct bytes *out, struct view text, const char *origin, struct ssm_error *err)
{
	struct ssm_error reason = SSM_ERROR_INIT;
	struct url url;
	const char *fault;
	enum ssm_err rc = SSM_OK;

	if (strcmp(origin, "--endpoint-url") == 0 && memmem(text.ptr, text.len, "://", 3) == NULL)
		return ssm_fail(err, SSM_E_INPUT, "InvalidEndpoint",
		    "Bad value for --endpoint-url \"%.*s\": scheme is missing.  Must be of the form "
		    "http://<hostname>/ or https://<hostname>/",
		    VIEW_ARG_CUT(text, 200));
	if (url_parse(&url, text, "the URL", &reason) != SSM_OK)
		rc = refuse(text, origin, reason.message, err);
	else if ((fault = fault_of(&url)) != NULL)
		rc = refuse(text, origin, fault, err);
	else if (!url_add_normal(out, &url))
		rc = refuse(text, origin, "the host is a number, and no address", err);
	ssm_error_clear(&reason);
	if (rc != SSM_OK)
		bytes_reset(out);
	return rc;
}

static bool
take_out(struct bytes *text, struct view part)
{
	size_t from = 0, len = text->len;
	char *at;

	while (from < text->len &&
	    (at = memmem(text->ptr + from, text->len - from, part.ptr, part.len)) != NULL) {
		memmove(at, at + part.len, (size_t)(text->ptr + text->len - at) - part.len);
		text->len -= part.len;
		from = (size_t)(at - text->ptr);	/* what closes up is not looked at again */
	}
	return text->len != len;
}

bool
endpoint_pseudo_region(struct bytes *region)
{
	bool first = take_out(region, VIEW("fips-"));

	return take_out(region, VIEW("-fips")) || first;
}
