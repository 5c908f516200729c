#include "pythonrepr.h"

#include <stdlib.h>

#include "jsontext.h"
#include "pythonfloat.h"
#include "pythonstring.h"

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

static void
add_float(struct bytes *out, struct view number)
{
	char text[PYTHONFLOAT_MAX];
	struct bytes whole = BYTES_INIT(JSON_DOCUMENT_MAX + 1);

	bytes_set(&whole, number);
	pythonfloat_format(text, bytes_cstr(&whole) == NULL ? 0 : strtod(whole.ptr, NULL));
	bytes_clear(&whole);
	bytes_add_text(out, text);
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
		pythonstring_repr(out, json_text(&member));
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
