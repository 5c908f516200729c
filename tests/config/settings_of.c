#include "settings_of.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tap.h"

static char directory[64], config_path[80], credentials_path[80];

static const char *const variables[] = {
	"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_DEFAULT_OUTPUT",
	"AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "AWS_RETRY_MODE", "AWS_MAX_ATTEMPTS",
	"AWS_DEFAULTS_MODE", "AWS_EXECUTION_ENV", "AWS_SDK_UA_APP_ID", "AWS_USE_FIPS_ENDPOINT",
	"AWS_USE_DUALSTACK_ENDPOINT", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
	"AWS_STS_REGIONAL_ENDPOINTS", "AWS_METADATA_SERVICE_TIMEOUT",
	"AWS_METADATA_SERVICE_NUM_ATTEMPTS", "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
	"AWS_EC2_METADATA_DISABLED", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS",
	"AWS_ENDPOINT_URL_SSO", "AWS_ENDPOINT_URL_SSO_OIDC", "AWS_ENDPOINT_URL_SIGNIN",
};

void
settings_of_start(void)
{
	snprintf(directory, sizeof directory, "/tmp/test_settings.XXXXXX");
	if (mkdtemp(directory) == NULL)
		abort();
	snprintf(config_path, sizeof config_path, "%s/config", directory);
	snprintf(credentials_path, sizeof credentials_path, "%s/credentials", directory);
	setenv("AWS_CONFIG_FILE", config_path, 1);
	setenv("AWS_SHARED_CREDENTIALS_FILE", credentials_path, 1);
}

void
settings_of_end(void)
{
	unlink(config_path);
	rmdir(directory);
}

static void
write_file(const char *text, const char *path)
{
	FILE *file = fopen(path, "w");

	if (file == NULL || fputs(text, file) == EOF || fclose(file) == EOF)
		abort();
}

struct settings *
settings_of(const char *const environment[4], const char *config)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct settings *settings;

	for (size_t i = 0; i < ARRAY_LEN(variables); i++)
		unsetenv(variables[i]);
	for (size_t i = 0; i < 4 && environment[i] != NULL; i++) {
		char line[2048];
		char *equals;

		snprintf(line, sizeof line, "%s", environment[i]);
		equals = strchr(line, '=');
		*equals = '\0';
		setenv(line, equals + 1, 1);
	}
	write_file(config, config_path);
	if (settings_open(&settings, VIEW_NONE, &err) != SSM_OK)
		diag("%s", err.message);
	ssm_error_clear(&err);
	return settings;
}

const char *
settings_of_text(const char *text)
{
	static char whole[1024];
	const char *at = text == NULL ? NULL : strstr(text, "%s");

	if (at == NULL)
		return text;
	snprintf(whole, sizeof whole, "%.*s%s%s", (int)(at - text), text, config_path, at + 2);
	return whole;
}
