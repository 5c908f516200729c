/*
 * config/text: the text of a shared AWS config file, checked, and its lines.
 *
 * Purpose:   the bytes that the grammar (sharedini) works on: UTF-8 without a NUL or a byte order mark,
 *            every line ended by LF and no longer than the limit.
 * Ownership: the content is the caller's; lines are views into it.
 * Errors:    those of sharedini.
 */
#ifndef SSM_CONFIG_TEXT_H
#define SSM_CONFIG_TEXT_H

#include "core/err.h"

#define CONFIGTEXT_FILE_MAX (4 * 1024 * 1024)
#define CONFIGTEXT_LINE_MAX 65536	/* bytes, the line end not counted */

/* `Unable to parse config file: PATH (line N: why)`; line 0 stands for the file as a whole. */
enum ssm_err configtext_refuse(struct ssm_error *err, const char *path, unsigned line,
    const char *why);

/*
 * The file's text into *content. What is no regular file, or is not there, gives none. A file that
 * may not be opened gives none either, and *unreadable is then the errno, else 0.
 */
enum ssm_err configtext_read(struct bytes *content, const char *path, int *unreadable,
    struct ssm_error *err) __attribute__((warn_unused_result));

struct configtext_cursor {
	struct view text;
	size_t at;			/* where the next line begins */
	unsigned line;			/* number of the line last taken, from 1 */
};

struct configtext_line {
	struct view text;		/* without the blanks around it */
	size_t indent;			/* how many blanks were before it */
	size_t next;			/* where the line after it begins */
};

/* The next line, left where it is; false at the end. */
bool configtext_peek(const struct configtext_cursor *cursor, struct configtext_line *line);

/* Moves the cursor behind a line that configtext_peek() gave. */
void configtext_take(struct configtext_cursor *cursor, const struct configtext_line *line);

#endif
