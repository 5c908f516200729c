/* partition and endpoint: regions, the hosts of all partitions, custom endpoints. */
#include "aws/endpoint.h"
#include "aws/partition.h"
#include "tap.h"

/* A region of each partition and its four hosts: plain, dual-stack, FIPS, both. */
static const struct {
	const char *region, *partition, *urls[4];
} vectors[] = {
	{ "us-east-1", "aws", { "https://ssm.us-east-1.amazonaws.com/",
	    "https://ssm.us-east-1.api.aws/", "https://ssm-fips.us-east-1.amazonaws.com/",
	    "https://ssm-fips.us-east-1.api.aws/" } },
	{ "cn-north-1", "aws-cn", { "https://ssm.cn-north-1.amazonaws.com.cn/",
	    "https://ssm.cn-north-1.api.amazonwebservices.com.cn/",
	    "https://ssm-fips.cn-north-1.amazonaws.com.cn/",
	    "https://ssm-fips.cn-north-1.api.amazonwebservices.com.cn/" } },
	{ "eusc-de-east-1", "aws-eusc", { "https://ssm.eusc-de-east-1.amazonaws.eu/",
	    "https://ssm.eusc-de-east-1.api.amazonwebservices.eu/",
	    "https://ssm-fips.eusc-de-east-1.amazonaws.eu/",
	    "https://ssm-fips.eusc-de-east-1.api.amazonwebservices.eu/" } },
	{ "us-iso-east-1", "aws-iso", { "https://ssm.us-iso-east-1.c2s.ic.gov/",
	    "https://ssm.us-iso-east-1.api.aws.ic.gov/", "https://ssm-fips.us-iso-east-1.c2s.ic.gov/",
	    "https://ssm-fips.us-iso-east-1.api.aws.ic.gov/" } },
	{ "us-isob-east-1", "aws-iso-b", { "https://ssm.us-isob-east-1.sc2s.sgov.gov/",
	    "https://ssm.us-isob-east-1.api.aws.scloud/",
	    "https://ssm-fips.us-isob-east-1.sc2s.sgov.gov/",
	    "https://ssm-fips.us-isob-east-1.api.aws.scloud/" } },
	{ "eu-isoe-west-1", "aws-iso-e", { "https://ssm.eu-isoe-west-1.cloud.adc-e.uk/",
	    "https://ssm.eu-isoe-west-1.api.cloud-aws.adc-e.uk/",
	    "https://ssm-fips.eu-isoe-west-1.cloud.adc-e.uk/",
	    "https://ssm-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk/" } },
	{ "us-isof-south-1", "aws-iso-f", { "https://ssm.us-isof-south-1.csp.hci.ic.gov/",
	    "https://ssm.us-isof-south-1.api.aws.hci.ic.gov/",
	    "https://ssm-fips.us-isof-south-1.csp.hci.ic.gov/",
	    "https://ssm-fips.us-isof-south-1.api.aws.hci.ic.gov/" } },
	{ "us-gov-west-1", "aws-us-gov", { "https://ssm.us-gov-west-1.amazonaws.com/",
	    "https://ssm.us-gov-west-1.api.aws/", "https://ssm.us-gov-west-1.amazonaws.com/",
	    "https://ssm-fips.us-gov-west-1.api.aws/" } },
};

static void
check_vectors(void)
{
	struct bytes url = BYTES_INIT(1024);

	for (size_t i = 0; i < ARRAY_LEN(vectors); i++)
		for (unsigned k = 0; k < 4; k++) {
			bytes_reset(&url);
			endpoint_url(&url, "ssm", view_of(vectors[i].region), (k & 2) != 0, (k & 1) != 0);
			is_text(bytes_cstr(&url), vectors[i].urls[k], "%s%s%s", vectors[i].region,
			    (k & 2) != 0 ? ", FIPS" : "", (k & 1) != 0 ? ", dual-stack" : "");
		}
	bytes_reset(&url);
	endpoint_url(&url, "portal.sso", VIEW("us-east-1"), true, false);
	is_text(bytes_cstr(&url), "https://portal.sso-fips.us-east-1.amazonaws.com/",
	    "another service's prefix");
	bytes_clear(&url);
}

