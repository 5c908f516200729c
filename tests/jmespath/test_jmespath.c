/* jmespath: where tokens begin, queries used again, limits. (jmespath_oracle.py has the language.) */
#include <stdio.h>

#include "jmespath/jmespath.h"
#include "jmespath/lexer.h"
#include "json/value_text.h"
#include "tap.h"

#define MEMORY (1024 * 1024)

/* All tokens of an expression as `name@start`, or the error's text. */
static void
tokens(struct bytes *out, const char *expression)
{
	struct arena arena = ARENA_INIT(MEMORY);
	struct ssm_error err = SSM_ERROR_INIT;
	const struct jmespath_token *token;
	char start[16];

	bytes_reset(out);
	if (jmespath_lex(&token, &arena, view_of(expression), &err) != SSM_OK) {
		bytes_add_text(out, err.message);
	} else {
		for (bool more = true; more; token++) {
			snprintf(start, sizeof start, "@%zu ", token->start);
			bytes_add_text(out, jmespath_token_name(token->type));
			bytes_add_text(out, start);
			more = token->type != JMESPATH_EOF;
		}
	}
	arena_clear(&arena);
	ssm_error_clear(&err);
}

static void
test_tokens(void)
{
	static const struct { const char *expression, *tokens; } cases[] = {
		{ "a.b_1", "unquoted_identifier@0 dot@1 unquoted_identifier@2 eof@5 " },
		{ " [ 0 ] ", "lbracket@1 number@3 rbracket@5 eof@7 " },
		{ "[][?a]*", "flatten@0 filter@2 unquoted_identifier@4 rbracket@5 star@6 eof@7 " },
		{ "a||b|c&&d&e", "unquoted_identifier@0 or@1 unquoted_identifier@3 pipe@4 "
		    "unquoted_identifier@5 and@6 unquoted_identifier@8 expref@9 "
		    "unquoted_identifier@10 eof@11 " },
		{ "<=<>=>!=! ==", "lte@0 lt@2 gte@3 gt@5 ne@6 not@8 eq@10 eof@12 " },
		{ "\"\xC3\xA9\" '\xC3\xA9' `1`", "quoted_identifier@0 literal@5 literal@10 eof@13 " },
		{ "{a:@,b:-1}(", "lbrace@0 unquoted_identifier@1 colon@2 current@3 comma@4 "
		    "unquoted_identifier@5 colon@6 number@7 rbrace@9 lparen@10 eof@11 " },
		{ "\t\r\n)", "rparen@3 eof@4 " },
		{ "\xC3\xA9", "Bad jmespath expression: Unknown token \xC3\xA9:\n\xC3\xA9\n^" },
		{ "'\xC3\xA9' #", "Bad jmespath expression: Unknown token #:\n'\xC3\xA9' #\n    ^" },
		{ "a = b", "Bad jmespath expression: Unknown token '=':\na = b\n  ^" },
		{ "a -", "Bad jmespath expression: Unknown token '-':\na -\n  ^" },
		{ "a 'b", "Bad jmespath expression: Unclosed ' delimiter:\na 'b\n  ^" },
	};
	struct bytes got = BYTES_INIT(MEMORY);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		tokens(&got, cases[i].expression);
		is_view(bytes_view(&got), view_of(cases[i].tokens), "tokens %zu", i);
	}
	bytes_clear(&got);
}

/* What a query finds in a document, as JSON, or the error's text. */
static void
search(struct bytes *out, const char *expression, const char *document, struct arena *arena)
{
	struct ssm_error err = SSM_ERROR_INIT;
	const struct value *value, *found;
	struct jmespath *query;

	bytes_reset(out);
	if (jmespath_compile(&query, view_of(expression), &err) != SSM_OK ||
	    value_parse(&value, arena, view_of(document), "the document", &err) != SSM_OK ||
	    jmespath_search(&found, query, value, arena, false, &err) != SSM_OK)
		bytes_add_text(out, err.message);
	else
		valuetext_json(out, found);
	jmespath_free(query);
	arena_clear(arena);
	ssm_error_clear(&err);
}

static void
test_search(void)
{
	static const struct { const char *expression, *document, *found; size_t memory; } cases[] = {
		{ "StreamUrl", "{\"StreamUrl\":\"wss://h/p\"}", "\"wss://h/p\"", MEMORY },
		{ "a[1:]", "{\"a\":[1,1.0,1e0,12345678901234567890]}",
		    "[1.0,1.0,12345678901234567890]", MEMORY },
		{ "\xFF", "1", "the expression is not UTF-8", MEMORY },
		{ "a", "{", "the document is not JSON: line 1, column 2: it ends in the middle", MEMORY },
		{ "a", "", "the document is empty", MEMORY },
		{ "a", "1 2", "the document is more than one value: line 1, column 2", MEMORY },
		{ "join(@, [@,@])", "\"0123456789012345678901234567890123456789\"",
		    "the query needs more than 100 bytes of memory", 100 },
	};
	struct bytes got = BYTES_INIT(MEMORY);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena arena = ARENA_INIT(cases[i].memory);

		search(&got, cases[i].expression, cases[i].document, &arena);
		is_view(bytes_view(&got), view_of(cases[i].found), "search %zu: %s", i,
		    cases[i].found);
	}
	bytes_clear(&got);
}

/* One query, compiled once, serves many documents. */
static void
test_again(void)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct arena arena = ARENA_INIT(MEMORY);
	const struct value *value, *found;
	struct jmespath *query;
	int right = 0;

	if (jmespath_compile(&query, VIEW("a || sum(a)"), &err) == SSM_OK)
		for (int i = 0; i < 100; i++) {
			bool bad = i % 3 == 0;
			enum ssm_err rc = value_parse(&value, &arena,
			    bad ? VIEW("{}") : VIEW("{\"a\":[7]}"), "it", &err);

			if (rc == SSM_OK)
				rc = jmespath_search(&found, query, value, &arena, false, &err);
			right += bad ? rc == SSM_E_OTHER : rc == SSM_OK && found->count == 1;
			arena_clear(&arena);
		}
	ok(right == 100, "a query that failed on one document goes on with the next");
	jmespath_free(query);
	jmespath_free(NULL);
	ssm_error_clear(&err);
}

int
main(void)
{
	test_tokens();
	test_search();
	test_again();
	return done_testing();
}
