#include <stdio.h>
#include <stdlib.h>

#include "sandbox_command.h"

#define VALUE_MAX 65536

/* What could lead a client elsewhere, or to other keys. */
static const char *const unwanted[] = { "AWS_SECURITY_TOKEN", "AWS_ENDPOINT_URL",
	"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_PROFILE", "AWS_DEFAULT_PROFILE",
	"AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT" };

static const char *
inherited_value(const struct sandbox_environment *environment, const char *name)
{
	size_t len = strlen(name);

	for (char **entry = environment->inherited; *entry != NULL; entry++)
		if (strncmp(*entry, name, len) == 0 && (*entry)[len] == '=')
			return *entry + len + 1;
	return NULL;
}

static struct bytes *
add(struct sandbox_environment *environment, const char *name, const char *value)
{
	struct sandbox_setting *setting = &environment->settings[environment->count++];

	*setting = (struct sandbox_setting){ .name = name, .value = BYTES_INIT(VALUE_MAX),
	    .set = value != NULL };
	bytes_add_text(&setting->value, value);
	return &setting->value;
}

/* Whether a NO_PROXY list has the loopback address, or is for everything. */
static bool
spares_loopback(struct view list)
{
	while (list.len > 0) {
		size_t end = view_find(list, ',');
		struct view entry = view_trim(view_slice(list, 0, end));

		if (view_is(entry, "127.0.0.1") || view_is(entry, "*"))
			return true;
		list = view_slice(list, end < list.len ? end + 1 : end, list.len);
	}
	return false;
}

/* Both spellings are read by someone; each keeps what it said. */
static void
add_no_proxy(struct sandbox_environment *environment, const char *name, const char *other)
{
	const char *old = inherited_value(environment, name);
	struct bytes *value;

	if (old == NULL)
		old = inherited_value(environment, other);
	value = add(environment, name, old == NULL ? "" : old);
	if (!spares_loopback(bytes_view(value)))
		bytes_add_text(value, value->len == 0 ? "127.0.0.1" : ",127.0.0.1");
}

enum ssm_err
sandbox_environment_init(struct sandbox_environment *environment, char **inherited, unsigned port,
    const char *region, const struct sandbox_key *key, struct ssm_error *err)
{
	char url[64];

	*environment = (struct sandbox_environment){ .count = 0, .inherited = inherited };
	snprintf(url, sizeof url, "http://127.0.0.1:%u", port);
	add(environment, "AWS_ENDPOINT_URL_SSM", url);
	add(environment, "AWS_REGION", region);
	add(environment, "AWS_DEFAULT_REGION", region);
	add(environment, "AWS_ACCESS_KEY_ID", key->access_key_id);
	add(environment, "AWS_SECRET_ACCESS_KEY", key->secret_access_key);
	add_no_proxy(environment, "NO_PROXY", "no_proxy");
	add_no_proxy(environment, "no_proxy", "NO_PROXY");
	add(environment, "AWS_SESSION_TOKEN", key->session_token);
	for (size_t i = 0; i < ARRAY_LEN(unwanted); i++)
		add(environment, unwanted[i], NULL);
	for (size_t i = 0; i < environment->count; i++)
		if (bytes_cstr(&environment->settings[i].value) == NULL)
			return ssm_fail_memory(err);
	return SSM_OK;
}

/* As one word for a shell. */
static void
add_quoted(struct bytes *out, struct view text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	    "_-+=./,:@%";
	size_t i = 0;

	while (i < text.len && memchr(plain, text.ptr[i], sizeof plain - 1) != NULL)
		i++;
	if (i == text.len) {
		bytes_add(out, text);
		return;
	}
	bytes_add_char(out, '\'');
	for (i = 0; i < text.len; i++)
		if (text.ptr[i] == '\'')
			bytes_add(out, VIEW("'\\''"));
		else
			bytes_add_char(out, text.ptr[i]);
	bytes_add_char(out, '\'');
}

/* Our own copy of these is gone since the start (secretenv); the shell's need not be. */
static bool
is_token(const char *name)
{
	return strcmp(name, "AWS_SESSION_TOKEN") == 0 || strcmp(name, "AWS_SECURITY_TOKEN") == 0;
}

void
sandbox_environment_format(struct bytes *out, const struct sandbox_environment *environment)
{
	for (size_t i = 0; i < environment->count; i++) {
		const struct sandbox_setting *setting = &environment->settings[i];

		if (!setting->set && !is_token(setting->name) &&
		    inherited_value(environment, setting->name) == NULL)
			continue;
		bytes_add_text(out, setting->set ? "export " : "unset ");
		bytes_add_text(out, setting->name);
		if (setting->set) {
			bytes_add_char(out, '=');
			add_quoted(out, bytes_view(&setting->value));
		}
		bytes_add_char(out, '\n');
	}
}

void
sandbox_environment_clear(struct sandbox_environment *environment)
{
	for (size_t i = 0; i < environment->count; i++)
		bytes_clear(&environment->settings[i].value);
	environment->count = 0;
}
