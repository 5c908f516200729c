/*
 * plan: what happens in one simulated session, drawn from a seed.
 *
 * Units: milliseconds, bytes; chances are of a thousand.
 */
#ifndef SSM_TESTS_PLAN_H
#define SSM_TESTS_PLAN_H

#include "dice.h"
#include "sandbox/agent.h"

#define PLAN_CUTS 5
#define PLAN_BYTES 65536		/* the most that a plan has of each kind of bytes */

/* A connection breaks: what is under way is gone, and each end learns of it in its own time. */
struct plan_cut {
	bool agent;			/* the agent's, not the client's */
	bool at_end;			/* `at` counts from the program's end */
	uint32_t at, noticed, service_noticed, away;
};

/* Bytes that come, or are taken, some at a time. */
struct plan_flow {
	uint32_t total, most, gap;
};

struct plan {
	uint64_t seed;
	enum agent_session session;
	bool old, early_end;		/* early_end: the program does not wait for all input */
	int code;			/* of the program; -1: it cannot be started */
	struct plan_flow input, output, error_output, sink;
	bool flood;			/* more messages than the client keeps for a user who takes none */
	uint32_t read_most;		/* of output at once */
	uint32_t sink_stops, sink_stopped;	/* when the user takes nothing, and for how long */
	uint32_t client_from, agent_from;	/* when they are there first */
	uint32_t latency, jitter;	/* of each way of each connection */
	unsigned lose, duplicate, reorder;
	unsigned quiet_service;		/* how often start_publication and the like do not come to the client */
	uint32_t resizes;
	uint32_t linger;		/* how long the program goes on when all is done */
	bool killed;			/* the client is, and another process takes the session over */
	uint32_t killed_at, killed_away;
	struct plan_cut cuts[PLAN_CUTS];
	uint32_t cut_count;
};

void plan_draw(struct plan *plan, uint64_t seed);

/* How long things go on as planned, at most, if nothing has to be sent twice. */
uint64_t plan_span(const struct plan *plan);

#endif
