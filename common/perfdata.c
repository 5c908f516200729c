#include "perfdata.h"

static void
add_label(struct bytes *out, const char *label)
{
	bool quote = strpbrk(label, " '=") != NULL;

	bytes_add(out, quote ? VIEW("'") : VIEW_NONE);
	for (; *label != '\0'; label++) {
		bytes_add_char(out, *label);
		if (*label == '\'')
			bytes_add_char(out, '\'');
	}
	bytes_add(out, quote ? VIEW("'=") : VIEW("="));
}

void
perfdata_add(struct bytes *out, const struct perfdata *data)
{
	const char *const fields[] = { data->warning, data->critical, data->minimum, data->maximum };
	size_t count = 0;

	if (out->len > 0)
		bytes_add_char(out, ' ');
	add_label(out, data->label);
	bytes_add_text(out, data->value);
	if (strcmp(data->value, "U") != 0)
		bytes_add_text(out, data->unit);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (fields[i] != NULL && *fields[i] != '\0')
			count = i + 1;
	for (size_t i = 0; i < count; i++) {
		bytes_add_char(out, ';');
		bytes_add(out, view_of(fields[i]));
	}
}
