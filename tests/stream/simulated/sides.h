/*
 * sides: who sits at a simulated session's ends: the user, and the program on the node.
 *
 * Purpose:   bytes that are known beforehand go in at one end and are compared as they come out of the other: each once,
 *            in order. The user takes output at his own pace; the program's output comes some at a time, and it ends
 *            when it has written all, and read all (or does not wait for that).
 */
#ifndef SSM_TESTS_SIDES_H
#define SSM_TESTS_SIDES_H

#include "flow.h"
#include "world.h"

struct sides {
	struct world *world;
	struct dice dice;
	struct stream_flow flows[STREAMS];
	uint64_t take_next;		/* when the user takes output again */
	uint64_t read_next;		/* when the agent reads again */
	bool adopts;			/* the client is another one, and has shown nothing yet */
	int64_t adopted;		/* the number with which its output began; -1: it has none yet */
	bool ready, started, ended, over, closed, failed;
	bool left;			/* the client has ended by itself, without the node's word */
	bool incomplete, exit_told;
	int exit_code;
	size_t reason;			/* bytes of why the program could not be started */
	uint64_t done_at, ended_at, over_at;	/* done_at: 0 while the program has something to do */
	uint64_t disturbed;		/* the world's last disturbance, at the program's end */
	unsigned resized, columns, columns_came;	/* sizes: how often told; the last one on either side */
	uint64_t resize_next;
	bool failure_told;		/* the session ended with a text */
};

void sides_open(struct sides *sides, struct world *world);
void sides_clear(struct sides *sides);

/* Everybody does what there is to do now; true when something was. */
bool sides_act(struct sides *sides);

/* When there will be something to do. */
uint64_t sides_next(const struct sides *sides);

/* The program's output that nobody reads any more. */
bool sides_left_output(const struct sides *sides);

#endif
