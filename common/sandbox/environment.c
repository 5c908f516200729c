#include <stdio.h>
#include <stdlib.h>

#include "sandbox/command.h"

#include "core/shellwords.h"

#define NO_PROXY_MAX 65536

/* What could lead a client elsewhere, or to other keys. */
static const char *const unwanted[] = { "AWS_SECURITY_TOKEN", "AWS_ENDPOINT_URL",
	"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_PROFILE", "AWS_DEFAULT_PROFILE",
	"AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT" };

/* Our own copy of these is gone since the start (process/start); the shell's need not be. */
static bool
is_token(const char *name)
{
	return strcmp(name, "AWS_SESSION_TOKEN") == 0 || strcmp(name, "AWS_SECURITY_TOKEN") == 0;
}

/* NULL: the variable is taken away. */
static bool
change(struct bytes *lines, const char *name, const char *value)
{
	if (value != NULL || is_token(name) || getenv(name) != NULL) {
		bytes_add_text(lines, value != NULL ? "export " : "unset ");
		bytes_add_text(lines, name);
		bytes_add(lines, value != NULL ? VIEW("=") : VIEW("\n"));
	}
	if (value == NULL)
		return unsetenv(name) == 0;
	shellwords_quote(lines, view_of(value));
	bytes_add_char(lines, '\n');
	return setenv(name, value, true) == 0;
}

/* Whether a NO_PROXY list has the loopback address, or is for everything. */
static bool
spares_loopback(struct view list)
{
	while (list.len > 0) {
		struct view entry = view_trim(view_take(&list, ','));

		if (view_is(entry, "127.0.0.1") || view_is(entry, "*"))
			return true;
	}
	return false;
}

/* Both spellings are read by someone; each keeps what it said. */
static bool
change_no_proxy(struct bytes *lines, const char *name, const char *other)
{
	struct bytes value = BYTES_INIT(NO_PROXY_MAX);
	bool changed;

	bytes_add_text(&value, getenv(name) != NULL ? getenv(name) : getenv(other));
	if (!spares_loopback(bytes_view(&value)))
		bytes_add_text(&value, value.len == 0 ? "127.0.0.1" : ",127.0.0.1");
	changed = bytes_cstr(&value) != NULL && change(lines, name, value.ptr);
	bytes_clear(&value);
	return changed;
}

enum ssm_err
sandbox_environment_set(struct bytes *lines, unsigned port, const char *region,
    const struct sandbox_key *key, struct ssm_error *err)
{
	char url[64];
	bool set;

	snprintf(url, sizeof url, "http://127.0.0.1:%u", port);
	set = change(lines, "AWS_ENDPOINT_URL_SSM", url) &&
	    change(lines, "AWS_ENDPOINT_URL_SSMMESSAGES", url) &&
	    change(lines, "AWS_ENDPOINT_URL_STS", url) &&
	    change(lines, "AWS_ENDPOINT_URL_KMS", url) &&
	    change(lines, "AWS_ENDPOINT_URL_ECS", url) &&
	    change(lines, "AWS_REGION", region) &&
	    change(lines, "AWS_DEFAULT_REGION", region) &&
	    change(lines, "AWS_ACCESS_KEY_ID", key->access_key_id) &&
	    change(lines, "AWS_SECRET_ACCESS_KEY", key->secret_access_key) &&
	    change_no_proxy(lines, "NO_PROXY", "no_proxy") &&
	    change_no_proxy(lines, "no_proxy", "NO_PROXY") &&
	    change(lines, "AWS_SESSION_TOKEN", key->session_token);
	for (size_t i = 0; set && i < ARRAY_LEN(unwanted); i++)
		set = change(lines, unwanted[i], NULL);
	return set && !bytes_failed(lines) ? SSM_OK : ssm_fail_memory(err);
}
