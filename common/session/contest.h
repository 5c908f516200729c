/*
 * session/contest: whether another client seems to be in the same session.
 *
 * Purpose:   of two clients the one that came last has the session, the other's connection is closed, and it comes back:
 *            so they take it from each other for ever. The service need not say so; known by its marks is a connection
 *            that stood again, on which the node was heard, and that the service has closed in good form within
 *            CONTEST_SOON, CONTEST_TIMES in a row.
 * Units:     milliseconds.
 * Does not:  take what a bad network does, which cuts, or a service that refuses, for another client.
 */
#ifndef SSM_SESSION_CONTEST_H
#define SSM_SESSION_CONTEST_H

#include <stdbool.h>
#include <stdint.h>

#define CONTEST_SOON 10000
#define CONTEST_TIMES 3

struct sessioncontest {
	unsigned times;			/* in a row */
	bool told;
};

/*
 * A connection that stood since `back` is lost at `now`, closed in good form or not; the node was heard last at `heard`.
 * True once, when that looks like another client.
 */
bool sessioncontest_lost(struct sessioncontest *contest, bool closed, uint64_t back, uint64_t heard, uint64_t now);

#endif
