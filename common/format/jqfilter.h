/*
 * format/jqfilter: jq programs, through libjq's compiler.
 *
 * Purpose:   the one place that calls the compiler and interpreter; a tool that gets no program
 *            does not wait for their start.
 * Ownership: jqfilter_close() ends a filter. Documents are borrowed.
 * Errors:    SSM_E_INPUT for a program that cannot be compiled and for what it raises. Values are
 *            taken out of libjq's own texts, as one could be a token; what error() raises is shown.
 * Limits:    a program sees its document, its arguments and what the environment holds. It cannot
 *            open a file: while a filter is open the process gets no new descriptors. Where libjq
 *            aborts or crashes the process says so and ends with the code of SSM_E_OTHER: what
 *            is finished must be written before jqfilter_run().
 *            What libjq loses at each document is given back: when much has been lost, processes that are
 *            replaced run the program (jqworker).
 * Does not:  read more documents for `input`: that raises an error, and `inputs` is empty.
 */
#ifndef SSM_FORMAT_JQFILTER_H
#define SSM_FORMAT_JQFILTER_H

#include <sys/resource.h>

#include "format/jqworker.h"

struct jqfilter_argument {
	const char *name, *value;	/* $name is the string value */
};

/* What a result is printed as. */
struct jqfilter_form {
	bool raw;			/* strings as they are */
	bool join;			/* no line end behind a result */
	bool pretty, colour;
	bool terminal;			/* no text may control it: see core/printable */
};

struct jqfilter {
	void *jq, *stack;
	struct jqfilter_form form;
	struct jqworker worker;
	long peak;			/* the most memory there was when it was last looked at, in KiB */
	size_t memory;			/* that was in use before the first document */
	bool grown;			/* by more than is to be lost: workers work */
	struct rlimit files;		/* as it was before */
	bool open, limited;
	bool ended;			/* by halt: no more documents */
};

#define JQFILTER_INIT { .jq = NULL, .stack = NULL, .worker = JQWORKER_INIT, .grown = false, .open = false, \
	.limited = false, .ended = false }

enum ssm_err jqfilter_open(struct jqfilter *filter, const char *program,
    const struct jqfilter_argument *arguments, size_t count, struct ssm_error *err);

/* Adds the results for a document, which is checked JSON text, to *out. */
enum ssm_err jqfilter_run(struct jqfilter *filter, struct bytes *out, struct view document,
    struct jqfilter_form form, struct ssm_error *err);

void jqfilter_close(struct jqfilter *filter);

#endif
