#include "shellwords.h"

#include <stdlib.h>

static const char no_closing_quotation[] = "No closing quotation";
static const char no_escaped_character[] = "No escaped character";

static bool
is_separator(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Takes one character behind a backslash. Returns what is wrong, or NULL. */
static const char *
take_escaped(struct bytes *out, struct view *rest, bool quoted)
{
	if (rest->len == 0)
		return no_escaped_character;
	if (quoted && rest->ptr[0] != '"' && rest->ptr[0] != '\\')
		bytes_add_char(out, '\\');
	bytes_add_char(out, rest->ptr[0]);
	*rest = view_slice(*rest, 1, rest->len);
	return NULL;
}

/* Takes the rest of a quoted part, up to and with the quote. Returns what is wrong, or NULL. */
static const char *
take_quoted(struct bytes *out, struct view *rest, char quote)
{
	while (rest->len > 0) {
		const char *wrong = NULL;
		char c = rest->ptr[0];

		*rest = view_slice(*rest, 1, rest->len);
		if (c == quote)
			return NULL;
		if (c == '\\' && quote == '"')
			wrong = take_escaped(out, rest, true);
		else
			bytes_add_char(out, c);
		if (wrong != NULL)
			return wrong;
	}
	return no_closing_quotation;
}

/* Takes one word; rest starts with its first character. Returns what is wrong, or NULL. */
static const char *
take_word(struct bytes *out, struct view *rest)
{
	const char *wrong = NULL;

	while (wrong == NULL && rest->len > 0 && !is_separator(rest->ptr[0])) {
		char c = rest->ptr[0];

		*rest = view_slice(*rest, 1, rest->len);
		if (c == '"' || c == '\'')
			wrong = take_quoted(out, rest, c);
		else if (c == '\\')
			wrong = take_escaped(out, rest, false);
		else
			bytes_add_char(out, c);
	}
	bytes_add_char(out, '\0');
	return wrong;
}

static const char *
take_words(struct shellwords *words, struct view rest)
{
	const char *wrong = NULL;

	bytes_reset(&words->text);
	words->count = 0;
	while (wrong == NULL && rest.len > 0)
		if (is_separator(rest.ptr[0])) {
			rest = view_slice(rest, 1, rest.len);
		} else {
			wrong = take_word(&words->text, &rest);
			words->count++;
		}
	return wrong;
}

/* The pointers come last: text moves while it grows. */
static bool
point_at_words(struct shellwords *words)
{
	char *at = words->text.ptr;

	if (words->count >= words->room) {
		char **argv = reallocarray(words->argv, words->count + 1, sizeof *argv);

		if (argv == NULL)
			return false;
		words->argv = argv;
		words->room = words->count + 1;
	}
	for (size_t i = 0; i < words->count; i++) {
		words->argv[i] = at;
		at += strlen(at) + 1;
	}
	words->argv[words->count] = NULL;
	return true;
}

enum ssm_err
shellwords_split(struct shellwords *words, struct view text, struct ssm_error *err)
{
	const char *wrong = take_words(words, text);
	bool enough = !bytes_failed(&words->text);

	if (wrong == NULL && enough && point_at_words(words))
		return SSM_OK;
	shellwords_clear(words);
	if (wrong != NULL && enough)
		return ssm_fail(err, SSM_E_CONFIG, "ValueError", "%s", wrong);
	return ssm_fail_memory(err);
}

void
shellwords_clear(struct shellwords *words)
{
	bytes_clear(&words->text);
	free(words->argv);
	words->argv = NULL;
	words->count = words->room = 0;
}
