/* shellwords and pathexpand: text to words, text to a path. */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/pathexpand.h"
#include "core/shellwords.h"
#include "tap.h"

static const struct {
	const char *title, *text;
	const char *words;		/* each in < >, or the message */
} splits[] = {
	{ "nothing is no word", "", "" },
	{ "separators alone are no word", " \t\r\n", "" },
	{ "four separators", "a b\tc\rd\ne", "<a><b><c><d><e>" },
	{ "separators around words", "  a  b  ", "<a><b>" },
	{ "VT and NBSP do not separate", "a\vb\xC2\xA0" "c", "<a\vb\xC2\xA0" "c>" },
	{ "single quotes keep all", "'a b\\n\"c$'", "<a b\\n\"c$>" },
	{ "double quotes keep a backslash", "\"a b\\n'c\"", "<a b\\n'c>" },
	{ "but for that before '\"' and '\\'", "\"a\\\"b\\\\c\"", "<a\"b\\c>" },
	{ "a bare backslash keeps the next", "a\\ b \\'c\\\\ \\n", "<a b><'c\\><n>" },
	{ "a backslash before a line end", "a\\\nb", "<a\nb>" },
	{ "quotes within a word", "a\"b c\"d'e f'g", "<ab cde fg>" },
	{ "empty words", "'' a \"\" b''", "<><a><><b>" },
	{ "an empty word at the end", "a ''", "<a><>" },
	{ "no comment, no expansion", "a # b $HOME ~ * `c` | ;", "<a><#><b><$HOME><~><*><`c`><|><;>" },
	{ "an open double quote", "a \"b", "No closing quotation" },
	{ "an open single quote", "a 'b\\'c'", "No closing quotation" },
	{ "a backslash at the end", "a b\\", "No escaped character" },
	{ "a backslash at the end in quotes", "\"a\\", "No escaped character" },
	{ "bytes above ASCII", "\xC3\xBC \xFF", "<\xC3\xBC><\xFF>" },
};

static void
check_splits(void)
{
	struct shellwords words = SHELLWORDS_INIT;
	struct bytes got = BYTES_INIT(4096);

	for (size_t i = 0; i < ARRAY_LEN(splits); i++) {
		struct ssm_error err = SSM_ERROR_INIT;

		bytes_reset(&got);
		if (shellwords_split(&words, view_of(splits[i].text), &err) == SSM_OK) {
			for (char **word = words.argv; *word != NULL; word++) {
				bytes_add_char(&got, '<');
				bytes_add_text(&got, *word);
				bytes_add_char(&got, '>');
			}
			if (words.argv[words.count] != NULL)
				bytes_add_text(&got, " and the count is wrong");
		} else
			bytes_add_text(&got, err.message);
		is_text(bytes_cstr(&got), splits[i].words, "%s", splits[i].title);
		ssm_error_clear(&err);
	}
	bytes_clear(&got);
	shellwords_clear(&words);
}

/* An environment of our own. */
static char *
with_home(const char *name)
{
	static char home[] = "/home/u/", x[] = "x$EMPTY", empty[] = "", odd[] = "o";

	if (strcmp(name, "HOME") == 0)
		return home;
	if (strcmp(name, "X_1") == 0)
		return x;
	if (strcmp(name, "EMPTY") == 0)
		return empty;
	return strcmp(name, "a b") == 0 ? odd : NULL;
}

static char *
with_empty_home(const char *name)
{
	static char empty[] = "";

	return strcmp(name, "HOME") == 0 ? empty : NULL;
}

static char *
with_root_home(const char *name)
{
	static char root[] = "/";

	return strcmp(name, "HOME") == 0 ? root : NULL;
}

static char *
with_nothing(const char *name)
{
	(void)name;
	return NULL;
}

static const struct {
	const char *title, *text, *path;
} paths[] = {
	{ "an empty text", "", "" },
	{ "a plain path", "/a/b~c", "/a/b~c" },
	{ "~ is HOME without its last slash", "~/.aws/config", "/home/u/.aws/config" },
	{ "~ alone", "~", "/home/u" },
	{ "~ within a path is a tilde", "a/~/b", "a/~/b" },
	{ "an unknown user stays", "~no such user/x", "~no such user/x" },
	{ "$NAME and ${NAME}", "/$X_1/${X_1}y", "/x$EMPTY/x$EMPTYy" },
	{ "a name ends where its letters do", "$X_1-$X_1.", "x$EMPTY-x$EMPTY." },
	{ "a variable that is set but empty", "a${EMPTY}b", "ab" },
	{ "unknown variables stay", "$NO/${NO}/$NO_X", "$NO/${NO}/$NO_X" },
	{ "braces take any name", "${a b}", "o" },
	{ "no name, no end", "$/${}/$$X_1/${X_1", "$/${}/$x$EMPTY/${X_1" },
	{ "variables come before ~", "$EMPTY~/x", "/home/u/x" },
};

static void
check_path(const char *text, pathexpand_env *env, const char *expected, const char *title)
{
	struct bytes path = BYTES_INIT(PATHEXPAND_MAX);

	pathexpand(&path, view_of(text), env);
	is_text(bytes_cstr(&path), expected, "%s", title);
	bytes_clear(&path);
}

static void
check_paths(void)
{
	const struct passwd *user = getpwuid(getuid());
	char expected[4096];

	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		check_path(paths[i].text, with_home, paths[i].path, paths[i].title);
	check_path("~", with_root_home, "/", "~ alone when HOME is /");
	check_path("~/x", with_root_home, "/x", "~/x when HOME is /");
	if (user == NULL)
		return;
	snprintf(expected, sizeof expected, "%s/x", strcmp(user->pw_dir, "/") == 0 ? "" : user->pw_dir);
	check_path("~/x", with_nothing, expected, "~ without HOME is the user's home directory");
	check_path("~/x", with_empty_home, expected, "an empty HOME counts as none");
	user = getpwnam("root");
	if (user != NULL && strcmp(user->pw_dir, "/root") == 0)
		check_path("~root/x", with_home, "/root/x", "~user is that user's home directory");
}

static void
check_quoting(void)
{
	static const struct {
		const char *text, *word;
	} rows[] = {
		{ "a-Z_0=./:@,+%", "a-Z_0=./:@,+%" }, { "", "''" }, { "a b", "'a b'" }, { "a\nb", "'a\nb'" },
		{ "it's", "'it'\\''s'" }, { "'", "''\\'''" }, { "$x", "'$x'" }, { "~", "'~'" },
		{ "a\\b", "'a\\b'" }, { "\xC3\xA9", "'\xC3\xA9'" }, { "{a}", "'{a}'" }, { "a*", "'a*'" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct shellwords words = SHELLWORDS_INIT;
		struct ssm_error err = SSM_ERROR_INIT;
		struct bytes out = BYTES_INIT(64);

		shellwords_quote(&out, view_of(rows[i].text));
		is_text(bytes_cstr(&out), rows[i].word, "quoted: %s", rows[i].word);
		ok(shellwords_split(&words, bytes_view(&out), &err) == SSM_OK && words.count == 1 &&
		    strcmp(words.argv[0], rows[i].text) == 0, "and read again: %s", rows[i].word);
		shellwords_clear(&words);
		ssm_error_clear(&err);
		bytes_clear(&out);
	}
}

int
main(void)
{
	check_splits();
	check_paths();
	check_quoting();
	return done_testing();
}
