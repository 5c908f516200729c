/*
 * stream/adoption: the numbers of a session that another process was in.
 *
 * Purpose:   finds out, from what an agent does, with which number of the node's to go on, and which one it expects of
 *            this client. ssm-data-channel(7) has the rules under "Adopting".
 *            Output: the agent repeats its oldest message, so the lowest number that has come for ADOPTION_COLLECT, three
 *            times at least (the network may make two of one), is the first one; at the session's end it is a guess, if
 *            it came less often. A 0 says that there is nothing to adopt. Numbers that are missing later on may
 *            have been acknowledged by the other process, and never come: when the one behind them is repeated, as only
 *            the oldest is, output goes on there.
 *            Input: probes, which an agent neither acknowledges nor counts at the number that it expects; below and
 *            above it does acknowledge. The one of a window that stays without an answer, though it is repeated, and
 *            each time one beside it has an answer, has the number. Probes go on behind it, as far as the other process
 *            can have been ahead: they take the place of what the agent has stored of it, and would take for this one's.
 * Old:       agents before 3.2.1041.0 do not acknowledge what is below. They, too, acknowledge a number that is far above,
 *            and so are told from nodes that are not there.
 * Slow:      a new session whose node has not spoken yet looks like one that is silent. Its probes find 0, or, when a
 *            handshake comes meanwhile (agents count all that comes during one), the number behind them.
 * Units:     milliseconds.
 * Does not:  send, receive, allocate, fail but by adoption_failure().
 */
#ifndef SSM_STREAM_ADOPTION_H
#define SSM_STREAM_ADOPTION_H

#include <stdbool.h>
#include <stdint.h>

#define ADOPTION_WINDOW 256		/* probes */
#define ADOPTION_QUIET 1500		/* without a word of the node: a new shell's first comes a second after its start */
#define ADOPTION_COLLECT 400		/* four ticks of the agent's timer */
#define ADOPTION_PATIENCE 10000		/* with an agent that is there, and answers nothing more */
#define ADOPTION_PROOFS 4
#define ADOPTION_AHEAD 1024		/* messages that the other process had under way, at most */
#define ADOPTION_FAR INT32_MAX
#define ADOPTION_NUMBERS (1 << 20)	/* that are tried */
#define ADOPTION_NEVER UINT64_MAX

enum adoption_state {
	ADOPTION_NONE,			/* both sides start at 0 */
	ADOPTION_WAITS,			/* for the node's first words, or for none */
	ADOPTION_SEARCHES,
	ADOPTION_FOUND,
	ADOPTION_FAILED,
};

struct adoption {
	unsigned width;			/* of a window; ADOPTION_WINDOW, where a test does not make it less */
	int64_t ahead;			/* ADOPTION_AHEAD, the same */
	enum adoption_state state;
	uint64_t since;			/* when it began to wait, or to search */

	bool possible;			/* somebody may have been there */
	bool output_known, collects;
	bool guessed;			/* that output began there: something may have been in front of it */
	int64_t first;			/* with which output began, once that is known */
	int64_t lowest;			/* of those that wait for their turn */
	unsigned seen;			/* how often that one did, on this connection */
	uint64_t sighted;		/* when it was counted last: two copies of one message are no repetition */
	uint64_t collect_until;

	bool handshake;			/* one is under way: all is counted */
	int64_t base;			/* the first number of the window */
	unsigned cursor, unanswered;	/* the next one to be sent, in order */
	bool answered[ADOPTION_WINDOW];
	uint64_t progress;		/* when something was answered for the first time, last */
	uint64_t again;			/* when what is not answered is repeated */
	unsigned pause;
	unsigned proofs;
	unsigned steps;			/* of a round for the last one: what is still to be sent of it */
	bool far_due;
	unsigned far;			/* how often the far one was acknowledged, and nothing else */
	bool covers;			/* the number is found; more probes go out behind it */
	int64_t number;
};

void adoption_init(struct adoption *adoption, bool possible);

/* A connection is there: what was sent on another one may be lost. */
void adoption_connected(struct adoption *adoption, uint64_t now);

/* The node's number 0 came. */
void adoption_zero(struct adoption *adoption);

/* A message of the node came in front of its turn. It is not acknowledged before its turn has come. */
void adoption_early(struct adoption *adoption, int64_t sequence, uint64_t now);

/* What came was in its turn; the lowest of those that still wait, or -1. */
void adoption_in_turn(struct adoption *adoption, int64_t waiting, uint64_t now);

/* A handshake has begun; it is to be answered with the number that is found. */
void adoption_handshake(struct adoption *adoption);

/* Time passes. True: output goes on with adoption->lowest from now on. */
bool adoption_advance(struct adoption *adoption, uint64_t now);

/* The session is over. True: output begins with adoption->lowest, and there will be no more of it. */
bool adoption_end(struct adoption *adoption);

/* The number of the next probe, if there is one to send now. */
bool adoption_probe(struct adoption *adoption, int64_t *sequence, uint64_t now);

/* A probe was acknowledged. */
void adoption_answered(struct adoption *adoption, int64_t sequence, uint64_t now);

/* The number with which output begins, as far as it is known; -1: nothing has come. */
int64_t adoption_first(const struct adoption *adoption);

/* Whether input waits for its number, be it in vain; the first one that no probe had. */
bool adoption_is_open(const struct adoption *adoption);
int64_t adoption_behind(const struct adoption *adoption);

/* When there is something to send, or to do. */
uint64_t adoption_deadline(const struct adoption *adoption);

/* Why it has failed, in a line. */
const char *adoption_failure(const struct adoption *adoption);

#endif
