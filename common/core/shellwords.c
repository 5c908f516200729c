#include "core/shellwords.h"

#include <stdlib.h>

#include "core/ascii.h"

static char
take_char(struct view *rest)
{
	char c = rest->ptr[0];

	*rest = view_slice(*rest, 1, rest->len);
	return c;
}

/* Takes one word; rest starts with its first character. Returns what is wrong, or NULL. */
static const char *
take_word(struct bytes *out, struct view *rest)
{
	char quote = '\0';

	while (rest->len > 0 && (quote != '\0' || !ascii_is_blank(rest->ptr[0]))) {
		char c = take_char(rest);

		if (c == quote || (quote == '\0' && (c == '"' || c == '\''))) {
			quote = c == quote ? '\0' : c;
			continue;
		}
		if (c == '\\' && quote != '\'') {
			if (rest->len == 0)
				return "No escaped character";
			if (quote == '\0' || rest->ptr[0] == '"' || rest->ptr[0] == '\\')
				c = take_char(rest);
		}
		bytes_add_char(out, c);
	}
	bytes_add_char(out, '\0');
	return quote == '\0' ? NULL : "No closing quotation";
}

static const char *
take_words(struct shellwords *words, struct view rest)
{
	const char *wrong = NULL;

	bytes_reset(&words->text);
	words->count = 0;
	while (wrong == NULL && rest.len > 0)
		if (ascii_is_blank(rest.ptr[0])) {
			take_char(&rest);
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
	char *at = words->text.ptr, **argv = reallocarray(words->argv, words->count + 1, sizeof *argv);

	if (argv == NULL)
		return false;
	words->argv = argv;
	for (size_t i = 0; i < words->count; i++, at += strlen(at) + 1)
		argv[i] = at;
	argv[words->count] = NULL;
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
	words->count = 0;
}

static bool
is_plain(char c)
{
	return ascii_is_alnum(c) || (c != '\0' && strchr("-_=./:@,+%", c) != NULL);
}

void
shellwords_quote(struct bytes *out, struct view text)
{
	size_t plain = 0;

	while (plain < text.len && is_plain(text.ptr[plain]))
		plain++;
	if (plain == text.len && text.len > 0) {
		bytes_add(out, text);
		return;
	}
	bytes_add_char(out, '\'');
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '\'')
			bytes_add(out, VIEW("'\\''"));
		else
			bytes_add_char(out, text.ptr[i]);
	bytes_add_char(out, '\'');
}
