#include "pythonrepr.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "jsontext.h"
#include "utf8.h"

static bool
is_float(struct view number)
{
	return view_find(number, '.') < number.len || view_find(number, 'e') < number.len ||
	    view_find(number, 'E') < number.len;
}

const char *
pythonrepr_class(struct view value)
{
	switch (value.ptr[0]) {
	case '"': return "str";
	case '{': return "dict";
	case '[': return "list";
	case 't': case 'f': return "bool";
	case 'n': return "NoneType";
	default: return is_float(value) ? "float" : "int";
	}
}

/* The shortest digits that read back as the same number, laid out as Python does. */
static void
add_float(struct bytes *out, struct view number)
{
	char text[40], digits[40], *end;
	struct bytes whole = BYTES_INIT(JSON_DOCUMENT_MAX + 1);
	double value;
	int precision = 1, exponent;

	bytes_set(&whole, number);
	value = bytes_cstr(&whole) == NULL ? 0 : strtod(whole.ptr, NULL);
	bytes_clear(&whole);
	if (isinf(value)) {
		bytes_add_text(out, value < 0 ? "-inf" : "inf");
		return;
	}
	do
		snprintf(digits, sizeof digits, "%.*e", precision - 1, value);
	while (strtod(digits, NULL) != value && ++precision <= 17);
	exponent = (int)strtol(strchr(digits, 'e') + 1, &end, 10);
	if (exponent < -4 || exponent >= 16) {
		bytes_add_text(out, digits);
		return;
	}
	snprintf(text, sizeof text, "%.*f", precision - 1 > exponent ? precision - 1 - exponent : 1,
	    value);
	bytes_add_text(out, text);
}

static void
add_string(struct bytes *out, struct view text)
{
	char quote = view_find(text, '\'') < text.len && view_find(text, '"') == text.len ? '"' : '\'';
	char escape[8];

	bytes_add_char(out, quote);
	for (size_t at = 0; at < text.len; at++) {
		unsigned char c = (unsigned char)text.ptr[at];

		if (c == (unsigned char)quote || c == '\\') {
			bytes_add_char(out, '\\');
			bytes_add_char(out, (char)c);
		} else if (c >= 0x20 && c != 0x7F) {
			bytes_add_char(out, (char)c);
		} else {
			snprintf(escape, sizeof escape, c == '\n' ? "\\n" : c == '\r' ? "\\r" :
			    c == '\t' ? "\\t" : "\\x%02x", c);
			bytes_add_text(out, escape);
		}
	}
	bytes_add_char(out, quote);
}

static void
add_scalar(struct bytes *out, struct view token)
{
	struct json_member member = { .raw = token, .decoded = { jv_invalid(), jv_invalid() } };

	switch (token.ptr[0]) {
	case 't': bytes_add(out, VIEW("True")); break;
	case 'f': bytes_add(out, VIEW("False")); break;
	case 'n': bytes_add(out, VIEW("None")); break;
	case ',': bytes_add(out, VIEW(", ")); break;
	case ':': bytes_add(out, VIEW(": ")); break;
	case '"':
		add_string(out, json_text(&member));
		jv_free(member.decoded[1]);
		break;
	default:
		if (token.ptr[0] != '-' && (token.ptr[0] < '0' || token.ptr[0] > '9'))
			bytes_add(out, token);		/* a bracket */
		else if (is_float(token))
			add_float(out, token);
		else
			bytes_add(out, view_is(token, "-0") ? VIEW("0") : token);
	}
}

void
pythonrepr(struct bytes *out, struct view value)
{
	for (size_t at = 0; (at = jsontext_skip_blanks(value, at)) < value.len;) {
		struct view token = jsontext_token(value, at);

		add_scalar(out, token);
		at += token.len;
	}
}
