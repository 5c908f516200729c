#include "jmespath_lexer.h"

#include <stdlib.h>

#include "jmespath_literal.h"
#include "utf8.h"

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
	if (lexer->count == lexer->room) {
		size_t room = lexer->room == 0 ? 16 : 2 * lexer->room;
		struct jmespath_token *grown = reallocarray(lexer->tokens, room, sizeof *grown);

		if (grown == NULL)
			return fail_memory(lexer);
		lexer->tokens = grown;
		lexer->room = room;
	}
	lexer->tokens[lexer->count++] = (struct jmespath_token){ type, start, text, literal };
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
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
starts_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
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

	while (starts_name(byte_at(lexer, lexer->at + len)) || is_digit(byte_at(lexer, lexer->at + len)))
		len++;
	return add_plain(lexer, JMESPATH_UNQUOTED_IDENTIFIER, len);
}

/* As Python shows the number: 007 is 7, -0 is 0. */
static bool
take_number(struct lexer *lexer)
{
	size_t start = lexer->at, end = start + 1, digits = start + (lexer->text.ptr[start] == '-');
	struct view shortest;
	char *sign;

	while (is_digit(byte_at(lexer, end)))
		end++;
	if (digits == end)
		return fail(lexer, start, "Unknown token '-'", VIEW(""));
	lexer->at = end;
	while (digits + 1 < end && lexer->text.ptr[digits] == '0')
		digits++;
	shortest = view_slice(lexer->text, digits, end);
	if (lexer->text.ptr[start] == '-' && shortest.ptr[0] != '0') {
		if ((sign = arena_alloc(lexer->arena, shortest.len + 1)) == NULL)
			return fail_memory(lexer);
		sign[0] = '-';
		memcpy(sign + 1, shortest.ptr, shortest.len);
		shortest = (struct view){ sign, shortest.len + 1 };
	}
	return add(lexer, JMESPATH_NUMBER, start, shortest, NULL);
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

static bool
take_literal(struct lexer *lexer)
{
	size_t start = lexer->at;
	const struct value *literal;
	struct view inner;

	if (!take_delimited(lexer, &inner) || !unescape(lexer, &inner, '`'))
		return false;
	if ((literal = jmespath_literal(lexer->arena, inner)) != NULL)
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

static bool
take_quoted_name(struct lexer *lexer)
{
	size_t start = lexer->at;
	const struct value *name;
	struct view inner, quoted;

	if (!take_delimited(lexer, &inner))
		return false;
	quoted = view_slice(lexer->text, start, lexer->at);
	if ((name = jmespath_json(lexer->arena, quoted)) != NULL)
		return add(lexer, JMESPATH_QUOTED_IDENTIFIER, start, value_text(name), NULL);
	if (lexer->arena->failed)
		return fail_memory(lexer);
	return fail(lexer, start, jmespath_string_fault(quoted), VIEW(""));
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
		return is_digit(c) || c == '-' ? take_number(lexer) : take_sign(lexer);
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
