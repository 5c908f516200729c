#include "jmespath/lexer.h"

#include <stdlib.h>

#include "core/array.h"
#include "core/ascii.h"
#include "core/blank.h"
#include "core/utf8.h"

struct lexer {
	struct arena *arena;
	struct view text;
	size_t at;
	struct jmespath_token *tokens;	/* malloc'd: it grows */
	size_t count, room;
	enum ssm_err rc;
	struct ssm_error *err;
};

const char *
jmespath_token_name(enum jmespath_token_type type)
{
	static const char *const names[] = { "eof", "unquoted_identifier", "quoted_identifier",
	    "literal", "rbracket", "rparen", "comma", "rbrace", "number", "current", "expref",
	    "colon", "pipe", "or", "and", "eq", "gt", "lt", "gte", "lte", "ne", "flatten", "star",
	    "filter", "dot", "not", "lbrace", "lbracket", "lparen" };

	return names[type];
}

static bool
fail_memory(struct lexer *lexer)
{
	lexer->rc = ssm_fail_memory(lexer->err);
	return false;
}

/* `message` and the text behind it, then the expression with a mark below the character at start. */
static bool
fail(struct lexer *lexer, size_t start, const char *message, struct view shown)
{
	int column = (int)utf8_count(view_slice(lexer->text, 0, start));

	lexer->rc = ssm_fail(lexer->err, SSM_E_INPUT, "LexerError",
	    "Bad jmespath expression: %s%.*s:\n%.*s\n%*s", message, VIEW_ARG(shown),
	    VIEW_ARG(lexer->text), column + 1, "^");
	return false;
}

static bool
add(struct lexer *lexer, enum jmespath_token_type type, size_t start, struct view text,
    const struct value *literal)
{
	struct jmespath_token *grown = array_room(lexer->tokens, lexer->count, &lexer->room, sizeof *grown);

	if (grown == NULL)
		return fail_memory(lexer);
	lexer->tokens = grown;
	lexer->tokens[lexer->count++] = (struct jmespath_token){ .type = type,
	    .start = start, .text = text, .literal = literal };
	return true;
}

/* A token whose text is the next len bytes. */
static bool
add_plain(struct lexer *lexer, enum jmespath_token_type type, size_t len)
{
	size_t start = lexer->at;

	lexer->at += len;
	return add(lexer, type, start, view_slice(lexer->text, start, start + len), NULL);
}

static bool
starts_name(char c)
{
	return ascii_is_letter(c) || c == '_';
}

static char
byte_at(const struct lexer *lexer, size_t at)
{
	return at < lexer->text.len ? lexer->text.ptr[at] : '\0';
}

static bool
take_name(struct lexer *lexer)
{
	size_t len = 1;

	while (starts_name(byte_at(lexer, lexer->at + len)) || ascii_is_digit(byte_at(lexer, lexer->at + len)))
		len++;
	return add_plain(lexer, JMESPATH_UNQUOTED_IDENTIFIER, len);
}

/* What is too large for an array is JMESPATH_NUMBER_MAX. */
static bool
take_number(struct lexer *lexer)
{
	bool negative = byte_at(lexer, lexer->at) == '-';
	size_t start = lexer->at, end = start + negative;
	const struct value *shown;
	long long number = 0;

	for (; ascii_is_digit(byte_at(lexer, end)); end++)
		number = number >= JMESPATH_NUMBER_MAX / 10 ? JMESPATH_NUMBER_MAX :
		    10 * number + (lexer->text.ptr[end] - '0');
	if (end == start + negative)
		return fail(lexer, start, "Unknown token '-'", VIEW(""));
	number = negative ? -number : number;
	if ((shown = value_int(lexer->arena, number)) == NULL)
		return fail_memory(lexer);
	lexer->at = end;
	if (!add(lexer, JMESPATH_NUMBER, start, value_text(shown), NULL))
		return false;
	lexer->tokens[lexer->count - 1].number = number;
	return true;
}

