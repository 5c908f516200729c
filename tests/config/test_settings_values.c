/* settings_values: numbers, words and paths, and what is said of those that cannot be right. */
#include "http/useragent.h"
#include "settings_of.h"
#include "tap.h"

static const struct {
	const char *environment[4], *config;
	unsigned attempts;
	const char *message;
} attempts_cases[] = {
	{ { NULL }, "", 3, NULL },
	{ { "AWS_RETRY_MODE=legacy" }, "", 5, NULL },
	{ { "AWS_RETRY_MODE=adaptive" }, "", 3, NULL },
	{ { "AWS_RETRY_MODE=legacy", "AWS_MAX_ATTEMPTS= 2 " }, "", 2, NULL },
	{ { "AWS_MAX_ATTEMPTS=1000" }, "", 1000, NULL },
	{ { "AWS_MAX_ATTEMPTS=1" }, "[default]\nmax_attempts = 0\n", 1, NULL },
	{ { "AWS_MAX_ATTEMPTS=" }, "[default]\nmax_attempts = 7\n", 7, NULL },
	{ { "AWS_MAX_ATTEMPTS=0" }, "", 0, "AWS_MAX_ATTEMPTS: Value provided to \"max_attempts\": 0 must be "
	    "an integer greater than or equal to 1." },
	{ { "AWS_MAX_ATTEMPTS=-1" }, "", 0, "AWS_MAX_ATTEMPTS: Value provided to \"max_attempts\": -1 must "
	    "be an integer greater than or equal to 1." },
	{ { "AWS_MAX_ATTEMPTS=+1" }, "", 0, "AWS_MAX_ATTEMPTS: Value provided to \"max_attempts\": +1 must "
	    "be an integer greater than or equal to 1." },
	{ { "AWS_MAX_ATTEMPTS=1001" }, "", 0, "AWS_MAX_ATTEMPTS: Value provided to \"max_attempts\": 1001 "
	    "must be an integer less than or equal to 1000." },
	{ { "AWS_MAX_ATTEMPTS=99999999999999999999999" }, "", 0, "AWS_MAX_ATTEMPTS: Value provided to "
	    "\"max_attempts\": 99999999999999999999999 must be an integer less than or equal to 1000." },
	{ { NULL }, "[default]\nmax_attempts = many\n", 0, "%s line 2 [default] max_attempts: Value provided to "
	    "\"max_attempts\": many must be an integer greater than or equal to 1." },
	{ { "AWS_RETRY_MODE=Standard" }, "", 0, "AWS_RETRY_MODE: Invalid value provided to \"mode\": "
	    "\"Standard\" must be one of: ('legacy', 'standard', 'adaptive')" },
	{ { NULL }, "[default]\nretry_mode = x\n", 0, "%s line 2 [default] retry_mode: Invalid value provided to "
	    "\"mode\": \"x\" must be one of: ('legacy', 'standard', 'adaptive')" },
};

static void
check_attempts(void)
{
	struct ssm_error err = SSM_ERROR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(attempts_cases); i++) {
		struct settings *settings = settings_of(attempts_cases[i].environment,
		    attempts_cases[i].config);
		enum retry_mode mode;
		unsigned attempts = 0;
		enum ssm_err rc = settings_retry_mode(settings, NULL, &mode, &err);

		if (rc == SSM_OK)
			rc = settings_attempts(settings, mode, &attempts, &err);
		if (attempts_cases[i].message == NULL) {
			ok(rc == SSM_OK, "attempts, case %zu: taken", i);
			is_number(attempts, attempts_cases[i].attempts, "attempts");
		} else {
			ok(rc == SSM_E_CONFIG, "attempts, case %zu: refused", i);
			is_text(err.message, settings_of_text(attempts_cases[i].message), "with its origin");
		}
		settings_close(settings);
	}
	ssm_error_clear(&err);
}

