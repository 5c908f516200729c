/*
 * sandbox/agent: the node's end of a data channel: messages and a clock go in; messages, events and a deadline come
 * out. The agent's own rules, each from the public agent's behaviour as ssm-data-channel(7) states it.
 *
 * Purpose:   what a client is measured against: it repeats its oldest message alone, acknowledges duplicates (or does
 *            not, as old ones), stops reading when it is paused, gives its last bytes two seconds, acknowledges input
 *            and throws it away while the handshake runs. In the sandbox a program stands behind it, in tests a model.
 * Rules:     by the section of ssm-data-channel(7) that states them.
 *            ACKNOWLEDGEMENTS (agent.c): the number that is due is acknowledged when it was worked on; a later one is,
 *            and stored; one that was there is again, unless the agent is older than 3.2.1041.0.
 *            SEQUENCE AND REPETITION (sender.c, queue.c): numbers never begin anew; the same bytes again; the oldest
 *            alone, looked at each 100 ms; RTT, RTTV and RTO; 100,000 messages each way, and what is more not stored.
 *            PUBLICATION (agent.c, sender.c): while paused nothing is sent or read; start_publication, input and
 *            acknowledgements end that.
 *            HANDSHAKE (handshake.c, beginning.c): its messages, which answers end the session, 15 s for one; input and
 *            sizes meanwhile are acknowledged and thrown away. Terminals have none.
 *            SHELLS AND COMMANDS (agent.c, pump.c, ending.c): a second before a terminal's first output, a read of
 *            1024 bytes a millisecond, what is not UTF-8; joined output at the end and without a code; output that is
 *            apart, read on into a pause once, and its code, which falls into none; a failed start, whose code comes
 *            first.
 *            KMS (encryption.c, beginning.c): the data key and its proof, what is sealed; what cannot be opened, and a
 *            proof that is wrong, is neither acknowledged nor counted.
 *            PORTS (agent.c, pump.c, version.c, mux.c): bytes as they are; which way they are forwarded is said when it
 *            is known; smux is a part of its own, for whoever makes the connections.
 *            The last two seconds (ending.c): for what is not acknowledged at the program's end.
 *            Adopting (agent.c): a size that cannot be read is neither acknowledged nor counted.
 *            That the reason of a failed start waits for a second, only the public agent's source has.
 * Units:     milliseconds of any clock that does not go back; `epoch` makes dates of it.
 * Ownership: views that are given are copied; those that come out live until the next call for the agent.
 * Does not:  open, read or write anything, look at a clock.
 */
#ifndef SSM_SANDBOX_AGENT_H
#define SSM_SANDBOX_AGENT_H

#include "core/err.h"
#include "sandbox/agent/terms.h"

struct agent;

enum ssm_err agent_open(struct agent **agent, const struct agent_options *options, uint64_t now,
    struct ssm_error *err) __attribute__((warn_unused_result));
void agent_free(struct agent *agent);

/* The service has told: start_publication (the client is there) or pause_publication. */
void agent_publish(struct agent *agent, bool start, uint64_t now);

/* A message of the client, as the service hands it on. */
void agent_receive(struct agent *agent, struct view message, uint64_t now);

/*
 * Whether the program's standard output (or terminal), or its standard error, is read now: not while the handshake runs
 * or the buffer is full, a terminal not while paused. Output that is apart has a reader for each pipe, which reads on
 * when it is paused, until something comes: that is sent, then the reader is gone for good. What the program writes
 * meanwhile stays in its terminal or pipe, and the program waits when that is full.
 */
bool agent_reads(const struct agent *agent, bool error_output);

/* What was read of it: AGENT_PAYLOAD_MAX bytes at once, one read a millisecond, a terminal's first after a second. */
void agent_output(struct agent *agent, struct view bytes, bool error_output, uint64_t now);

/* The program has ended and all that was to be read was given. code: its exit status as a shell tells it. */
void agent_program_ended(struct agent *agent, int code, uint64_t now);

/* A session with a port can take input: there is a connection, or somebody who makes many. Until then it is refused. */
void agent_port_ready(struct agent *agent);

/* A connection for one of the many could not be made. */
void agent_connect_failed(struct agent *agent, uint64_t now);

/* It did not start; why: AGENT_PAYLOAD_MAX bytes at most, as the agent words it. */
void agent_program_failed(struct agent *agent, struct view why, uint64_t now);

/*
 * The next message for the client, if there is one to send now. Those sent while the client is away are lost. Time
 * passes for the agent by this call alone: it comes first, then agent_event().
 */
bool agent_next(struct agent *agent, struct view *message, uint64_t now);

uint64_t agent_deadline(const struct agent *agent);

bool agent_event(struct agent *agent, struct agent_event *event);

#endif