/* The services that keys come from: plain, dual-stack, FIPS, both. */
static const struct {
	const char *service, *region, *urls[4];
} services[] = {
	{ "sts", "us-east-1", { "https://sts.us-east-1.amazonaws.com/", "https://sts.us-east-1.api.aws/",
	    "https://sts-fips.us-east-1.amazonaws.com/", "https://sts-fips.us-east-1.api.aws/" } },
	{ "sts", "us-gov-west-1", { "https://sts.us-gov-west-1.amazonaws.com/",
	    "https://sts.us-gov-west-1.api.aws/", "https://sts.us-gov-west-1.amazonaws.com/",
	    "https://sts-fips.us-gov-west-1.api.aws/" } },
	{ "sso", "us-east-1", { "https://portal.sso.us-east-1.amazonaws.com/",
	    "https://portal.sso.us-east-1.api.aws/", "https://portal.sso-fips.us-east-1.amazonaws.com/",
	    "https://portal.sso-fips.us-east-1.api.aws/" } },
	{ "sso_oidc", "cn-north-1", { "https://oidc.cn-north-1.amazonaws.com.cn/",
	    "https://oidc.cn-north-1.api.amazonwebservices.com.cn/",
	    "https://oidc-fips.cn-north-1.amazonaws.com.cn/",
	    "https://oidc-fips.cn-north-1.api.amazonwebservices.com.cn/" } },
	{ "signin", "eu-west-1", { "https://eu-west-1.signin.aws.amazon.com/",
	    "https://signin.eu-west-1.api.aws/", "https://signin-fips.eu-west-1.amazonaws.com/",
	    "https://signin-fips.eu-west-1.api.aws/" } },
	{ "signin", "cn-north-1", { "https://cn-north-1.signin.amazonaws.cn/",
	    "https://signin.cn-north-1.api.amazonwebservices.com.cn/",
	    "https://signin-fips.cn-north-1.amazonaws.com.cn/",
	    "https://signin-fips.cn-north-1.api.amazonwebservices.com.cn/" } },
	{ "signin", "us-gov-west-1", { "https://us-gov-west-1.signin.amazonaws-us-gov.com/",
	    "https://signin.us-gov-west-1.api.aws/", "https://signin-fips.us-gov-west-1.amazonaws.com/",
	    "https://signin-fips.us-gov-west-1.api.aws/" } },
	{ "signin", "us-iso-east-1", { "https://signin.us-iso-east-1.c2s.ic.gov/",
	    "https://signin.us-iso-east-1.api.aws.ic.gov/",
	    "https://signin-fips.us-iso-east-1.c2s.ic.gov/",
	    "https://signin-fips.us-iso-east-1.api.aws.ic.gov/" } },
	{ "ssm", "us-east-1", { "https://ssm.us-east-1.amazonaws.com/", "https://ssm.us-east-1.api.aws/",
	    "https://ssm-fips.us-east-1.amazonaws.com/", "https://ssm-fips.us-east-1.api.aws/" } },
};

static void
check_services(void)
{
	struct bytes url = BYTES_INIT(1024);

	for (size_t i = 0; i < ARRAY_LEN(services); i++)
		for (unsigned k = 0; k < 4; k++) {
			bytes_reset(&url);
			endpoint_service_url(&url, services[i].service, view_of(services[i].region),
			    (k & 2) != 0, (k & 1) != 0);
			is_text(bytes_cstr(&url), services[i].urls[k], "%s in %s%s%s",
			    services[i].service, services[i].region, (k & 2) != 0 ? ", FIPS" : "",
			    (k & 1) != 0 ? ", dual-stack" : "");
		}
	bytes_clear(&url);
}

static const struct {
	const char *region, *partition;
} regions[] = {
	{ "af-south-1", "aws" }, { "ap-southeast-7", "aws" }, { "ca-west-1", "aws" },
	{ "il-central-1", "aws" }, { "me-south-1", "aws" }, { "mx-central-1", "aws" },
	{ "sa-east-1", "aws" }, { "us-newregion-99", "aws" }, { "cn-northwest-1", "aws-cn" },
	{ "us-gov-future-1", "aws-us-gov" }, { "cn-azAZ09_-90", "aws-cn" }, { "cn-a-1", "aws-cn" }, { "us-isof-east-1", "aws-iso-f" },
	/* those that no pattern takes */
	{ "banana", "aws" }, { "US-EAST-1", "aws" }, { "CN-NORTH-1", "aws" },
	{ "us-east-1extra", "aws" }, { "cn-north-1a", "aws" }, { "cn-north", "aws" },
	{ "cn-north-", "aws" }, { "cn--1", "aws" }, { "cn-n.h-1", "aws" },
	{ "cn-n{h-1", "aws" }, { "cn-n@h-1", "aws" }, { "cn-north-/", "aws" }, { "cn-north-1-2", "aws" }, { "cn", "aws" },
	{ "xcn-north-1", "aws" }, { "eusc-fr-west-1", "aws" }, { "eusc-west-1", "aws" },
	{ "us-isox-east-1", "aws" }, { "us-iso-1", "aws" }, { "us-gov-1", "aws" },
	{ "us-gov-west-x", "aws" }, { "eu-iso-east-1", "aws" }, { "", "aws" },
};

