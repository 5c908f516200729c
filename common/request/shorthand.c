#include "request/shorthand.h"

#include "core/ascii.h"
#include "core/blank.h"
#include "core/utf8.h"
#include "json/text.h"
#include "request/paramfile.h"
#include "request/shorthand_words.h"

#define VALUE_MAX ((size_t)1024 * 1024)

/*
 * A failed step leaves rc, expected, actual and at. One of syntax can be taken back: a list without
 * brackets ends where what follows is no value.
 */
struct parser {
	struct view text;
	size_t at;
	unsigned depth;
	bool files;			/* the key was written with @=: values may name files */
	const char *option;
	struct bytes *out;
	struct bytes value, content;	/* scratch */
	const char *expected;		/* NULL: there is no fault of syntax */
	struct view actual;
	struct ssm_error *err;
	enum ssm_err rc;
};

static bool parse_item(struct parser *p);

static bool
at_end(const struct parser *p)
{
	return p->at >= p->text.len;
}

/* The byte at hand, or NUL, which is in no argument. */
static char
current(const struct parser *p)
{
	return at_end(p) ? '\0' : p->text.ptr[p->at];
}

static struct view
rest(const struct parser *p)
{
	return view_slice(p->text, p->at, p->text.len);
}

static void
skip_blanks(struct parser *p)
{
	while (!at_end(p) && memchr(" \t\n\r\v\f", current(p), 6) != NULL)
		p->at++;
}

static bool
syntax_fault(struct parser *p, const char *expected, struct view actual)
{
	p->rc = SSM_E_INPUT;
	p->expected = expected;
	p->actual = actual;
	return false;
}

static bool
expect(struct parser *p, char c, const char *name)
{
	struct view here = rest(p);

	if (at_end(p))
		return syntax_fault(p, name, VIEW("EOF"));
	if (current(p) != c)
		return syntax_fault(p, name, view_slice(here, 0, utf8_length(here)));
	p->at++;
	return true;
}

static bool
expect_between_blanks(struct parser *p, char c, const char *name)
{
	skip_blanks(p);
	if (!expect(p, c, name))
		return false;
	skip_blanks(p);
	return true;
}

static struct view
read_key(struct parser *p)
{
	size_t from = p->at;

	while (!at_end(p) && (ascii_is_alnum(current(p)) || memchr("-_.#/:", current(p), 6) != NULL))
		p->at++;
	return view_slice(p->text, from, p->at);
}

/* KEY = or KEY @= */
static bool
parse_key(struct parser *p, struct view *key)
{
	*key = read_key(p);
	skip_blanks(p);
	if ((p->files = current(p) == '@'))
		p->at++;
	return expect_between_blanks(p, '=', "=");
}

static void
add_name(struct parser *p, struct view key)
{
	jsontext_name_view(p->out, key);	/* a key has nothing to escape */
}

static void
add_comma(struct parser *p, bool first)
{
	if (!first)
		bytes_add_char(p->out, ',');
}

/* p->value as a JSON string, or what the file has that it names. */
static bool
add_value(struct parser *p)
{
	struct view text = bytes_view(&p->value);

	if (bytes_failed(&p->value)) {
		p->rc = ssm_fail_memory(p->err);
		return false;
	}
	if (p->files && paramfile_kind(text) == PARAMFILE_BINARY) {
		p->rc = ssm_fail(p->err, SSM_E_INPUT, "ParamError",
		    "Error parsing parameter '%s': a string cannot be bytes (fileb://)", p->option);
		return false;
	}
	if (p->files && paramfile_kind(text) == PARAMFILE_TEXT) {
		p->rc = paramfile_read(&p->content, text, p->option, p->err);
		text = bytes_view(&p->content);
	}
	if (p->rc == SSM_OK)
		jsontext_string(p->out, text);
	return p->rc == SSM_OK;
}

static bool
read_word(struct parser *p, enum shorthand_place place)
{
	size_t len = shorthand_word(rest(p), place);

	if (len == 0 && place == SHORTHAND_BEHIND_COMMA)
		return syntax_fault(p, "<second>", VIEW("<none>"));
	shorthand_unescape(&p->value, view_slice(rest(p), 0, len), ',');
	if (p->value.len > 0)
		p->value.len = blank_trim_end(bytes_view(&p->value)).len;
	p->at += len;
	return true;
}

