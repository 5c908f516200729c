/*
 * dump_settings: an environment and its shared files in, what settings makes of them out as JSON.
 * For settings_oracle.py, which compares it with botocore.
 *
 *	dump_settings [profile]		one document: every setting's value and origin, and what the
 *					checked ones come to
 *	dump_settings -u < LIST		lines `SERVICE REGION`; the URL of each, or {"error": text}
 */
#include <stdio.h>
#include <unistd.h>

#include "config/settings.h"
#include "core/io.h"
#include "http/useragent.h"
#include "json/text.h"

#define DUMP_MAX (4 * 1024 * 1024)

static void
add_error(struct bytes *out, const char *name, const struct ssm_error *err)
{
	jsontext_name(out, name);
	jsontext_begin(out);
	jsontext_member(out, "error", view_of(err->message));
	jsontext_member(out, "code", view_of(err->code));
	jsontext_end(out);
}

static void
add_value(struct bytes *out, const char *name, const struct setting_value *value)
{
	jsontext_name(out, name);
	bytes_add_char(out, '[');
	if (value->text.ptr == NULL)
		bytes_add_text(out, "null");
	else
		jsontext_string(out, value->text);
	bytes_add_char(out, ',');
	jsontext_string(out, view_of(value->origin));
	bytes_add_char(out, ']');
}

static void
add_raw(struct bytes *out, const struct settings *settings)
{
	struct setting_value value;

	jsontext_name(out, "raw");
	jsontext_begin(out);
	for (enum setting i = SETTING_REGION; i <= SETTING_METADATA_DISABLED; i++) {
		settings_get(settings, i, NULL, &value);
		add_value(out, settings_name(i), &value);
	}
	jsontext_end(out);
}

static void
add_numbers(struct bytes *out, const struct settings *settings, struct ssm_error *err)
{
	enum retry_mode mode;
	unsigned attempts, timeout = 0;
	long number;

	if (settings_retry_mode(settings, NULL, &mode, err) == SSM_OK &&
	    settings_attempts(settings, mode, &attempts, err) == SSM_OK)
		jsontext_member_number(out, "attempts", attempts);
	else
		add_error(out, "attempts", err);
	if (settings_connect_timeout(settings, VIEW("us-east-1"), &timeout, err) == SSM_OK)
		jsontext_member_number(out, "connect_timeout", timeout);
	else
		add_error(out, "connect_timeout", err);
	if (settings_number(settings, SETTING_METADATA_TIMEOUT, 1, 0, 3600, &number, err) == SSM_OK)
		jsontext_member_number(out, "metadata_timeout", number);
	else
		add_error(out, "metadata_timeout", err);
}

static void
add_choice(struct bytes *out, const struct settings *settings, enum setting setting,
    const char *name, struct ssm_error *err)
{
	const char *choice;

	if (settings_choice(settings, setting, NULL, &choice, err) == SSM_OK)
		jsontext_member(out, name, view_of(choice));
	else
		add_error(out, name, err);
}

static void
add_checked(struct bytes *out, const struct settings *settings, struct ssm_error *err)
{
	static const char *const services[] = { "ssm", "sts", "sso", "sso_oidc", "signin" };
	char user_agent[USERAGENT_MAX];
	struct setting_value value;
	struct bytes path = BYTES_INIT(65536);

	add_numbers(out, settings, err);
	add_choice(out, settings, SETTING_RETRY_MODE, "retry_mode", err);
	add_choice(out, settings, SETTING_DEFAULTS_MODE, "defaults_mode", err);
	add_choice(out, settings, SETTING_METADATA_ENDPOINT_MODE, "endpoint_mode", err);
	add_choice(out, settings, SETTING_OUTPUT, "output", err);
	if (settings_ca_bundle(settings, NULL, &path, &value, err) == SSM_OK)
		add_value(out, "ca_bundle", &value);
	else
		add_error(out, "ca_bundle", err);
	bytes_clear(&path);
	settings_get(settings, SETTING_APP_ID, NULL, &value);
	useragent_format(user_agent, VIEW_NONE, value.text);
	jsontext_member(out, "user_agent", view_of(user_agent));
	for (size_t i = 0; i < ARRAY_LEN(services); i++)
		if (settings_endpoint(settings, NULL, services[i], &value, err) == SSM_OK)
			add_value(out, services[i], &value);
		else
			add_error(out, services[i], err);
}

static enum ssm_err
add_urls(struct bytes *out, const struct settings *settings, struct ssm_error *err)
{
	struct bytes list = BYTES_INIT(DUMP_MAX), url = BYTES_INIT(DUMP_MAX);
	struct view rest, line;
	char service[64];

	if (io_read_descriptor(&list, STDIN_FILENO) < 0)
		return SSM_E_OTHER;
	for (rest = bytes_view(&list); rest.len > 0; ) {
		size_t end = view_find(rest, '\n'), blank;

		line = view_slice(rest, 0, end);
		rest = view_slice(rest, end < rest.len ? end + 1 : end, rest.len);
		blank = view_find(line, ' ');
		snprintf(service, sizeof service, "%.*s", (int)blank, line.ptr);
		line = view_slice(line, blank < line.len ? blank + 1 : blank, line.len);
		jsontext_begin(out);
		if (settings_service_url(settings, service, line, &url, err) == SSM_OK)
			jsontext_member(out, "url", bytes_view(&url));
		else
			jsontext_member(out, "error", view_of(err->message));
		jsontext_end(out);
		bytes_add_char(out, '\n');
	}
	bytes_clear(&list);
	bytes_clear(&url);
	return SSM_OK;
}

int
main(int argc, char **argv)
{
	struct bytes out = BYTES_INIT(DUMP_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	struct settings *settings = NULL;
	bool urls = argc > 1 && strcmp(argv[1], "-u") == 0;
	enum ssm_err rc = settings_open(&settings, view_of(urls || argc < 2 ? NULL : argv[1]), &err);

	if (rc == SSM_OK && urls) {
		rc = add_urls(&out, settings, &err);
	} else {
		jsontext_begin(&out);
		if (rc == SSM_OK) {
			jsontext_member(&out, "profile", settings_profile(settings));
			add_raw(&out, settings);
			add_checked(&out, settings, &err);
		} else {
			add_error(&out, "open", &err);
			rc = SSM_OK;
		}
		jsontext_end(&out);
		bytes_add_char(&out, '\n');
	}
	if (bytes_failed(&out) || io_write_all(STDOUT_FILENO, bytes_view(&out)) < 0)
		rc = SSM_E_OTHER;
	settings_close(settings);
	bytes_clear(&out);
	ssm_error_clear(&err);
	return ssm_exit_code(rc);
}
