#include "xmlscan.h"

#include "percent.h"
#include "utf8.h"

static const char *const NOT_CLOSED = "the text ends inside of something";

/* Records the first cause. */
static bool
bad(struct xmlscan *scan, const char *why)
{
	if (scan->why == NULL)
		scan->why = why;
	return false;
}

static struct view
rest_of(const struct xmlscan *scan)
{
	return view_slice(scan->text, scan->at, scan->text.len);
}

static bool
take(struct xmlscan *scan, struct view literal)
{
	if (!view_starts(rest_of(scan), literal))
		return false;
	scan->at += literal.len;
	return true;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool
skip_blanks(struct xmlscan *scan)
{
	size_t from = scan->at;

	while (scan->at < scan->text.len && is_blank(scan->text.ptr[scan->at]))
		scan->at++;
	return scan->at > from;
}

/* A character that XML allows. */
static bool
is_char(unsigned code)
{
	return code == '\t' || code == '\n' || code == '\r' || (code >= 0x20 && code < 0xD800) ||
	    (code > 0xDFFF && code < 0xFFFE) || (code > 0xFFFF && code <= 0x10FFFF);
}

/* The part up to `end`, which is taken too, or a failure. */
static bool
take_until(struct xmlscan *scan, struct view end, struct view *part)
{
	struct view rest = rest_of(scan);
	const char *found = rest.len == 0 ? NULL : memmem(rest.ptr, rest.len, end.ptr, end.len);

	if (found == NULL)
		return bad(scan, NOT_CLOSED);
	*part = view_slice(rest, 0, (size_t)(found - rest.ptr));
	scan->at += part->len + end.len;
	return true;
}

static bool
is_name_start(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == ':' ||
	    (unsigned char)c >= 0x80;
}

static bool
take_name(struct xmlscan *scan, struct view *name)
{
	size_t from = scan->at;
	char c;

	if (from == scan->text.len || !is_name_start(scan->text.ptr[from]))
		return bad(scan, "no name where one has to be");
	while (scan->at < scan->text.len && (c = scan->text.ptr[scan->at], is_name_start(c) ||
	    (c >= '0' && c <= '9') || c == '-' || c == '.'))
		scan->at++;
	*name = view_slice(scan->text, from, scan->at);
	return true;
}

static struct view
local_name(struct view name)
{
	size_t colon;

	while ((colon = view_find(name, ':')) < name.len)
		name = view_slice(name, colon + 1, name.len);
	return name;
}

/* NNN or xHHH: the code, or 0, which no reference may have. */
static unsigned
numeric_code(struct view digits)
{
	int base = digits.len > 0 && digits.ptr[0] == 'x' ? 16 : 10;
	unsigned code = 0;

	for (size_t i = base == 16; i < digits.len; i++) {
		int value = percent_hex(digits.ptr[i]);

		if (value < 0 || value >= base || code > 0x10FFFF)
			return 0;
		code = code * (unsigned)base + (unsigned)value;
	}
	return code;
}

static void
add_code(struct bytes *out, unsigned code)
{
	static const unsigned char lead[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
	int len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	bytes_add_char(out, (char)(lead[len] | code >> 6 * (len - 1)));
	while (--len > 0)
		bytes_add_char(out, (char)(0x80 | (code >> 6 * (len - 1) & 0x3F)));
}

/* What stands between & and ; */
static bool
add_reference(struct xmlscan *scan, struct view name)
{
	static const struct {
		const char *name;
		char c;
	} entities[] = { { "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' } };
	unsigned code = 0;

	for (size_t i = 0; i < ARRAY_LEN(entities); i++)
		if (view_is(name, entities[i].name)) {
			bytes_add_char(&scan->value, entities[i].c);
			return true;
		}
	if (name.len == 0 || name.ptr[0] != '#')
		return bad(scan, "an entity that is not one of the five");
	code = numeric_code(view_slice(name, 1, name.len));
	if (code == 0 || !is_char(code))
		return bad(scan, "a reference to a character that is none");
	add_code(&scan->value, code);
	return true;
}

/* All line ends become LF. */
static void
add_plain(struct xmlscan *scan, struct view text)
{
	for (size_t i = 0; i < text.len; i++) {
		bool folds = text.ptr[i] == '\r' && i + 1 < text.len && text.ptr[i + 1] == '\n';

		if (!folds)
			bytes_add_char(&scan->value, (char)(text.ptr[i] == '\r' ? '\n' : text.ptr[i]));
	}
}

static bool
add_text(struct xmlscan *scan)
{
	struct view rest = rest_of(scan), name;
	size_t len = 0;

	while (len < rest.len && rest.ptr[len] != '<' && rest.ptr[len] != '&')
		len++;
	if (len > 0 && memmem(rest.ptr, len, "]]>", 3) != NULL)
		return bad(scan, "']]>' outside of a CDATA section");
	add_plain(scan, view_slice(rest, 0, len));
	scan->at += len;
	if (!take(scan, VIEW("&")))
		return true;
	return take_until(scan, VIEW(";"), &name) && add_reference(scan, name);
}

/* Comments between parts of a text do not part it. */
static bool
add_markup(struct xmlscan *scan, bool *taken)
{
	struct view part;

	*taken = true;
	if (take(scan, VIEW("<!--"))) {
		if (!take_until(scan, VIEW("--"), &part))
			return false;
		return take(scan, VIEW(">")) || bad(scan, "'--' inside of a comment");
	}
	if (scan->depth > 0 && take(scan, VIEW("<![CDATA["))) {
		if (!take_until(scan, VIEW("]]>"), &part))
			return false;
		add_plain(scan, part);
		return true;
	}
	*taken = false;
	if (view_starts(rest_of(scan), VIEW("<!")))
		return bad(scan, "a DOCTYPE or another declaration");
	return !view_starts(rest_of(scan), VIEW("<?")) || bad(scan, "a processing instruction");
}

/* What comes before the next tag, into value. */
static bool
take_content(struct xmlscan *scan)
{
	bytes_reset(&scan->value);
	while (scan->at < scan->text.len) {
		bool taken = false;

		if (scan->text.ptr[scan->at] == '<') {
			if (!add_markup(scan, &taken))
				return false;
			if (!taken)
				return true;
		} else if (scan->depth == 0 && !skip_blanks(scan))
			return bad(scan, "text outside of the element");
		else if (scan->depth > 0 && !add_text(scan))
			return false;
	}
	return true;
}

/* ="value" of an attribute, which nobody asks for. */
static bool
skip_attribute(struct xmlscan *scan)
{
	struct view name, value, reference;
	size_t end;
	bool quote;

	if (!take_name(scan, &name))
		return false;
	skip_blanks(scan);
	if (!take(scan, VIEW("=")))
		return bad(scan, "an attribute without a value");
	skip_blanks(scan);
	quote = take(scan, VIEW("\""));
	if (!quote && !take(scan, VIEW("'")))
		return bad(scan, "an attribute's value without quotes");
	if (!take_until(scan, quote ? VIEW("\"") : VIEW("'"), &value))
		return false;
	if (view_find(value, '<') < value.len)
		return bad(scan, "'<' in an attribute");
	while ((end = view_find(value, '&')) < value.len) {
		value = view_slice(value, end + 1, value.len);
		reference = view_slice(value, 0, view_find(value, ';'));
		if (reference.len == value.len || !add_reference(scan, reference))
			return bad(scan, "an attribute's '&' without ';'");
	}
	return true;
}

static bool
take_start(struct xmlscan *scan)
{
	struct view name;
	bool apart;

	if (scan->depth == XMLSCAN_DEPTH_MAX)
		return bad(scan, "elements nested too deep");
	if (scan->depth == 0 && scan->begun)
		return bad(scan, "a second element");
	if (!take_name(scan, &name))
		return false;
	for (;;) {
		apart = skip_blanks(scan);
		scan->empty_element = take(scan, VIEW("/>"));
		if (scan->empty_element || take(scan, VIEW(">")))
			break;
		if (!apart)
			return bad(scan, "a tag that is not closed");
		if (!skip_attribute(scan))
			return false;
	}
	scan->begun = true;
	scan->open[scan->depth++] = name;
	scan->name = local_name(name);
	return true;
}

static bool
take_end(struct xmlscan *scan)
{
	struct view name;

	if (!take_name(scan, &name))
		return false;
	skip_blanks(scan);
	if (!take(scan, VIEW(">")))
		return bad(scan, "a tag that is not closed");
	if (scan->depth == 0 || !view_equal(name, scan->open[scan->depth - 1]))
		return bad(scan, "an end tag that ends another element");
	scan->depth--;
	scan->name = local_name(name);
	return true;
}

/* What must hold for the text as a whole, and what may come before the element. */
static bool
begin(struct xmlscan *scan)
{
	struct view part;

	if (scan->text.len > XMLSCAN_TEXT_MAX)
		return bad(scan, "longer than 65536 bytes");
	if ((scan->at = utf8_check(scan->text)) < scan->text.len)
		return bad(scan, "a byte that is not UTF-8");
	for (scan->at = 0; scan->at < scan->text.len;) {
		struct view rest = rest_of(scan);

		if (!is_char(utf8_decode(rest)))
			return bad(scan, "a character that XML does not allow");
		scan->at += utf8_length(rest);
	}
	scan->at = 0;
	take(scan, VIEW("\xEF\xBB\xBF"));
	part = rest_of(scan);
	if (!view_starts(part, VIEW("<?xml")) || part.len == 5 || !is_blank(part.ptr[5]))
		return true;
	return take_until(scan, VIEW("?>"), &part);
}

static enum xmlscan_token
next(struct xmlscan *scan)
{
	if (scan->empty_element) {
		scan->empty_element = false;
		scan->depth--;
		return XMLSCAN_END;
	}
	if ((scan->at == 0 && !begin(scan)) || !take_content(scan))
		return XMLSCAN_BAD;
	if (bytes_failed(&scan->value)) {
		bad(scan, "out of memory");
		return XMLSCAN_BAD;
	}
	if (scan->value.len > 0)
		return XMLSCAN_TEXT;
	if (scan->at == scan->text.len) {
		if (scan->depth == 0 && scan->begun)
			return XMLSCAN_DONE;
		bad(scan, scan->begun ? NOT_CLOSED : "no element");
		return XMLSCAN_BAD;
	}
	if (take(scan, VIEW("</")))
		return take_end(scan) ? XMLSCAN_END : XMLSCAN_BAD;
	scan->at++;
	return take_start(scan) ? XMLSCAN_START : XMLSCAN_BAD;
}

enum xmlscan_token
xmlscan_next(struct xmlscan *scan)
{
	return scan->why != NULL ? XMLSCAN_BAD : next(scan);
}

void
xmlscan_clear(struct xmlscan *scan)
{
	bytes_clear(&scan->value);
}
