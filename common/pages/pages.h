/*
 * pages/pages: an operation's answers as pages, one behind the other, as the AWS CLI's paginator walks them.
 *
 * Purpose:   which page to ask for next, which of its items are wanted, and the token with which
 *            another run goes on exactly there.
 * Units:     counts are of items of the pages' list, Sessions.
 * Ownership: documents are borrowed; pages_clear() ends it.
 * Errors:    a token that the service gives again is SSM_E_OTHER: it would go on for ever.
 * Does not:  read, write, or keep a page: memory is that of two tokens.
 */
#ifndef SSM_PAGES_PAGES_H
#define SSM_PAGES_PAGES_H

#include "json/json.h"

#define PAGES_TOKEN_MAX JSON_DOCUMENT_MAX

struct pages {
	bool single;			/* this page only, as the service gives it */
	bool limited;
	unsigned long max_items;	/* when limited */

	unsigned long shown;		/* items of the page to come that were shown before */
	unsigned long taken;		/* items of all pages so far */
	struct bytes token;		/* of the page to come; empty: the first */
	struct bytes next;		/* of the page behind the one that came; empty: there is none */
	struct bytes tortoise;		/* of Brent's cycle detection: a token of an earlier page */
	unsigned long steps, power;	/* since that page; and when a later one takes its place */
	bool over;			/* no page is wanted any more */
};

#define PAGES_INIT { .token = BYTES_INIT(PAGES_TOKEN_MAX), .next = BYTES_INIT(PAGES_TOKEN_MAX), \
	.tortoise = BYTES_INIT(PAGES_TOKEN_MAX), .power = 1 }

/* Begins at a token as --starting-token takes it. */
enum ssm_err pages_begin_at(struct pages *pages, struct view starting_token, struct ssm_error *err);

/*
 * Whether the request (a request document) has a page of its own choice: a token, or a number of
 * items that own_size does not account for.
 */
enum ssm_err pages_is_chosen(const struct json_doc *request, bool own_size, bool *chosen,
    struct ssm_error *err);

/* The request document for the page to come, made from that of any page. */
enum ssm_err pages_ask(struct bytes *out, const struct pages *pages, const struct json_doc *request,
    struct ssm_error *err);

/*
 * What is to be printed of a page that came: its members as they are, Sessions without the items that
 * are not wanted, NextToken for another run when this one ends here.
 */
enum ssm_err pages_take(struct bytes *out, struct pages *pages, struct json_doc *page,
    struct ssm_error *err);

/* On to the page behind the one that was taken, unless it is over. */
enum ssm_err pages_advance(struct pages *pages, struct ssm_error *err);

void pages_clear(struct pages *pages);

#endif
