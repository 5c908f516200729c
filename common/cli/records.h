/*
 * cli/records: a run over many records: what came of each, the messages, the exit code.
 *
 * Purpose: the promises that every filter makes (ssm-tools(7)): a result or a message for each
 *          record, all are worked through, the first failure's code is the run's, no finished record
 *          is held back while the tool waits.
 */
#ifndef SSM_CLI_RECORDS_H
#define SSM_CLI_RECORDS_H

#include "cli/cli.h"
#include "cli/ids.h"
#include "cli/output.h"

enum records_form {
	RECORDS_DOCUMENTS,
	RECORDS_LINES,			/* of plain text */
	RECORDS_TEXTS,			/* that have their line ends, or none */
};

struct records {
	struct cli *cli;
	struct input in;
	struct output out;
	size_t number;			/* of the record at work, from 1 */
	struct view id;			/* raw JSON: the key of records that have none of their own */
	int code;			/* the exit code so far */
	bool stop;			/* --fail-fast, or stdout lost */
	bool many;			/* more records than one are sure to come: messages number them */
	enum records_form form;		/* of results */
	const char *withheld;		/* the name of members that no document that passes through has; NULL: none */
};

/* Output on stdout, in the form the options ask for. r->in is the caller's to open. */
void records_start(struct records *r, struct cli *cli);

/*
 * What one record came to: rc and *result (in r->form) or *err, both emptied here. id is the record's own
 * key as raw JSON, or VIEW_NONE; it must not point into the input's buffer's unread part. Counts the
 * record: who settles them in another order sets r->number to the one before it.
 */
void records_settle(struct records *r, enum ssm_err rc, struct bytes *result,
    struct ssm_error *err, struct view id);

/*
 * Works on one document: fills *result (empty: nothing is printed) or returns a failure.
 */
typedef enum ssm_err records_apply(void *context, struct json_doc *doc, struct bytes *result,
    struct ssm_error *err);

/*
 * Every document of r->in through apply. No document at all is an error (255) that says so. An
 * earlier stage's error document (see errordocument) passes through.
 */
void records_documents(struct records *r, records_apply *apply, void *context);

/* Works on one line in the same way. The line has no blanks at its ends. */
typedef enum ssm_err records_apply_line(void *context, struct view line, struct bytes *result,
    struct ssm_error *err);

/* Every line of r->in that is not blank through apply. No line at all is an error (255). */
void records_lines(struct records *r, records_apply_line *apply, void *context);

/*
 * Every id of r->in (see ids) through apply as a line is; one that cannot be an id is a failure. No id
 * at all is an error (255).
 */
void records_ids(struct records *r, enum id_kind (*kind)(struct view text), records_apply_line *apply,
    void *context);

/* A failure that belongs to no record. */
void records_fail(struct records *r, const struct ssm_error *err);

/*
 * How reading has ended: status and err as input.h says. Nothing was read at all is an error (255),
 * which says that no `what` came.
 */
void records_end_input(struct records *r, enum input_status status, const char *what,
    struct ssm_error *err);

/* Flushes, closes stdout and returns the exit code of the run. */
int records_finish(struct records *r);

#endif
