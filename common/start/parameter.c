#include "start/parameter.h"

#include "json/text.h"

void
parameter_add(struct bytes *out, const char *name, struct view text)
{
	jsontext_name(out, name);
	bytes_add_char(out, '[');
	jsontext_string(out, text);
	bytes_add_char(out, ']');
}
