/*
 * cli/input: a stream of records on a descriptor.
 *
 * Purpose:   documents (JSON objects, or values of any kind; any blanks between them) or lines, one at a time, with memory
 *            bounded by the longest record allowed.
 * Ownership: a record's view lives until the next call.
 * Errors:    a bad record is told and skipped, and the next call goes on behind it: at the next line
 *            that begins with no blank or closing bracket for documents, at the next line for
 *            lines. Where what was skipped may have held documents, it is told as a bad record of its
 *            own, with the number of bytes.
 */
#ifndef SSM_CLI_INPUT_H
#define SSM_CLI_INPUT_H

#include "json/json.h"

struct input {
	int fd;
	const char *name;		/* for messages: "standard input", or a file's name */
	size_t record_max;
	struct bytes buffer;
	size_t begin;			/* start of what was not handed out */
	size_t line, column;		/* of the byte at begin, from 1 */
	bool end;			/* read said so */
	bool skipping;			/* behind a bad document, up to the next line with a '{' */
	size_t bad_line;		/* where the text began that is skipped */
	size_t lost;			/* bytes of what was skipped that may be documents */
	bool loose;			/* what is skipped begins with no bracket: '{' behind a blank is a start, too */
	char last;			/* of what was skipped, blanks aside */
	bool scanning;			/* a document has begun, and its end is yet to come */
	bool any_value;			/* documents need not be objects, and these may have any number of members */
	bool no_wait;			/* the caller waits: INPUT_WAIT instead of a read that would */
	void (*before_wait)(void *);	/* called before a read that may wait: time to flush */
	void *context;
	struct json_scan scan;
};

enum input_status {
	INPUT_RECORD,
	INPUT_BAD,		/* one record that can't be right; err says why */
	INPUT_END,
	INPUT_WAIT,		/* with no_wait: nothing whole has arrived */
	INPUT_FAILED,		/* read or memory failed; err says why; nothing more will come */
};

/* Reads fd; record_max bytes is the longest record. */
void input_start(struct input *in, int fd, const char *name, size_t record_max);

/* Opens path, "-" for standard input. SSM_E_INPUT when that can't be done. */
enum ssm_err input_open(struct input *in, const char *path, size_t record_max,
    struct ssm_error *err);

/* The next document; doc must have been cleared. */
enum input_status input_document(struct input *in, struct json_doc *doc, struct ssm_error *err);

/*
 * The next document's text; in->scan says where its members are. Both live until the next call, in
 * which what is behind the text is looked at.
 */
enum input_status input_document_text(struct input *in, struct view *text, struct ssm_error *err);

/* The next line without its end (LF or CRLF). Lines of nothing but blanks are left out. */
enum input_status input_line(struct input *in, struct view *line, struct ssm_error *err);

/* The first byte that is not blank, left unread; -1 at the end (or when reading fails). */
int input_peek(struct input *in, struct ssm_error *err);

/*
 * Whether another record is known to follow: something that is not blank has arrived, or is there
 * to be read without waiting.
 */
bool input_has_more(struct input *in);

/* Frees the buffer and closes the descriptor unless it is standard input. */
void input_close(struct input *in);

#endif
