/*
 * stream/silence: a new session whose node says nothing.
 *
 * Purpose:   a shell has no handshake, so that its first word is what says that input may begin; during a handshake agents
 *            acknowledge input and drop it. A command that reads before it writes would wait for its input as long as that
 *            waited for its first word. So after a while the node is asked, with input of no bytes, which may be lost: a
 *            shell's agent acknowledges it when the program runs. In a handshake it does, too, but repeats its request all
 *            the time; so two answers with a while between them, over one connection and without a request, say that there
 *            is none. ssm-data-channel(7) has the rules.
 * Units:     milliseconds.
 * Does not:  send, receive, allocate, fail.
 */
#ifndef SSM_STREAM_SILENCE_H
#define SSM_STREAM_SILENCE_H

#include <stdbool.h>
#include <stdint.h>

#define SILENCE_QUIET 3000		/* in which most nodes speak */
#define SILENCE_APART 2000		/* two answers: a dozen requests of an agent */
#define SILENCE_QUESTIONS 4		/* that wait for an answer, at most */
#define SILENCE_NEVER UINT64_MAX

struct silence {
	uint64_t due;			/* of the next question */
	uint64_t answered;		/* when it first was, over this connection; SILENCE_NEVER: it was not */
	bool asked;
};

/* A connection is there: a question may be lost, or its answer. */
void silence_connected(struct silence *silence, uint64_t now);

/* A question has gone out; it is repeated, like any input, until it is answered. */
void silence_asked(struct silence *silence, uint64_t now);

/* Something that was sent is acknowledged. True: the node reads, and there is no handshake. */
bool silence_answered(struct silence *silence, uint64_t now);

#endif
