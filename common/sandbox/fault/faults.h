/*
 * sandbox/fault/faults: the rules at work: what becomes of each message, connection and request.
 *
 * Purpose: decides, from counts, a clock and seeds alone: the same messages at the same moments have the same end
 *          wherever they are. What is decided is done elsewhere (sandbox/channel/faulty, sandbox/fault/calls).
 * Units:   milliseconds of a clock that does not go back.
 * Order:   the first rule that acts on a message is the only one that does, but that one of those that make slow acts
 *          on what passes, too.
 * Errors:  none but a table that is full.
 * Does not: open, read or write anything.
 */
#ifndef SSM_SANDBOX_FAULT_FAULTS_H
#define SSM_SANDBOX_FAULT_FAULTS_H

#include "sandbox/fault/rule.h"

#define FAULTS_MAX 32
#define FAULT_NEVER UINT64_MAX

/* What becomes of a message; from ABORT on, of the connection. */
enum fault_deed { FAULT_PASS, FAULT_LOSE, FAULT_TWICE, FAULT_HOLD, FAULT_ABORT, FAULT_END, FAULT_SHUT };

struct fault_verdict {
	enum fault_deed deed;
	unsigned code;			/* of FAULT_SHUT's close frame */
	const char *rule;		/* the text of the one that acted, until the rules change; or NULL */
	uint64_t delay_ms;		/* what passes does so that late, */
	unsigned rate;			/* and at so many bytes a second; 0: at once */
};

/* The session that a connection or a request is about. */
struct fault_session {
	struct view id;			/* VIEW_NONE: none */
	unsigned nth;			/* in the order in which they were opened first; 0: not yet */
};

struct fault_active {
	struct fault_rule rule;
	uint64_t added, first;		/* first: when it acted first, if it has */
	uint64_t dice;
	unsigned seen, acted;		/* requests of its kind and session; how often it acted */
};

struct faults {
	struct fault_active rows[FAULTS_MAX];
	size_t count;
	struct fault_rule strike;	/* what was to be done at once */
	unsigned strikes;		/* how often */
	bool changed;			/* connections are to look at their deadlines anew */
};

/* A connection's part, from the moment it is open. */
struct fault_link {
	uint64_t opened;
	struct fault_session session;
	unsigned messages, strikes;
	struct fault_rule strike;	/* if struck: what is to be done at once */
	bool struck;
	bool silent;			/* nothing goes through it any more */
};

#define FAULT_LINK_INIT(faults, now) { .opened = (now), .strikes = (faults)->strikes }

/* False: there is no room. */
bool faults_add(struct faults *faults, const struct fault_rule *rule, uint64_t now) __attribute__((warn_unused_result));

/* No rules any more. Connections that are silent stay so. */
void faults_clear(struct faults *faults);

/* A rule that ends connections, done to all that there are and that it is for: by their next faults_deadline(). */
void faults_strike(struct faults *faults, const struct fault_rule *rule);

/* A message that is about to pass. */
struct fault_verdict faults_message(struct faults *faults, struct fault_link *link, enum fault_way way, uint64_t now);

/* When faults_due() is to be asked next, though no message comes. */
uint64_t faults_deadline(const struct faults *faults, struct fault_link *link);

/* FAULT_PASS: nothing is due. */
struct fault_verdict faults_due(struct faults *faults, struct fault_link *link, uint64_t now);

/* Whether a request of this kind goes wrong; *value is then the rule's. Counts it. */
bool faults_request(struct faults *faults, enum fault_kind kind, const struct fault_session *session, uint64_t now,
    unsigned *value);

/* Whether the node's agent is away. */
bool faults_away(struct faults *faults, uint64_t now);

#endif