/* What stands up to the next delimiter that no backslash protects; at is then behind it. */
static bool
take_delimited(struct lexer *lexer, struct view *inner)
{
	size_t start = lexer->at, end = start + 1;
	char delimiter = lexer->text.ptr[start], message[] = "Unclosed ? delimiter";

	while (end < lexer->text.len && lexer->text.ptr[end] != delimiter)
		end += lexer->text.ptr[end] == '\\' ? 2 : 1;
	if (end >= lexer->text.len) {
		message[strlen("Unclosed ")] = delimiter;
		return fail(lexer, start, message, VIEW(""));
	}
	*inner = view_slice(lexer->text, start + 1, end);
	lexer->at = end + 1;
	return true;
}

/* The text with each backslash before a delimiter taken away. */
static bool
unescape(struct lexer *lexer, struct view *text, char delimiter)
{
	struct view from = *text;
	char *to;

	if (view_find(from, '\\') == from.len)
		return true;
	if ((to = arena_alloc(lexer->arena, from.len)) == NULL)
		return fail_memory(lexer);
	*text = (struct view){ to, 0 };
	for (size_t i = 0; i < from.len; i++) {
		if (from.ptr[i] == '\\' && i + 1 < from.len && from.ptr[i + 1] == delimiter)
			i++;
		to[text->len++] = from.ptr[i];
	}
	return true;
}

/* The value of a text; NULL when it is no JSON, or memory ended (the arena is then failed). */
static const struct value *
read_json(struct lexer *lexer, struct view text)
{
	const struct value *found = NULL;
	enum ssm_err rc = value_parse(&found, lexer->arena, text, "it", lexer->err);

	lexer->arena->failed |= rc == SSM_E_OTHER;
	if (rc != SSM_OK)
		ssm_error_clear(lexer->err);
	return found;
}

/* What stands between backticks: JSON, or else a string without its quotes. NULL as above. */
static const struct value *
read_literal(struct lexer *lexer, struct view text)
{
	const struct value *found = read_json(lexer, text);
	struct view bare = blank_trim_start(text);
	char *quoted;

	if (found != NULL || lexer->arena->failed ||
	    (quoted = arena_alloc(lexer->arena, bare.len + 2)) == NULL)
		return found;
	quoted[0] = quoted[bare.len + 1] = '"';
	if (bare.len > 0)
		memcpy(quoted + 1, bare.ptr, bare.len);
	return read_json(lexer, (struct view){ quoted, bare.len + 2 });
}

static bool
take_literal(struct lexer *lexer)
{
	size_t start = lexer->at;
	const struct value *literal;
	struct view inner;

	if (!take_delimited(lexer, &inner) || !unescape(lexer, &inner, '`'))
		return false;
	if ((literal = read_literal(lexer, inner)) != NULL)
		return add(lexer, JMESPATH_LITERAL, start, inner, literal);
	if (lexer->arena->failed)
		return fail_memory(lexer);
	return fail(lexer, start, "Bad token ", inner);
}

static bool
take_raw_string(struct lexer *lexer)
{
	size_t start = lexer->at;
	const struct value *literal;
	struct view inner;

	if (!take_delimited(lexer, &inner) || !unescape(lexer, &inner, '\''))
		return false;
	if ((literal = value_string(lexer->arena, inner)) == NULL)
		return fail_memory(lexer);
	return add(lexer, JMESPATH_LITERAL, start, inner, literal);
}

/* What Python says of a text in double quotes that is no JSON string. */
static const char *
string_fault(struct view quoted)
{
	for (size_t at = 1; at + 1 < quoted.len; at++) {
		if ((unsigned char)quoted.ptr[at] < 0x20)
			return "Invalid control character at";
		if (quoted.ptr[at] != '\\')
			continue;
		at++;
		if (quoted.ptr[at] != 'u') {
			if (quoted.ptr[at] == '\0' || strchr("\"\\/bfnrt", quoted.ptr[at]) == NULL)
				return "Invalid \\escape";
			continue;
		}
		for (size_t i = 1; i <= 4; i++)
			if (at + i >= quoted.len || ascii_hex(quoted.ptr[at + i]) < 0)
				return "Invalid \\uXXXX escape";
		at += 4;
	}
	return "half a surrogate pair or \\u0000 in a string";
}

