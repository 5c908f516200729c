/*
 * format/jqworker: a process that runs a jq program in place of this one, and is replaced when it has grown.
 *
 * Purpose:   builtins of libjq 1.6 lose memory at each call, some 90 bytes in ltrimstr(1), which nothing in
 *            the same process gives back, not even compiling the program anew. A copy of this process
 *            works on documents and tells what they came to; its memory ends with it.
 * Ownership: jqworker_stop() ends the copy. It also ends with its parent.
 * Errors:    SSM_E_OTHER when it cannot be started or has ended.
 */
#ifndef SSM_FORMAT_JQWORKER_H
#define SSM_FORMAT_JQWORKER_H

#include <sys/types.h>

#include "core/err.h"

struct jqworker {
	int fd, copy_fd;	/* this process's end, -1: there is none; the copy's, until it has started */
	pid_t pid;
};

#define JQWORKER_INIT { .fd = -1, .copy_fd = -1, .pid = 0 }

/* What a document came to, besides the bytes of its results. */
struct jqworker_reply {
	size_t len;
	bool full;		/* the results did not fit */
	bool ended;		/* the program wants no more documents */
	bool last;		/* the worker has grown, and is gone */
	enum ssm_err rc;
	char code[96], message[SSM_MESSAGE_MAX];
};

/* Works on one document in the copy: adds to *out, fills *err. Returns whether more documents are wanted. */
typedef bool jqworker_work(void *context, struct view document, struct bytes *out, struct ssm_error *err);

/* How much of this process's memory is in use, roughly and fast: bytes. */
size_t jqworker_memory(void);

/* Makes the two descriptors that there are between it and its copy. */
enum ssm_err jqworker_connect(struct jqworker *worker, struct ssm_error *err);

/* Copies this process, with all that it has made ready. */
enum ssm_err jqworker_start(struct jqworker *worker, jqworker_work *work, void *context, size_t growth_max,
    size_t out_max, struct ssm_error *err);

/* Has one document worked on. *ended is set when the program wants no more, or the worker is gone. */
enum ssm_err jqworker_ask(struct jqworker *worker, struct view document, struct bytes *out, bool *ended,
    struct ssm_error *err);

void jqworker_stop(struct jqworker *worker);

#endif