static const struct {
	const char *environment[4], *region;
	unsigned timeout;
	const char *message;
} timeouts[] = {
	{ { NULL }, "us-east-1", 7, NULL },
	{ { "AWS_DEFAULTS_MODE=legacy" }, "us-east-1", 7, NULL },
	{ { "AWS_DEFAULTS_MODE=standard" }, "us-east-1", 3100, NULL },
	{ { "AWS_DEFAULTS_MODE=Cross-Region" }, "us-east-1", 3100, NULL },
	{ { "AWS_DEFAULTS_MODE=in-region" }, "us-east-1", 1100, NULL },
	{ { "AWS_DEFAULTS_MODE=mobile" }, "us-east-1", 30000, NULL },
	{ { "AWS_DEFAULTS_MODE=auto" }, "us-east-1", 3100, NULL },
	{ { "AWS_DEFAULTS_MODE=auto", "AWS_REGION=us-east-1" }, "us-east-1", 3100, NULL },
	{ { "AWS_DEFAULTS_MODE=auto", "AWS_REGION=us-east-1", "AWS_EXECUTION_ENV=AWS_Lambda" }, "us-east-1",
	    1100, NULL },
	{ { "AWS_DEFAULTS_MODE=auto", "AWS_DEFAULT_REGION=us-east-1", "AWS_EXECUTION_ENV=AWS_Lambda" },
	    "us-east-1", 1100, NULL },
	{ { "AWS_DEFAULTS_MODE=auto", "AWS_REGION=us-east-1", "AWS_EXECUTION_ENV=AWS_Lambda" }, "eu-west-1",
	    3100, NULL },
	{ { "AWS_DEFAULTS_MODE=fast" }, "us-east-1", 7, "AWS_DEFAULTS_MODE: Client configured with invalid "
	    "defaults mode: fast. Valid defaults modes include: legacy, auto, standard, in-region, "
	    "cross-region, mobile." },
};

static void
check_timeouts(void)
{
	struct ssm_error err = SSM_ERROR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(timeouts); i++) {
		struct settings *settings = settings_of(timeouts[i].environment, "");
		unsigned timeout = 7;
		enum ssm_err rc = settings_connect_timeout(settings, view_of(timeouts[i].region),
		    &timeout, &err);

		ok(rc == (timeouts[i].message == NULL ? SSM_OK : SSM_E_CONFIG), "defaults_mode, case %zu", i);
		is_number(timeout, timeouts[i].timeout, "its time to connect");
		if (timeouts[i].message != NULL)
			is_text(err.message, timeouts[i].message, "botocore's text");
		settings_close(settings);
	}
	ssm_error_clear(&err);
}

#define EMPTY_BUNDLE "Invalid CA bundle: the configured value (ca_bundle, AWS_CA_BUNDLE, " \
	"REQUESTS_CA_BUNDLE, or verify) resolved to an empty or whitespace-only string. Provide a valid " \
	"path to a CA bundle file."

static const struct {
	const char *environment[4], *config, *option, *text, *message;
} bundles[] = {
	{ { NULL }, "", NULL, NULL, NULL },
	{ { "AWS_CA_BUNDLE=/a b" }, "", NULL, "/a b", NULL },
	{ { "AWS_CA_BUNDLE=" }, "", "/o", "/o", NULL },
	{ { "HOME=/h", "AWS_CA_BUNDLE=~/a b" }, "", NULL, "/h/a b", NULL },
	{ { "HOME=/h" }, "[default]\nca_bundle = ~/c.pem\n", NULL, "/h/c.pem", NULL },
	{ { "HOME=/h", "REQUESTS_CA_BUNDLE=~/r/../c" }, "", NULL, "/h/r/../c", NULL },
	{ { "HOME=/h", "AWS_CA_BUNDLE=~/a" }, "", "~/o", "/h/o", NULL },
	{ { "HOME=/h" }, "", "~nobody-of-that-name/o", "~nobody-of-that-name/o", NULL },
	{ { "HOME=/h" }, "", "$HOME/o", "/h/o", NULL },
	{ { "AWS_CA_BUNDLE=" }, "", NULL, NULL, "AWS_CA_BUNDLE: " EMPTY_BUNDLE },
	{ { "AWS_CA_BUNDLE=  " }, "[default]\nca_bundle=/c\n", NULL, NULL, "AWS_CA_BUNDLE: " EMPTY_BUNDLE },
	{ { "REQUESTS_CA_BUNDLE=" }, "", NULL, NULL, "REQUESTS_CA_BUNDLE: " EMPTY_BUNDLE },
	{ { "REQUESTS_CA_BUNDLE=/r" }, "[default]\nca_bundle =\n", NULL, NULL,
	    "%s line 2 [default] ca_bundle: " EMPTY_BUNDLE },
};

static void
check_bundles(void)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct bytes path = BYTES_INIT(65536);

	for (size_t i = 0; i < ARRAY_LEN(bundles); i++) {
		struct settings *settings = settings_of(bundles[i].environment, bundles[i].config);
		struct setting_value value;
		enum ssm_err rc = settings_ca_bundle(settings, bundles[i].option, &path, &value, &err);

		if (bundles[i].message == NULL) {
			ok(rc == SSM_OK, "CA bundle, case %zu: taken", i);
			is_view(value.text, view_of(bundles[i].text), "its path");
		} else {
			ok(rc == SSM_E_CONFIG, "CA bundle, case %zu: refused", i);
			is_text(err.message, settings_of_text(bundles[i].message), "with its origin");
		}
		settings_close(settings);
	}
	bytes_clear(&path);
	ssm_error_clear(&err);
}