static void
check_partitions(void)
{
	size_t count;
	const struct partition *table = partition_table(&count);

	for (size_t i = 0; i < ARRAY_LEN(vectors); i++)
		is_text(partition_of_region(view_of(vectors[i].region))->id, vectors[i].partition,
		    "partition of %s", vectors[i].region);
	for (size_t i = 0; i < ARRAY_LEN(regions); i++)
		is_text(partition_of_region(view_of(regions[i].region))->id, regions[i].partition,
		    "partition of '%s'", regions[i].region);
	is_number(count, ARRAY_LEN(vectors), "every partition has its vectors");
	for (size_t i = 0; i < count; i++)
		ok(partition_of_region(view_of(vectors[i].region)) == &table[i], "in the table's order");
}

#define A63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const char *const good_regions[] = {
	"us-east-1", "US-EAST-1", "a", "1a", "a1", "1-2", "a--b", A63, "local", "az09AZ",
};

static const struct view bad_regions[] = {
	{ "", 0 }, { "123", 3 }, { "9", 1 }, { "1090", 4 }, { "-a", 2 }, { "a-", 2 }, { "-", 1 }, { "us_east_1", 9 },
	{ "us-east-1.evil.com", 18 }, { "us-east-1/", 10 }, { "us-east-1 ", 10 }, { "us-east-1\n", 10 },
	{ "us-east-1\0", 10 }, { "us-\xC3\xA9-1", 7 }, { "a@b", 3 }, { "a:b", 3 }, { A63 "a", 64 },
	{ "a#", 2 }, { "a?b", 3 }, { "a%2eb", 5 }, { "[", 1 },
};

static void
check_regions(void)
{
	struct ssm_error err = SSM_ERROR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(good_regions); i++)
		ok(region_is_valid(view_of(good_regions[i])) &&
		    region_check(view_of(good_regions[i]), &err) == SSM_OK, "a region: '%s'",
		    good_regions[i]);
	for (size_t i = 0; i < ARRAY_LEN(bad_regions); i++)
		ok(!region_is_valid(bad_regions[i]) && region_check(bad_regions[i], &err) == SSM_E_CONFIG,
		    "no region: case %zu", i);
	region_check(VIEW("us_east_1"), &err);
	is_text(err.message, "Provided region_name 'us_east_1' doesn't match a supported format.",
	    "botocore's message");
	ok(region_check(VIEW("aws-us-gov-global"), &err) == SSM_E_CONFIG, "a pseudo-region is refused");
	is_text(err.message, "'aws-us-gov-global' is not a region of Systems Manager", "by name");
	ok(region_check(VIEW("global"), &err) == SSM_OK && region_check(VIEW("a-globals"), &err) == SSM_OK,
	    "names that end otherwise are not");
	ssm_error_clear(&err);
}

static const struct {
	const char *given, *region;
	bool fips;
} pseudo[] = {
	{ "us-east-1", "us-east-1", false }, { "fips-us-east-1", "us-east-1", true },
	{ "us-east-1-fips", "us-east-1", true }, { "us-fips-east-1", "us-east-1", true },
	{ "fips-us-gov-west-1", "us-gov-west-1", true }, { "ssm-fips-east", "ssm-east", true },
	{ "fips-fips-a", "a", true }, { "a-fips-fips", "a", true }, { "fips", "fips", false },
	{ "fips-", "", true }, { "-fips", "", true }, { "ffips-ips-a", "fips-a", true },
	{ "FIPS-us-east-1", "FIPS-us-east-1", false }, { "", "", false },
};

