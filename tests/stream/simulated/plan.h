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
#define PLAN_SLEEPS 2
#define PLAN_PAUSES 3
#define PLAN_CHANGES 4
#define PLAN_BYTES 65536		/* the most that a plan has of each kind of bytes */

/* What a client finds meanwhile that comes back. */
enum plan_outage {
	OUTAGE_NONE,
	OUTAGE_REFUSED,			/* ResumeSession fails: throttled, 5xx, unreachable */
	OUTAGE_MUTE,			/* it has no answer, nor has who dials */
	OUTAGE_KEYS,			/* keys are rotated: the old ones have expired, the new ones are not there */
	OUTAGE_DENIED,			/* access is denied */
	OUTAGE_UPGRADE,			/* there is a token, and the upgrade is refused */
	OUTAGE_DROPS			/* connections are taken, and dropped at once */
};

/*
 * A connection breaks: what is under way is gone, and each end learns of it in its own time. Or it stalls: it stands,
 * and what is under way is late.
 */
struct plan_cut {
	bool agent;			/* the agent's, not the client's */
	bool at_end;			/* `at` counts from the program's end */
	bool silent;			/* the client is not told: it has to find out */
	bool stalls;
	uint32_t at, noticed, service_noticed;
	uint32_t away;			/* how long the agent is, or the client's outage lasts, or it stalls */
	enum plan_outage outage;	/* of the client */
};

/* The client's machine sleeps, or its process alone is stopped. */
struct plan_sleep {
	bool stopped;
	bool breaks;			/* its connection does, and nobody tells it */
	uint32_t at, lasts;
};

/* The service pauses publication though everybody is there, and starts it again. */
struct plan_pause {
	uint32_t at, lasts;
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
	struct plan_sleep sleeps[PLAN_SLEEPS];
	uint32_t sleep_count;
	struct plan_pause pauses[PLAN_PAUSES];
	uint32_t pause_count;
	uint32_t changes[PLAN_CHANGES];	/* when the client's network does */
	uint32_t change_count;
	bool agent_dies;		/* it or its node starts anew, and knows of no session; the service ends it */
	uint32_t agent_dies_at, agent_dead;	/* how long it takes the service */
	bool forgets;			/* a session that is over cannot be resumed, or it is told of its end once more */
	bool holds;			/* who takes nothing makes the client read nothing */
	uint32_t ping;			/* between two of the client's */
	uint32_t give_up;		/* 0: never */
};

void plan_draw(struct plan *plan, uint64_t seed);

/* How long things go on as planned, at most, if nothing has to be sent twice. */
uint64_t plan_span(const struct plan *plan);

#endif