static bool
read_quoted(struct parser *p, char quote)
{
	size_t end = shorthand_quoted(rest(p));
	struct bytes half = BYTES_INIT(VALUE_MAX);

	if (end == 0)
		return syntax_fault(p, quote == '"' ? "<double quoted>" : "<singled quoted>",
		    VIEW("<none>"));
	shorthand_unescape(&p->value, view_slice(rest(p), 1, end), quote);
	bytes_set(&half, bytes_view(&p->value));	/* quotes first, then backslashes, as the AWS CLI does */
	if (bytes_failed(&p->value) || bytes_failed(&half))
		p->rc = ssm_fail_memory(p->err);
	shorthand_unescape(&p->value, bytes_view(&half), '\\');
	bytes_clear(&half);
	p->at += end + 1;
	return p->rc == SSM_OK;
}

static bool
parse_value(struct parser *p, enum shorthand_place place)
{
	bool quoted = current(p) == '"' || current(p) == '\'';

	return (quoted ? read_quoted(p, current(p)) : read_word(p, place)) && add_value(p);
}

static bool
too_many(struct parser *p, const char *what, int limit)
{
	p->rc = ssm_fail(p->err, SSM_E_INPUT, "ParamError",
	    "Error parsing parameter '%s': more than %d %s", p->option, limit, what);
	return false;
}

static bool
go_deeper(struct parser *p)
{
	return p->depth++ < SHORTHAND_DEPTH_MAX ||
	    too_many(p, "brackets in one another", SHORTHAND_DEPTH_MAX);
}

/* Behind an item: a comma, or the bracket that ends the list. */
static bool
end_item(struct parser *p, char bracket)
{
	skip_blanks(p);
	if (current(p) == bracket)
		return true;
	if (!expect(p, ',', ","))
		return false;
	skip_blanks(p);
	return true;
}

static bool
parse_list(struct parser *p)
{
	bool first = true;

	if (!go_deeper(p) || !expect_between_blanks(p, '[', "["))
		return false;
	bytes_add_char(p->out, '[');
	for (; current(p) != ']'; first = false) {
		add_comma(p, first);
		if (!parse_item(p) || !end_item(p, ']'))
			return false;
	}
	bytes_add_char(p->out, ']');
	p->depth--;
	return expect(p, ']', "]");
}

static bool
parse_braces(struct parser *p)
{
	struct view key;
	bool first = true;

	if (!go_deeper(p) || !expect_between_blanks(p, '{', "{"))
		return false;
	bytes_add_char(p->out, '{');
	for (; current(p) != '}'; first = false) {
		add_comma(p, first);
		if (!parse_key(p, &key))
			return false;
		add_name(p, key);
		if (!parse_item(p) || !end_item(p, '}'))
			return false;
	}
	bytes_add_char(p->out, '}');
	p->depth--;
	return expect(p, '}', "}");
}

static bool
parse_item(struct parser *p)
{
	switch (current(p)) {
	case '[': return parse_list(p);
	case '{': return parse_braces(p);
	default: return parse_value(p, SHORTHAND_FIRST);
	}
}

/* One more item of a list without brackets; *last: it ends with the text. */
static bool
parse_one_more(struct parser *p, bool *last)
{
	bytes_add_char(p->out, ',');
	if (!parse_value(p, SHORTHAND_BEHIND_COMMA))
		return false;
	skip_blanks(p);
	*last = at_end(p);
	return *last || expect_between_blanks(p, ',', ",");
}

/*
 * VALUE or VALUE,VALUE... What follows a comma may also be the next key: then the comma is the end
 * of this value.
 */
