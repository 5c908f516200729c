/*
 * call: one signed request document on its way to its answer.
 *
 * Purpose:   reads the document, chooses the settings that its profile and region have, sends it, judges
 *            what comes back, and says when to try again. Many calls can be on their way: what they
 *            share is in struct call_world.
 * Units:     milliseconds of clock.h.
 * Ownership: a call owns its document and its answer. call_free() ends it.
 * Errors:    in call->err, with call->rc; they are final when call_step() says CALL_DONE.
 * Does not:  wait, print what it came to.
 */
#ifndef SSM_CALL_H
#define SSM_CALL_H

#include "adaptiverate.h"
#include "callsettings.h"
#include "http.h"
#include "outgoing.h"

struct call_options {
	struct callsettings_options settings;
	unsigned connect_timeout, read_timeout, max_time;	/* 0 is no limit */
	bool connect_timeout_given, metadata, timing;
};

/* The settings of one profile, for the calls that use them. */
struct call_choice {
	struct callsettings settings;
	unsigned users;
};

struct call_world {
	const struct cli *cli;
	const struct call_options *options;
	struct http *http;
	struct retry_quota quota;
	struct sendrate rate;			/* as the user wants it */
	struct adaptiverate adaptive;		/* as the service allows it, in adaptive mode */
	struct call_choice *choice;		/* of the newest document */
};

/* Quota and rates full; rate is in requests a second, 0 for no limit. */
void call_world_start(struct call_world *world, double rate);
void call_world_clear(struct call_world *world);

enum call_step {
	CALL_DONE,			/* rc with result or err */
	CALL_SEND,			/* as soon as its turn comes */
	CALL_WAIT,			/* until clock_ms() is call->due, and then CALL_SEND */
};

struct call {
	size_t number;			/* of its document, from 1 */
	bool done;
	uint64_t start, due;
	enum ssm_err rc;
	struct bytes result;		/* the response document */
	struct ssm_error err;

	struct bytes text;
	struct json_doc document;
	struct request request;
	struct expectation expected;
	struct transfer transfer;
	struct retry retry;
	struct answer_extras extras;
	struct outgoing outgoing;
	struct bytes proxy;
	struct call_choice *choice;
	TAILQ_ENTRY(call) window, queue;	/* the caller's */
};

/* A call for the next document; NULL when memory ended. */
struct call *call_new(size_t number);
void call_free(struct call *call);

/*
 * Takes the document: text, which scan has just passed as one object. CALL_DONE for one that cannot be
 * sent, and for an earlier stage's error document, which is its own answer.
 */
enum call_step call_open(struct call *call, struct call_world *world, struct view text,
    const struct json_scan *scan);

/* The document was none: err says why, and is taken over. */
void call_fail(struct call *call, struct ssm_error *err);

/* The raw JSON of the document's id, or VIEW_NONE. */
struct view call_id(const struct call *call);

/* How long the next attempt must be held back for the sake of a rate; 0: it may be sent now. */
unsigned call_hold(const struct call *call, struct call_world *world);

/* Starts the next attempt; CALL_DONE when it cannot be made, else what is to come is the transfer's. */
enum call_step call_send(struct call *call, struct call_world *world);

/* The transfer has ended. */
enum call_step call_answered(struct call *call, struct call_world *world);

#endif
