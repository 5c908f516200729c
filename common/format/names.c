#include "format/format.h"

static enum ssm_err
format_off(struct bytes *out, const struct value *value, struct arena *arena,
    const struct format_how *how, struct ssm_error *err)
{
	(void)out, (void)value, (void)arena, (void)how, (void)err;
	return SSM_OK;
}

static const struct format formats[] = {
	{ "json", format_json, true },
	{ "text", format_text, false },
	{ "table", format_table, false },
	{ "yaml", format_yaml, true },
	{ "yaml-stream", format_yaml_stream, true },
	{ "off", format_off, false },
};

const char format_names[] = "json, text, table, yaml, yaml-stream, off";

const struct format *
format_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}