static bool
parse_values(struct parser *p)
{
	struct bytes first = BYTES_INIT(8 * VALUE_MAX);
	size_t begin = p->out->len, good, count = 1;
	bool last = false;

	if (!parse_value(p, SHORTHAND_FIRST))
		return false;
	skip_blanks(p);
	if (current(p) != ',')
		return true;
	expect_between_blanks(p, ',', ",");
	bytes_set(&first, view_slice(bytes_view(p->out), begin, p->out->len));
	p->out->len = begin;
	bytes_add_char(p->out, '[');
	bytes_add(p->out, bytes_view(&first));
	for (good = p->out->len; !last && parse_one_more(p, &last); count++)
		good = p->out->len;
	p->out->len = good;
	if (p->rc != SSM_OK && p->expected != NULL && !at_end(p)) {
		p->rc = SSM_OK;
		p->expected = NULL;
		while (current(p) != ',')
			p->at--;
	}
	if (count == 1) {
		p->out->len = begin;
		bytes_add(p->out, bytes_view(&first));
	} else {
		bytes_add_char(p->out, ']');
	}
	if (bytes_failed(&first))
		p->rc = ssm_fail_memory(p->err);
	bytes_clear(&first);
	return p->rc == SSM_OK;
}

/* Whether the object whose text begins at `begin` has the key already. Keys have no escapes. */
static bool
is_repeated(const struct parser *p, size_t begin, struct view key)
{
	struct view object = view_slice(bytes_view(p->out), begin, p->out->len);
	unsigned depth = 0;

	for (size_t at = 0; at < object.len;) {
		struct view token = jsontext_token(object, at);
		char c = token.ptr[0];

		at += token.len;
		depth += c == '{' || c == '[';
		depth -= c == '}' || c == ']';
		if (depth == 1 && c == '"' && at < object.len && object.ptr[at] == ':' &&
		    view_equal(view_slice(token, 1, token.len - 1), key))
			return true;
	}
	return false;
}

static bool
repeated_fault(struct parser *p, struct view key, size_t at)
{
	p->rc = ssm_fail(p->err, SSM_E_INPUT, "ParamError", "Error parsing parameter '%s': Second instance "
	    "of key \"%.*s\" encountered at character %zu of: %.*s. This is often because there is a "
	    "preceding \",\" instead of a space.", p->option, VIEW_ARG(key),
	    utf8_count(view_slice(p->text, 0, at)), VIEW_ARG(p->text));
	return false;
}

static bool
parse_pairs(struct parser *p)
{
	size_t begin = p->out->len, behind_value = 0, count = 0;
	struct view key;
	bool repeated;

	bytes_add_char(p->out, '{');
	do {
		if (count > 0 && !expect_between_blanks(p, ',', ","))
			return false;
		if (!parse_key(p, &key))
			return false;
		if (count++ == SHORTHAND_KEYS_MAX)
			return too_many(p, "keys", SHORTHAND_KEYS_MAX);
		repeated = is_repeated(p, begin, key);
		add_name(p, key);
		if (!(current(p) == '[' || current(p) == '{' ? parse_item(p) : parse_values(p)))
			return false;
		if (repeated)
			return repeated_fault(p, key, behind_value + 1);
		behind_value = p->at;
	} while (!at_end(p));
	bytes_add_char(p->out, '}');
	return true;
}

enum ssm_err
shorthand_parse(struct bytes *out, struct view text, const char *option, struct ssm_error *err)
{
	struct parser p = { .text = text, .option = option, .out = out, .err = err,
	    .value = BYTES_INIT(VALUE_MAX), .content = BYTES_INIT(VALUE_MAX), .rc = SSM_OK };

	if (utf8_check(text) != text.len || view_find(text, '\0') != text.len)
		p.rc = ssm_fail(err, SSM_E_INPUT, "ParamError", "Error parsing parameter '%s': %s", option,
		    utf8_check(text) != text.len ? "it is not UTF-8" : "it holds a NUL");
	else if (!parse_pairs(&p) && p.expected != NULL)
		ssm_fail(err, SSM_E_INPUT, "ParamError", "Error parsing parameter '%s': Expected: '%s', "
		    "received: '%.*s' at character %zu of: %.*s", option, p.expected, VIEW_ARG(p.actual),
		    utf8_count(view_slice(text, 0, p.at)), VIEW_ARG(text));
	if (p.rc == SSM_OK && (bytes_failed(&p.value) || bytes_failed(out)))
		p.rc = ssm_fail_memory(err);
	bytes_clear(&p.value);
	bytes_clear(&p.content);
	return p.rc;
}