static bool
take_quoted_name(struct lexer *lexer)
{
	size_t start = lexer->at;
	const struct value *name;
	struct view inner, quoted;

	if (!take_delimited(lexer, &inner))
		return false;
	quoted = view_slice(lexer->text, start, lexer->at);
	if ((name = read_json(lexer, quoted)) != NULL)
		return add(lexer, JMESPATH_QUOTED_IDENTIFIER, start, value_text(name), NULL);
	if (lexer->arena->failed)
		return fail_memory(lexer);
	return fail(lexer, start, string_fault(quoted), VIEW(""));
}

/* Tokens of signs alone, longer ones before those they start with. */
static const struct { const char *text; enum jmespath_token_type type; } signs[] = {
	{ "[]", JMESPATH_FLATTEN }, { "[?", JMESPATH_FILTER }, { "[", JMESPATH_LBRACKET },
	{ "||", JMESPATH_OR }, { "|", JMESPATH_PIPE }, { "&&", JMESPATH_AND }, { "&", JMESPATH_EXPREF },
	{ "<=", JMESPATH_LTE }, { "<", JMESPATH_LT }, { ">=", JMESPATH_GTE }, { ">", JMESPATH_GT },
	{ "!=", JMESPATH_NE }, { "!", JMESPATH_NOT }, { "==", JMESPATH_EQ },
	{ ".", JMESPATH_DOT }, { "*", JMESPATH_STAR }, { "]", JMESPATH_RBRACKET },
	{ ",", JMESPATH_COMMA }, { ":", JMESPATH_COLON }, { "@", JMESPATH_CURRENT },
	{ "(", JMESPATH_LPAREN }, { ")", JMESPATH_RPAREN }, { "{", JMESPATH_LBRACE },
	{ "}", JMESPATH_RBRACE },
};

static bool
take_sign(struct lexer *lexer)
{
	struct view rest = view_slice(lexer->text, lexer->at, lexer->text.len);

	for (size_t i = 0; i < ARRAY_LEN(signs); i++)
		if (view_starts(rest, view_of(signs[i].text)))
			return add_plain(lexer, signs[i].type, strlen(signs[i].text));
	if (rest.ptr[0] == '=')
		return fail(lexer, lexer->at, "Unknown token '='", VIEW(""));
	return fail(lexer, lexer->at, "Unknown token ", view_slice(rest, 0, utf8_length(rest)));
}

static bool
take(struct lexer *lexer)
{
	char c = lexer->text.ptr[lexer->at];

	switch (c) {
	case ' ': case '\t': case '\n': case '\r':
		lexer->at++;
		return true;
	case '`':	return take_literal(lexer);
	case '\'':	return take_raw_string(lexer);
	case '"':	return take_quoted_name(lexer);
	default:
		if (starts_name(c))
			return take_name(lexer);
		return ascii_is_digit(c) || c == '-' ? take_number(lexer) : take_sign(lexer);
	}
}

enum ssm_err
jmespath_lex(const struct jmespath_token **out, struct arena *arena, struct view expression,
    struct ssm_error *err)
{
	struct lexer lexer = { .arena = arena, .text = expression, .rc = SSM_OK, .err = err };
	struct view kept;

	while (lexer.at < expression.len && take(&lexer))
		;
	if (lexer.rc == SSM_OK && add_plain(&lexer, JMESPATH_EOF, 0)) {
		kept = arena_copy(arena, (struct view){ (const char *)lexer.tokens,
		    lexer.count * sizeof *lexer.tokens });
		*out = (const struct jmespath_token *)(const void *)kept.ptr;
		if (kept.ptr == NULL)
			fail_memory(&lexer);
	}
	free(lexer.tokens);
	return lexer.rc;
}