static void
check_choices(void)
{
	static const struct {
		const char *environment[4];
		enum setting setting;
		const char *choice, *message;
	} cases[] = {
		{ { NULL }, SETTING_METADATA_ENDPOINT_MODE, "ipv4", NULL },
		{ { "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6" }, SETTING_METADATA_ENDPOINT_MODE, "ipv6",
		    NULL },
		{ { "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=ipv5" }, SETTING_METADATA_ENDPOINT_MODE, NULL,
		    "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: Invalid EC2 Instance Metadata endpoint mode: ipv5 "
		    "Valid endpoint modes (case-insensitive): ('ipv4', 'ipv6')." },
		{ { NULL }, SETTING_OUTPUT, "json", NULL },
		{ { "AWS_DEFAULT_OUTPUT=yaml-stream" }, SETTING_OUTPUT, "yaml-stream", NULL },
		{ { "AWS_DEFAULT_OUTPUT=JSON" }, SETTING_OUTPUT, NULL,
		    "AWS_DEFAULT_OUTPUT: Unknown output type: JSON" },
	};
	struct ssm_error err = SSM_ERROR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct settings *settings = settings_of(cases[i].environment, "");
		const char *choice = NULL;

		if (settings_choice(settings, cases[i].setting, NULL, &choice, &err) == SSM_OK)
			is_text(choice, cases[i].choice, "a word of %s", settings_name(cases[i].setting));
		else
			is_text(err.message, cases[i].message, "no word of %s",
			    settings_name(cases[i].setting));
		settings_close(settings);
	}
	ssm_error_clear(&err);
}

static void
check_numbers(void)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct settings *settings = settings_of((const char *const[4]){
	    "AWS_METADATA_SERVICE_TIMEOUT=0.5", "AWS_METADATA_SERVICE_NUM_ATTEMPTS=0" }, "");
	long value = 0;

	ok(settings_number(settings, SETTING_METADATA_ATTEMPTS, 1, 0, 100, &value, &err) == SSM_OK,
	    "0 is taken where it may be");
	is_number(value, 0, "and is not the default");
	ok(settings_number(settings, SETTING_METADATA_TIMEOUT, 1, 1, 100, &value, &err) == SSM_E_CONFIG,
	    "a fraction is not taken");
	is_text(err.message, "AWS_METADATA_SERVICE_TIMEOUT: Value provided to "
	    "\"metadata_service_timeout\": 0.5 must be an integer greater than or equal to 1.", "by name");
	settings_close(settings);
	ssm_error_clear(&err);
}

static void
check_app_id(void)
{
	char text[USERAGENT_MAX], line[SETTINGS_APP_ID_MAX + 32] = "AWS_SDK_UA_APP_ID=";
	struct ssm_error err = SSM_ERROR_INIT;
	struct setting_value value;
	struct settings *settings;

	useragent_format(text, VIEW_NONE, VIEW("my app/1#2\r\nx: \xC3\xA9"));
	is_text(strstr(text, " app/"), " app/my-app-1#2--x---", "an application's id is made clean");
	useragent_format(text, VIEW_NONE, VIEW_NONE);
	ok(strstr(text, "app/") == NULL, "without one there is none");
	memset(line + strlen(line), 'a', SETTINGS_APP_ID_MAX);
	settings = settings_of((const char *const[4]){ line }, "");
	ok(settings_app_id(settings, &value, &err) == SSM_OK, "as long as one may be");
	useragent_format(text, VIEW_NONE, value.text);
	is_number(strlen(strstr(text, " app/")), 5 + SETTINGS_APP_ID_MAX, "it is not cut");
	settings_close(settings);
	line[strlen(line)] = 'a';
	settings = settings_of((const char *const[4]){ line }, "");
	ok(settings_app_id(settings, &value, &err) == SSM_E_CONFIG, "a byte more is too long");
	settings_close(settings);
	ssm_error_clear(&err);
}

int
main(void)
{
	settings_of_start();
	check_attempts();
	check_timeouts();
	check_bundles();
	check_choices();
	check_numbers();
	check_app_id();
	settings_of_end();
	return done_testing();
}