static void
check_pseudo(void)
{
	struct bytes region = BYTES_INIT(64);

	for (size_t i = 0; i < ARRAY_LEN(pseudo); i++) {
		bytes_set(&region, view_of(pseudo[i].given));
		ok(endpoint_pseudo_region(&region) == pseudo[i].fips, "'%s' means %s", pseudo[i].given,
		    pseudo[i].fips ? "FIPS" : "itself");
		is_text(bytes_cstr(&region), pseudo[i].region, "region of '%s'", pseudo[i].given);
	}
	bytes_clear(&region);
}

static const struct {
	const char *given, *url;
} custom[] = {
	{ "http://localhost:8000", "http://localhost:8000/" },
	{ "http://[::1]:8080", "http://[::1]:8080/" }, { "https://h.", "https://h/" },
	{ "HTTPS://H.Example/", "https://h.example/" }, { "https://h/base", "https://h/base" },
	{ "https://h/base/?a=b", "https://h/base/?a=b" }, { "https://h?a=b", "https://h/?a=b" },
	{ "https://h:443", "https://h/" },
};

static const struct {
	const char *given, *origin, *message;
	enum ssm_err rc;
} refused[] = {
	{ "ssm.example.com", "--endpoint-url", "Bad value for --endpoint-url \"ssm.example.com\": scheme is "
	    "missing.  Must be of the form http://<hostname>/ or https://<hostname>/", SSM_E_INPUT },
	{ "ssm.example.com", "AWS_ENDPOINT_URL", "Invalid endpoint: ssm.example.com (AWS_ENDPOINT_URL): the "
	    "URL: no scheme (https://, wss:// ...) at character 1", SSM_E_CONFIG },
	{ "https://", "--endpoint-url", "Invalid endpoint: https:// (--endpoint-url): the URL: no host at "
	    "character 9", SSM_E_INPUT },
	{ "https://under~score.example", "AWS_ENDPOINT_URL_SSM", "Invalid endpoint: "
	    "https://under~score.example (AWS_ENDPOINT_URL_SSM): the URL: not a host name at character 14",
	    SSM_E_CONFIG },
	{ "https://user:pw@h/", "--endpoint-url", "Invalid endpoint: *** (--endpoint-url): user information "
	    "is not allowed", SSM_E_INPUT },
	{ "https://user:pw@h h/", "--endpoint-url", "Invalid endpoint: *** (--endpoint-url): the URL: a "
	    "character that no URL holds at character 18", SSM_E_INPUT },
	{ "http://256.0.0.1", "AWS_ENDPOINT_URL", "Invalid endpoint: http://256.0.0.1 (AWS_ENDPOINT_URL): "
	    "the host is a number, and no address", SSM_E_CONFIG },
	{ "ftp://h", "AWS_ENDPOINT_URL", "Invalid endpoint: ftp://h (AWS_ENDPOINT_URL): the scheme must be "
	    "https or http", SSM_E_CONFIG },
	{ "https://h/#f", "AWS_ENDPOINT_URL", "Invalid endpoint: https://h/#f (AWS_ENDPOINT_URL): a fragment "
	    "is not allowed", SSM_E_CONFIG },
	{ "http://h:99999", "--endpoint-url", "Invalid endpoint: http://h:99999 (--endpoint-url): the URL: a "
	    "port outside 1 to 65535 at character 10", SSM_E_INPUT },
};

static void
check_custom(void)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct bytes url = BYTES_INIT(1024);

	for (size_t i = 0; i < ARRAY_LEN(custom); i++) {
		bytes_reset(&url);
		ok(endpoint_custom(&url, view_of(custom[i].given), "--endpoint-url", &err) == SSM_OK,
		    "taken: %s", custom[i].given);
		is_text(bytes_cstr(&url), custom[i].url, "in its normal form, with a path: %s", custom[i].given);
	}
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		bytes_reset(&url);
		ok(endpoint_custom(&url, view_of(refused[i].given), refused[i].origin, &err) ==
		    refused[i].rc, "refused: %s from %s", refused[i].given, refused[i].origin);
		is_text(err.message, refused[i].message, "its message: %s", refused[i].given);
		is_number(url.len, 0, "and nothing is made of it: %s", refused[i].given);
	}
	bytes_clear(&url);
	ssm_error_clear(&err);
}

int
main(void)
{
	check_vectors();
	check_services();
	check_partitions();
	check_regions();
	check_pseudo();
	check_custom();
	return done_testing();
}
