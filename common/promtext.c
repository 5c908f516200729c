#include "promtext.h"

#include <stdio.h>

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
	bytes_add(out, VIEW("# HELP "));
	bytes_add_text(out, name);
	bytes_add_char(out, ' ');
	add_escaped(out, help, false);
	bytes_add(out, VIEW("\n# TYPE "));
	bytes_add_text(out, name);
	bytes_add(out, VIEW(" gauge\n"));
}

void
promtext_sample(struct bytes *out, const char *name, const struct promtext_label *labels,
    size_t count, double value, int decimals)
{
	char text[64], separator = '{';

	bytes_add_text(out, name);
	for (size_t i = 0; i < count; i++) {
		if (labels[i].value == NULL)
			continue;
		bytes_add_char(out, separator);
		bytes_add_text(out, labels[i].name);
		bytes_add(out, VIEW("=\""));
		add_escaped(out, labels[i].value, true);
		bytes_add_char(out, '"');
		separator = ',';
	}
	snprintf(text, sizeof text, "%s %.*f\n", separator == ',' ? "}" : "", decimals, value);
	bytes_add_text(out, text);
}
