/*
 * session/liveness: whether a connection is alive, and when it is to be asked.
 *
 * Purpose:   a ping goes out every so often, and at once when there is a doubt: input that is not answered for
 *            LIVENESS_SOON, a network that has changed. Whatever comes is life, but behind a change only an answer is:
 *            the rest may have been under way. What follows a ping by nothing at all for as long as patience lasts is lost.
 * Units:     milliseconds of any clock that does not go back.
 * Does not:  look at a clock, send, wait.
 */
#ifndef SSM_SESSION_LIVENESS_H
#define SSM_SESSION_LIVENESS_H

#include <stdbool.h>
#include <stdint.h>

#define LIVENESS_PATIENCE 10000		/* behind a ping that goes out as a habit */
#define LIVENESS_SOON 3000		/* behind one that a doubt has brought; and for an answer to input */
#define LIVENESS_NEVER UINT64_MAX

enum liveness_action { LIVENESS_NOTHING, LIVENESS_PING, LIVENESS_LOST };

struct liveness {
	unsigned every;			/* between two pings */
	uint64_t ping;			/* the next one of habit */
	uint64_t lost;			/* it is then, unless something comes before */
	uint64_t heard;			/* when something came last */
	uint64_t since;			/* input waits for its answer so long; LIVENESS_NEVER: none does */
	bool doubted;			/* a ping went out with little patience, and nothing has come since */
	bool changed;			/* since then only an answer to it counts; the rest puts the end off */
	bool held;			/* nothing is read, so that nothing can come */
};

/* Nothing is asked, nothing is lost. */
#define LIVENESS_INIT { .ping = UINT64_MAX, .lost = UINT64_MAX, .since = UINT64_MAX }

/* It stands since now; the first ping is due. */
void liveness_opened(struct liveness *liveness, unsigned every, uint64_t now);

/* Bytes came. */
void liveness_heard(struct liveness *liveness, uint64_t now);

/* A ping was answered. */
void liveness_answered(struct liveness *liveness, uint64_t now);

/* From now on nothing is read, or is again: behind a long time it is asked at once. */
void liveness_hold(struct liveness *liveness, bool held, uint64_t now);

/* The oldest input that is not answered was given then; LIVENESS_NEVER: all is. */
void liveness_waits(struct liveness *liveness, uint64_t since);

/* The network may be another one: a ping is due, and LIVENESS_SOON is for its answer. Patience that ends sooner stays. */
void liveness_changed(struct liveness *liveness, uint64_t now);

/* This process stood still, and has not read what came meanwhile: a ping is due, and patience begins. */
void liveness_again(struct liveness *liveness, uint64_t now);

/* It is not open yet, and is lost unless it is before long. */
void liveness_limit(struct liveness *liveness, uint64_t now);

/* What is to be done now, until it is nothing. */
enum liveness_action liveness_next(struct liveness *liveness, uint64_t now);

/* When there will be something to do though nothing happens. */
uint64_t liveness_due(const struct liveness *liveness);

#endif
