/*
 * dump_profiles: config and credentials files in, all that profiles makes of them out as JSON.
 * For profiles_oracle.py, which compares it with botocore.
 *
 *	dump_profiles CONFIG CREDENTIALS	prints one document, or the error and exits 253
 *	dump_profiles < LIST			two lines a pair; prints a document or
 *						{"error": text} for each, and exits 0
 */
#include <stdio.h>
#include <unistd.h>

#include "config/nested.h"
#include "config/profiles.h"
#include "core/io.h"
#include "json/text.h"

#define DUMP_MAX (64 * 1024 * 1024)

static const struct {
	const char *name;
	enum profiles_table table;
} tables[] = {
	{ "profiles", PROFILES_MERGED },
	{ "config", PROFILES_CONFIG },
	{ "credentials", PROFILES_CREDENTIALS },
	{ "sso_sessions", PROFILES_SSO_SESSIONS },
	{ "services", PROFILES_SERVICES },
};

static void
add_name(struct bytes *out, struct view name)
{
	if (out->len > 0 && out->ptr[out->len - 1] != '{')
		bytes_add_char(out, ',');
	jsontext_string(out, name);
	bytes_add_char(out, ':');
}

static void
add_value(struct bytes *out, struct view value)
{
	struct view rest = value, name;

	if (!nested_is(value)) {
		jsontext_string(out, value);
		return;
	}
	bytes_add_char(out, '{');
	while (nested_next(&rest, &name, &value) == NESTED_PAIR) {
		add_name(out, name);
		jsontext_string(out, value);
	}
	bytes_add_char(out, '}');
}

static void
add_table(struct bytes *out, const struct profiles *profiles, enum profiles_table table)
{
	struct profiles_property property;
	struct view section;

	bytes_add_char(out, '{');
	for (size_t i = 0; profiles_next_section(profiles, table, &i, &section); ) {
		add_name(out, section);
		bytes_add_char(out, '{');
		for (size_t j = 0; profiles_next_property(profiles, table, section, &j,
		    &property); ) {
			add_name(out, property.name);
			add_value(out, property.value);
		}
		bytes_add_char(out, '}');
	}
	bytes_add_char(out, '}');
}

static enum ssm_err
dump(struct bytes *out, const char *config, const char *credentials, struct ssm_error *err)
{
	struct profiles *profiles = NULL;
	enum ssm_err rc = profiles_load(&profiles, config, credentials, err);

	if (rc != SSM_OK)
		return rc;
	bytes_add_char(out, '{');
	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		add_name(out, view_of(tables[i].name));
		add_table(out, profiles, tables[i].table);
	}
	bytes_add_text(out, "}\n");
	profiles_free(profiles);
	return bytes_failed(out) ? ssm_fail_memory(err) : SSM_OK;
}

static int
dump_one(const char *config, const char *credentials)
{
	struct bytes out = BYTES_INIT(DUMP_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	int code = ssm_exit_code(dump(&out, config, credentials, &err));

	if (code != 0)
		fprintf(stderr, "dump_profiles: %s\n", err.message);
	else if (io_write_all(STDOUT_FILENO, bytes_view(&out)) < 0)
		code = 255;
	bytes_clear(&out);
	ssm_error_clear(&err);
	return code;
}

/* The next line of the list as text of its own, or NULL at the end. */
static const char *
next_path(struct bytes *list, size_t *at)
{
	char *path = list->ptr + *at;
	size_t len;

	if (*at >= list->len)
		return NULL;
	len = view_find(view_slice(bytes_view(list), *at, list->len), '\n');
	path[len] = '\0';
	*at += len + 1;
	return path;
}

static int
dump_list(void)
{
	struct bytes list = BYTES_INIT(DUMP_MAX), out = BYTES_INIT(DUMP_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	const char *config, *credentials;
	size_t at = 0;
	int code = 0;

	if (io_read_descriptor(&list, STDIN_FILENO) < 0)
		code = 255;
	while (code == 0 && (config = next_path(&list, &at)) != NULL &&
	    (credentials = next_path(&list, &at)) != NULL) {
		bytes_reset(&out);
		if (dump(&out, config, credentials, &err) != SSM_OK) {
			bytes_set(&out, VIEW("{"));
			jsontext_member(&out, "error", view_of(err.message));
			bytes_add_text(&out, "}\n");
		}
		if (bytes_failed(&out) || io_write_all(STDOUT_FILENO, bytes_view(&out)) < 0)
			code = 255;
	}
	bytes_clear(&list);
	bytes_clear(&out);
	ssm_error_clear(&err);
	return code;
}

int
main(int argc, char **argv)
{
	if (argc == 1)
		return dump_list();
	if (argc == 3)
		return dump_one(argv[1], argv[2]);
	fputs("usage: dump_profiles [config credentials]\n", stderr);
	return 252;
}
