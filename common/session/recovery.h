/*
 * session/recovery: a lost session, until there is a new token for it or it is known to be over.
 *
 * Purpose:   asks ssm-resume-session when the schedule says so, and judges by its exit code: 1 is the end, what is
 *            temporary or may be put right by somebody (75, 253, 254) is told once and tried again, for as long as
 *            the session is to be kept.
 * Use:       sessionrecovery_begin() at a loss; sessionrecovery_poll() after each turn of the loop, also while a
 *            connection is made of what it found, which is given up as the questions are.
 * Ownership: what is borrowed lives as long as the struct, which stays where it is.
 * Errors:    in `why`, when it is over or given up: what came of the last attempt of which something is known.
 */
#ifndef SSM_SESSION_RECOVERY_H
#define SSM_SESSION_RECOVERY_H

#include "console/notice.h"
#include "session/ask.h"
#include "session/schedule.h"

#define RECOVERY_HURRY 10000		/* milliseconds */

enum sessionrecovery_state {
	SESSIONRECOVERY_IDLE,
	SESSIONRECOVERY_WAITS,		/* for the moment of the next call */
	SESSIONRECOVERY_ASKS,
};

enum sessionrecovery_result {
	SESSIONRECOVERY_NOTHING,	/* yet */
	SESSIONRECOVERY_DOCUMENT,	/* in ask.answer, until the next call */
	SESSIONRECOVERY_OVER,		/* the service knows of no such session */
	SESSIONRECOVERY_GIVEN_UP,
};

struct sessionrecovery {
	const struct sessionask_how *how;
	const struct consolenotice *notice;
	unsigned give_up;		/* milliseconds after the loss; 0: never */
	uint32_t (*chance)(void);
	struct sessionschedule schedule;
	struct sessionask ask;
	enum sessionrecovery_state state;
	struct loop_timer timer;	/* the next call is due */
	bool due;
	uint64_t until;			/* to be given up then */
	uint64_t asked;			/* when the last call was made */
	unsigned attempts;		/* since the loss */
	bool hurried;			/* while the service was asked: it is asked again at once when that fails */
	enum ssm_err told;		/* the class of failure that the user knows of */
	struct ssm_error why;
};

#define SESSIONRECOVERY_INIT { .ask = SESSIONASK_INIT, .why = SSM_ERROR_INIT }

/* The connection is lost: the clock of give_up runs unless it does already. */
void sessionrecovery_begin(struct sessionrecovery *recovery);

/* There was a token, and no connection came of it. */
void sessionrecovery_tell(struct sessionrecovery *recovery, const struct ssm_error *why);

/* The connection stands again. */
void sessionrecovery_succeeded(struct sessionrecovery *recovery);

/*
 * The next call is made as soon as it may be. One that is under way, as over a network that is no more, is waited for
 * only RECOVERY_HURRY longer.
 */
void sessionrecovery_hurry(struct sessionrecovery *recovery);

enum sessionrecovery_result sessionrecovery_poll(struct sessionrecovery *recovery);

/* Nothing more is asked. Not inside a turn of the loop. */
void sessionrecovery_stop(struct sessionrecovery *recovery);

void sessionrecovery_clear(struct sessionrecovery *recovery);

#endif
