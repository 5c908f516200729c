/* settings: which value counts, where it stands, and the URLs that follow. */
#include "settings_of.h"
#include "tap.h"

static const struct {
	const char *environment[4], *config;
	enum setting setting;
	const char *option, *text, *origin;
} values[] = {
	{ { "AWS_REGION=b" }, "[default]\nregion=c\n", SETTING_REGION, "a", "a", "--region" },
	{ { "AWS_REGION=b" }, "[default]\nregion=c\n", SETTING_REGION, "", "b", "AWS_REGION" },
	{ { "AWS_REGION=b", "AWS_DEFAULT_REGION=d" }, "", SETTING_REGION, NULL, "b", "AWS_REGION" },
	{ { "AWS_REGION=", "AWS_DEFAULT_REGION=d" }, "", SETTING_REGION, NULL, "d", "AWS_DEFAULT_REGION" },
	{ { "AWS_REGION=" }, "\n[default]\n region=c\n", SETTING_REGION, NULL, "c",
	    "%s line 3 [default] region" },
	{ { NULL }, "[default]\nregion=\n", SETTING_REGION, NULL, NULL, "" },
	{ { "AWS_PROFILE=p" }, "[default]\nregion=c\n[profile p]\nx=y\nregion = e\n", SETTING_REGION, NULL,
	    "e", "%s line 5 [profile p] region" },
	{ { "AWS_DEFAULT_OUTPUT=text" }, "[default]\noutput=table\n", SETTING_OUTPUT, NULL, "text",
	    "AWS_DEFAULT_OUTPUT" },
	{ { "AWS_USE_FIPS_ENDPOINT=" }, "[default]\nuse_fips_endpoint=true\n",
	    SETTING_USE_FIPS_ENDPOINT, NULL, "", "AWS_USE_FIPS_ENDPOINT" },
	{ { "REQUESTS_CA_BUNDLE=/r" }, "[default]\nca_bundle=/c\n", SETTING_CA_BUNDLE, NULL, "/c",
	    "%s line 2 [default] ca_bundle" },
	{ { "REQUESTS_CA_BUNDLE=/r" }, "", SETTING_CA_BUNDLE, NULL, "/r", "REQUESTS_CA_BUNDLE" },
	{ { "REQUESTS_CA_BUNDLE=/r", "AWS_CA_BUNDLE=/a" }, "", SETTING_CA_BUNDLE, NULL, "/a",
	    "AWS_CA_BUNDLE" },
	{ { NULL }, "[default]\nec2_metadata_disabled=true\n", SETTING_METADATA_DISABLED, NULL, NULL, "" },
	{ { "AWS_EC2_METADATA_DISABLED=true" }, "", SETTING_METADATA_DISABLED, NULL, "true",
	    "AWS_EC2_METADATA_DISABLED" },
};

static void
check_values(void)
{
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		struct settings *settings = settings_of(values[i].environment, values[i].config);
		struct setting_value value;
		bool found = settings_get(settings, values[i].setting, values[i].option, &value);

		ok(found == (values[i].text != NULL), "case %zu: %s is %s", i,
		    settings_name(values[i].setting), found ? "set" : "not set");
		is_view(value.text, view_of(values[i].text), "its value");
		is_text(value.origin, settings_of_text(values[i].origin), "its origin");
		settings_close(settings);
	}
}

