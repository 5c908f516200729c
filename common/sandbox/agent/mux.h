/*
 * sandbox/agent/mux: the server's end of smux, version 1, as the agent has it.
 *
 * Purpose:   takes the client's bytes apart into streams and what each has for its destination, and makes frames of what
 *            destinations say. Which streams have something new is asked one by one: agentmux_changed().
 * Rules:     smux of ssm-data-channel(7). A FIN that is sent forgets the stream, with what it still had; one that is
 *            received stands behind what is there. Data for a stream that there is not is dropped. Where NOPs are due,
 *            one is sent every 10 s, and a look each 30 s that finds that nothing came since the last one ends the session.
 * Units:     milliseconds of the caller's clock.
 * Limits:    the whole session has one buffer, MUX_BUFFER: when it is full nothing more should be given; what is given in
 *            spite of that is taken. As many streams as there is memory for; MUX_WAITING_MAX that nobody has looked at
 *            are full, too.
 * Ownership: streams are the mux's; `owner` is whose it is that has them.
 * Errors:    wrong bytes, silence or no memory break it for good; then nothing is taken any more.
 */
#ifndef SSM_SANDBOX_AGENT_MUX_H
#define SSM_SANDBOX_AGENT_MUX_H

#include <sys/queue.h>

#include "sandbox/agent/terms.h"
#include "stream/smux.h"

#define MUX_BUFFER (4 * 1024 * 1024)
#define MUX_OUTPUT_FULL (64 * 1024)
#define MUX_WAITING_MAX 1024

struct agentmux;

struct agentmux_stream {
	uint32_t id;
	bool ended;			/* the client's FIN has come */
	bool fresh, changed;		/* it is in a list of such */
	struct bytes input;		/* for the destination, behind `taken` bytes that are gone */
	size_t taken;
	void *owner;
	LIST_ENTRY(agentmux_stream) link;
	TAILQ_ENTRY(agentmux_stream) turn;	/* among those that are new, or have something new */
};

/* NULL: no memory. */
struct agentmux *agentmux_new(bool keep_alive, uint64_t now);
void agentmux_free(struct agentmux *mux);

void agentmux_receive(struct agentmux *mux, struct view bytes);

/* A stream that is new; its caller sets `owner` when he has taken it on. NULL: none. */
struct agentmux_stream *agentmux_new_stream(struct agentmux *mux);

/* A stream with an owner, and with more input or a FIN since it was asked for; NULL: none. */
struct agentmux_stream *agentmux_changed(struct agentmux *mux);

/* What waits for the destination, and how much of that it has taken. */
struct view agentmux_input(const struct agentmux_stream *stream);
void agentmux_took(struct agentmux *mux, struct agentmux_stream *stream, size_t count);

/* The destination's bytes, SMUX_DATA_MAX at most; its end: the stream is freed. */
void agentmux_send(struct agentmux *mux, const struct agentmux_stream *stream, struct view bytes);
void agentmux_end(struct agentmux *mux, struct agentmux_stream *stream);

/* No more should be received; destinations should not be read. */
bool agentmux_is_full(const struct agentmux *mux);
bool agentmux_is_stuffed(const struct agentmux *mux);

bool agentmux_is_broken(const struct agentmux *mux);

/* The next bytes for the client, and how many were sent. */
struct view agentmux_output(const struct agentmux *mux);
void agentmux_sent(struct agentmux *mux, size_t count);

/* Time passes by this call alone. AGENT_NEVER: there is no such moment. */
void agentmux_tick(struct agentmux *mux, uint64_t now);
uint64_t agentmux_deadline(const struct agentmux *mux);

#endif
