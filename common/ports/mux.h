/*
 * ports/mux: the client's half of smux version 1: many connections over the bytes of one port session.
 *
 * Purpose:   streams are opened and ended, bytes for the node become frames, the node's frames become what waits for
 *            the reader of each stream; who is next comes from a list, so that streams at rest cost nothing.
 * Source:    ssm-data-channel(7), PORTS.
 * Units:     milliseconds of any clock that does not go back; lengths in bytes.
 * Limits:    MUX_STREAMS_MAX streams; MUX_WAITING_MAX to go out, and room of their own for SYN, FIN and NOP. What waits
 *            for readers takes MUX_BUFFER_MAX of memory in all, and any one stream may have all of it: a frame can be
 *            read only when those before it are, so a share for each would only stop the others sooner. When it is
 *            full, nothing more is taken until the slow reader takes some or is done with. Whoever carries the bytes may
 *            then read no acknowledgements either: what is sent goes on only for as long as it has room without any.
 * Ownership: bytes are copied, once each way; views live until the next call that changes something.
 * Errors:    what is no smux breaks all streams, for good. Memory that cannot be had breaks the stream that was to have
 *            it: its end is BROKEN, behind what it has got. As the agent's library has it, what comes for a stream that
 *            there is not is dropped, a SYN and a second FIN too.
 * Does not:  open, read or write anything, look at a clock, give up because nothing comes: a session may be away long.
 */
#ifndef SSM_PORTS_MUX_H
#define SSM_PORTS_MUX_H

#include <stdint.h>

#include "core/err.h"

#ifndef MUX_STREAMS_MAX			/* a fuzz target has less of both: its runs are short, and meet the limits */
#define MUX_STREAMS_MAX 4096
#define MUX_WAITING_MAX (64 * 1024)
#endif
#define MUX_BUFFER_MAX (4 * 1024 * 1024)	/* as the agent's library */
#define MUX_KEEPALIVE_MS 10000
#define MUX_NEVER UINT64_MAX

struct mux;

/* keepalive: the agent's library closes after 30 s in which nothing came, so a NOP goes out each 10. */
enum ssm_err mux_open(struct mux **mux, bool keepalive, uint64_t now, struct ssm_error *err)
    __attribute__((warn_unused_result));
void mux_free(struct mux *mux);

/* A new stream: 3, 5, 7 and so on. 0 when there is no memory, no room for its SYN, or one too many is open. */
uint32_t mux_start(struct mux *mux) __attribute__((warn_unused_result));

/* A pointer of the caller's, NULL at first; NULL for a stream that there is not. */
void mux_set_owner(struct mux *mux, uint32_t stream, void *owner);
void *mux_owner(const struct mux *mux, uint32_t stream);

/*
 * Bytes for the node; how many were taken. For a stream that has ended, by the node or this end, all are, and dropped
 * as the node would do.
 */
size_t mux_send(struct mux *mux, uint32_t stream, struct view bytes) __attribute__((warn_unused_result));

/* How many bytes mux_send() would take. Small frames are dear: who has much to send waits until there is some room. */
size_t mux_room(const struct mux *mux);

/* This end is done with the stream, both ways: FIN. What waits or comes for it is dropped. Nothing, when it is gone. */
void mux_finish(struct mux *mux, uint32_t stream);

/* What waits to go out, and that so much of it was taken. */
struct view mux_waiting(const struct mux *mux);
void mux_took(struct mux *mux, size_t len);

/*
 * Bytes from the node; how many were taken: fewer when readers are slow, and then the rest has to come again when some
 * reader has taken something or is done with. What comes when all is broken is taken and dropped. Ticks, too.
 */
size_t mux_receive(struct mux *mux, struct view bytes, uint64_t now) __attribute__((warn_unused_result));

enum mux_event_kind {
	MUX_DATA,			/* until mux_consumed() says that it is with the reader, it comes again */
	MUX_END,			/* the node's FIN, behind all data */
	MUX_BROKEN,			/* no end that the node has meant: data is lost */
};

struct mux_event {
	enum mux_event_kind kind;
	uint32_t stream;
	void *owner;
	struct view bytes;		/* of DATA */
};

/*
 * What is next for a stream's reader, if something is. END and BROKEN are told once: the stream is then gone, and a FIN
 * on its way.
 */
bool mux_event(struct mux *mux, uint32_t stream, struct mux_event *event);
void mux_consumed(struct mux *mux, uint32_t stream, size_t len);

/* The next of the streams for which something has come since they were told here last; 0 for none. */
uint32_t mux_ready(struct mux *mux);

bool mux_is_broken(const struct mux *mux);

/* When a NOP is due, MUX_NEVER for never; it is left out when other bytes wait to go out, which do as well. */
uint64_t mux_deadline(const struct mux *mux);
void mux_tick(struct mux *mux, uint64_t now);

/* Open streams: those that have been started, neither finished nor told the end of. */
size_t mux_count(const struct mux *mux);

#endif
