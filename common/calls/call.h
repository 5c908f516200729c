/*
 * calls/call: one signed request document, until it has its answer.
 *
 * Purpose:   reads the document, chooses the settings that its profile and region have, and judges what
 *            comes of the exchange that sends it. Many calls can be in flight: what they share is in
 *            struct call_context.
 * Units:     milliseconds of clock.h.
 * Ownership: a call owns its document and its answer. call_free() ends it.
 * Errors:    in call->err, with call->rc; they are final with EXCHANGE_DONE.
 * Does not:  wait, print what it came to.
 */
#ifndef SSM_CALLS_CALL_H
#define SSM_CALLS_CALL_H

#include "calls/settings.h"
#include "service/answer.h"
#include "service/exchange.h"

struct call_options {
	struct callsettings_options settings;
	unsigned connect_timeout, read_timeout, attempt_timeout, max_time;	/* 0 is no limit */
	bool connect_timeout_given, metadata, timing;
	bool aws_json;			/* answers as the AWS CLI prints them, with their line ends */
	bool compact;			/* those on one line */
	bool terminal;			/* those go to one */
};

/* The settings of one profile, shared by the calls that use them. */
struct profile_settings {
	struct callsettings chosen;
	unsigned users;
	struct bytes region;			/* of the last document that asked for its time to connect */
	unsigned connect_timeout;
	bool timed;
};

TAILQ_HEAD(call_list, call);

struct call_context {
	const struct cli *cli;
	const struct call_options *options;
	struct exchange_shared shared;
	struct profile_settings *newest;	/* of the last document */
	struct call_list idle;			/* calls that are over, for the next documents */
	uint64_t told;				/* until when a long wait lasts that was told of */
};

/* Quota and rates full; rate is in requests a second, 0 for no limit. */
void call_context_start(struct call_context *context, double rate);
void call_context_clear(struct call_context *context);

struct call {
	size_t number;			/* of its document, from 1 */
	enum ssm_err rc;
	struct bytes result;		/* the response document */
	bool is_text;			/* result is what the AWS CLI prints of it */
	bool released;			/* nothing is left of what only sending takes */
	struct ssm_error err;

	struct bytes text;
	struct json_doc document;
	struct request request;
	struct exchange exchange;
	struct profile_settings *settings;
	struct outcome *outcome;	/* the caller's, as what follows */
	TAILQ_ENTRY(call) open, queue;
};

/* A call for the next document; NULL when memory ended. */
struct call *call_new(struct call_context *context, size_t number);

/* Wipes and frees all that it owns; the struct, which holds no secret, is for another document. */
void call_free(struct call *call, struct call_context *context);

/*
 * Takes the document: text, which scan has just passed as one object. EXCHANGE_DONE for one that cannot be
 * sent, and for an earlier stage's error document, which is its own answer.
 */
enum exchange_step call_open(struct call *call, struct call_context *context, struct view text,
    const struct json_scan *scan);

/* The document was none: err says why, and is taken over. */
void call_fail(struct call *call, struct ssm_error *err);

/* The raw JSON of the document's id, or VIEW_NONE. */
struct view call_id(const struct call *call);

/* Starts the next attempt: EXCHANGE_IN_FLIGHT, unless it ended before it began. */
enum exchange_step call_send(struct call *call, struct call_context *context);

/* The transfer has ended. */
enum exchange_step call_answered(struct call *call, struct call_context *context);

#endif