static void
check_profile(void)
{
	static const struct {
		const char *environment[4], *profile, *origin;
	} cases[] = {
		{ { NULL }, "default", "default" },
		{ { "AWS_DEFAULT_PROFILE=q" }, "q", "AWS_DEFAULT_PROFILE" },
		{ { "AWS_DEFAULT_PROFILE=q", "AWS_PROFILE=p" }, "p", "AWS_PROFILE" },
		{ { "AWS_PROFILE=" }, "default", "default" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct settings *settings = settings_of(cases[i].environment, "[profile p]\n[profile q]\n");

		is_view(settings_profile(settings), view_of(cases[i].profile), "profile %s",
		    cases[i].profile);
		is_text(settings_profile_origin(settings), cases[i].origin, "named by %s",
		    cases[i].origin);
		settings_close(settings);
	}
}

static const struct {
	const char *environment[4], *config, *service, *region, *url, *message;
} urls[] = {
	{ { NULL }, "", "sts", "us-east-1", "https://sts.us-east-1.amazonaws.com/", NULL },
	{ { "AWS_STS_REGIONAL_ENDPOINTS=legacy" }, "", "sts", "us-east-1",
	    "https://sts.us-east-1.amazonaws.com/", NULL },
	{ { "AWS_USE_FIPS_ENDPOINT=true" }, "", "sso", "us-east-1",
	    "https://portal.sso-fips.us-east-1.amazonaws.com/", NULL },
	{ { "AWS_USE_DUALSTACK_ENDPOINT=true" }, "", "sso_oidc", "us-east-1",
	    "https://oidc.us-east-1.api.aws/", NULL },
	{ { NULL }, "", "sts", "fips-us-east-1", "https://sts-fips.us-east-1.amazonaws.com/", NULL },
	{ { NULL }, "", "signin", "us-east-1", "https://us-east-1.signin.aws.amazon.com/", NULL },
	{ { "AWS_ENDPOINT_URL=http://h:1", "AWS_USE_FIPS_ENDPOINT=true" }, "", "sts", "us-east-1",
	    "http://h:1/", NULL },
	{ { "AWS_ENDPOINT_URL=http://h:1", "AWS_ENDPOINT_URL_SSO_OIDC=http://o/base" }, "", "sso_oidc",
	    "us-east-1", "http://o/base", NULL },
	{ { "AWS_ENDPOINT_URL=http://h:1", "AWS_ENDPOINT_URL_SSO_OIDC=http://o/base" }, "", "sso",
	    "us-east-1", "http://h:1/", NULL },
	{ { "AWS_ENDPOINT_URL_SIGNIN=http://s" }, "", "signin", "us-east-1", "http://s/", NULL },
	{ { NULL }, "[default]\nservices=d\nendpoint_url=http://all\n[services d]\nsts =\n"
	    " endpoint_url = http://t\n", "sts", "us-east-1", "http://t/", NULL },
	{ { NULL }, "[default]\nservices=d\nendpoint_url=http://all\n[services d]\nsts =\n"
	    " endpoint_url = http://t\n", "sso", "us-east-1", "http://all/", NULL },
	{ { "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true", "AWS_ENDPOINT_URL=http://h:1" }, "", "sts",
	    "us-east-1", "https://sts.us-east-1.amazonaws.com/", NULL },
	{ { NULL }, "[default]\nservices=d\n[services d]\nsts =\n endpoint_url = ftp://t\n", "sts",
	    "us-east-1", NULL, "Invalid endpoint: ftp://t (%s line 4 [services d] endpoint_url): the scheme "
	    "must be https or http" },
	{ { "AWS_ENDPOINT_URL=http://me:secret@h/" }, "", "sts", "us-east-1", NULL,
	    "Invalid endpoint: *** (AWS_ENDPOINT_URL): user information is not allowed" },
	{ { NULL }, "", "sts", "bad_one", NULL,
	    "Provided region_name 'bad_one' doesn't match a supported format." },
	{ { "AWS_ENDPOINT_URL=http://h:1" }, "", "sts", "bad_one", NULL,
	    "Provided region_name 'bad_one' doesn't match a supported format." },
	{ { NULL }, "", "sts", "fips-aws-global", NULL, "'fips-aws-global' is not a region of Systems Manager" },
	{ { NULL }, "", "sts", "fips-123", NULL, "Provided region_name '123' doesn't match a supported format." },
};

static void
check_urls(void)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct bytes url = BYTES_INIT(4096);

	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		struct settings *settings = settings_of(urls[i].environment, urls[i].config);
		enum ssm_err rc = settings_service_url(settings, urls[i].service, view_of(urls[i].region),
		    &url, &err);

		if (urls[i].url != NULL) {
			ok(rc == SSM_OK, "URL, case %zu: %s in %s", i, urls[i].service, urls[i].region);
			is_text(bytes_cstr(&url), urls[i].url, "its URL");
		} else {
			ok(rc == SSM_E_CONFIG, "URL, case %zu: refused", i);
			is_text(err.message, settings_of_text(urls[i].message), "and why");
		}
		settings_close(settings);
	}
	bytes_clear(&url);
	ssm_error_clear(&err);
}

int
main(void)
{
	settings_of_start();
	check_values();
	check_profile();
	check_urls();
	settings_of_end();
	return done_testing();
}
