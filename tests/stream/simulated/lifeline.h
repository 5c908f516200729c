/*
 * lifeline: a simulated client's connections, one after the other.
 *
 * Purpose:   session/liveness says when a connection is lost, session/recovery and session/schedule when the service is
 *            asked for another one and when that is given up: the real ones. This file stands for session/lifecycle,
 *            session/link and session/flow, which have descriptors, and does in their order what they do: pings, whose
 *            input waits, what is held back, what a wake-up or a changed network leads to.
 * Units:     milliseconds of the client's clock: the loop's, which the world turns.
 * Ownership: the world's; lifeline_clear() ends it.
 */
#ifndef SSM_TESTS_LIFELINE_H
#define SSM_TESTS_LIFELINE_H

#include "promise.h"
#include "session/liveness.h"
#include "session/recovery.h"

struct world;

enum lifeline_state {
	LIFELINE_NONE,			/* nobody has begun */
	LIFELINE_DIALS,
	LIFELINE_OPEN,
	LIFELINE_LOST,			/* session/recovery is at work */
	LIFELINE_OVER,			/* given up, or the service has said so */
};

/* A question that is under way, see service.h. */
struct lifeline_question {
	uint64_t ends, limit;
	enum ssm_err rc;
};

struct lifeline {
	struct world *world;
	struct loop loop;
	struct cli cli;			/* says nothing */
	struct consolenotice notice;
	struct sessionask_how how;
	struct sessionrecovery recovery;
	struct lifeline_question question;
	struct liveness liveness;
	struct promise promise;
	enum lifeline_state state;
	uint64_t dialled;		/* a dial is at its end then */
	bool accepted;			/* as it seemed when it began */
	bool opened;			/* it has been, once */
	bool given_up;
};

void lifeline_open(struct lifeline *line, struct world *world);
void lifeline_clear(struct lifeline *line);

/* There is a token. */
void lifeline_dial(struct lifeline *line);

/* The connection has ended, and this end knows. */
void lifeline_lost(struct lifeline *line);

/* Something came. */
void lifeline_heard(struct lifeline *line, bool pong);

/* The machine has slept or its network has changed; or this process alone stood still. */
void lifeline_changed(struct lifeline *line, bool slept);
void lifeline_went_on(struct lifeline *line);

/* Does what is due; false when nothing was. */
bool lifeline_act(struct lifeline *line);

/* When something will be; UINT64_MAX: never. */
uint64_t lifeline_next(const struct lifeline *line);

#endif
