/*
 * core/shellwords: a text as the words a POSIX shell would see, and nothing else a shell does.
 *
 * Purpose:   section headers ([profile "a b"]) and the command line of credential_process. The
 *            rules are those of Python's shlex.split: words are parted by space, tab, CR and LF;
 *            '...' keeps everything; "..." keeps everything but a backslash before '"' and '\'; a
 *            bare backslash keeps the next character; quotes may stand inside a word. '#' is no
 *            comment, '$', '~' and '*' mean nothing.
 * Ownership: the words live in the struct until the next split; shellwords_clear() wipes and frees.
 */
#ifndef SSM_CORE_SHELLWORDS_H
#define SSM_CORE_SHELLWORDS_H

#include "core/err.h"

#define SHELLWORDS_TEXT_MAX (8 * 1024 * 1024)

struct shellwords {
	struct bytes text;	/* the words, a NUL behind each */
	char **argv;		/* count words and a NULL, as execvp() takes them */
	size_t count;
};

#define SHELLWORDS_INIT { .text = BYTES_INIT(SHELLWORDS_TEXT_MAX), .argv = NULL }

/*
 * Replaces the words by those of text, which must hold no NUL. The count may be 0, argv is then
 * { NULL }. An open quote or a backslash at the end is SSM_E_CONFIG; there are no words then. The
 * message does not quote the text.
 */
enum ssm_err shellwords_split(struct shellwords *words, struct view text, struct ssm_error *err)
    __attribute__((warn_unused_result));

void shellwords_clear(struct shellwords *words);

/* The other way: a text as one word for any POSIX shell, in quotes where it needs them. */
void shellwords_quote(struct bytes *out, struct view text);

#endif
