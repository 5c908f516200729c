#include "check/promtext.h"

/* In HELP lines quotes stay as they are. */
static void
add_escaped(struct bytes *out, const char *text, bool label)
{
	for (; *text != '\0'; text++)
		if (*text == '\n')
			bytes_add(out, VIEW("\\n"));
		else if (*text == '\\' || (*text == '"' && label)) {
			bytes_add_char(out, '\\');
			bytes_add_char(out, *text);
		} else
			bytes_add_char(out, *text);
}

void
promtext_gauge(struct bytes *out, const char *name, const char *help)
{
	bytes_print(out, "# HELP %s ", name);
	add_escaped(out, help, false);
	bytes_print(out, "\n# TYPE %s gauge\n", name);
}

void
promtext_sample(struct bytes *out, const char *name, const struct promtext_label *labels,
    size_t count, double value, int decimals)
{
	char separator = '{';

	bytes_add_text(out, name);
	for (size_t i = 0; i < count; i++) {
		if (labels[i].value == NULL)
			continue;
		bytes_print(out, "%c%s=\"", separator, labels[i].name);
		add_escaped(out, labels[i].value, true);
		bytes_add_char(out, '"');
		separator = ',';
	}
	bytes_print(out, "%s %.*f\n", separator == ',' ? "}" : "", decimals, value);
}
