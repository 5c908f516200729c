/*
 * pages/run: a run over the pages of an operation.
 *
 * Purpose:   one pipeline makes the request document, another signs and sends it; when a page has
 *            come it is printed, and the second pipeline gets the document for the page behind it. The
 *            stages stay for the whole run, so keys are looked up once. A page that nobody has read
 *            yet holds the next one back.
 * Ownership: everything is the caller's.
 * Errors:    told; the exit code is the run's first failure's.
 */
#ifndef SSM_PAGES_RUN_H
#define SSM_PAGES_RUN_H

#include "cli/records.h"
#include "pages/pages.h"
#include "pipeline/coprocess.h"
#include "process/signals.h"

struct pagerun {
	struct records *records;	/* where pages go; its output is no_wait */
	struct signals *interrupt;
	struct pages *pages;
	struct pipeline *maker;		/* prints one request document */
	struct pipeline *caller;	/* signs and sends */
	bool own_size;			/* a number of items in the request is that of --page-size */
	const char *paging;		/* options of paging that were given, or NULL */
};

/* To the last page, to a failure or to a signal. */
void pagerun(struct pagerun *run);

#endif
