/*
 * ledger: who has sent and got which numbers in a simulated session, and what is wrong with that.
 *
 * Purpose:   looks at each message on its way out of the client and the agent and into the client: form, flags, numbers,
 *            repeats byte for byte. It knows afterwards which of the agent's messages the client has, and which it
 *            must know to be missing.
 * Errors:    the first thing that is wrong, as a sentence in `wrong`.
 */
#ifndef SSM_TESTS_LEDGER_H
#define SSM_TESTS_LEDGER_H

#include <stdint.h>

#include "core/bytes.h"
#include "stream/message.h"

#define LEDGER_WRONG_MAX 200

/* A message with a number. */
struct ledger_entry {
	uint64_t sum;			/* of its bytes; 0: it was not sent yet */
	uint32_t shown;			/* bytes of its payload that are for the user */
	bool delivered, accepted;	/* to and by the client */
	bool settled;			/* the agent has heard of that */
	bool gone;			/* so it had before another client came, which is not shown it */
};

struct ledger_side {
	struct ledger_entry *entries;
	int64_t base;			/* the number of the first entry; -1: none has been sent since the client was killed */
	size_t count, room;
	uint64_t sent;			/* times, of all numbers */
	uint64_t bytes;			/* of payloads, each once */
};

struct ledger {
	struct digest *digest;
	struct ledger_side client, agent;
	uint64_t deliveries;		/* to the client, of numbers */
	uint64_t acknowledged;		/* acknowledgements of the client, the one that is there, with those that came once more */
	bool opened;			/* the client's connection has had its first message */
	char wrong[LEDGER_WRONG_MAX];
};

void ledger_clear(struct ledger *ledger);

/* Notes the first thing that is wrong. */
void ledger_blame(struct ledger *ledger, const char *format, ...) __attribute__((format(printf, 2, 3)));

void ledger_connected(struct ledger *ledger);
void ledger_client_sent(struct ledger *ledger, struct view message, bool text);
void ledger_agent_sent(struct ledger *ledger, struct view message);
void ledger_delivered(struct ledger *ledger, struct view message);

/* Another client: what the agent has not heard of is to come again. */
void ledger_killed(struct ledger *ledger);
void ledger_settled(struct ledger *ledger, int64_t sequence);

/* The other client is there. */
void ledger_replaced(struct ledger *ledger);

/* How many bytes for the user stand in front of a number of the agent's. */
uint64_t ledger_position(const struct ledger *ledger, int64_t sequence);

/* All in front of that number must be gone. */
void ledger_check_gone(struct ledger *ledger, int64_t sequence);

/* From a position on: the next one that is not gone, and how many bytes behind it are not. */
uint64_t ledger_skip_gone(const struct ledger *ledger, uint64_t position, uint64_t *len);

/* How many messages between two numbers are gone, and how many bytes they have. */
size_t ledger_gone(const struct ledger *ledger, size_t from, size_t end, uint64_t *shown);

/* Of the agent's numbers that it has sent: all are with the client; there is a hole in what the client has seen. */
bool ledger_is_whole(const struct ledger *ledger);
bool ledger_has_hole(const struct ledger *ledger);

/* How many were accepted from number 0 on without a gap, and how many bytes for the user they have. */
size_t ledger_in_order(const struct ledger *ledger, uint64_t *shown);

/* How often the client has sent a number that it had sent before. */
uint64_t ledger_repeated(const struct ledger *ledger);

/* One line of a trace: what a message is. */
void ledger_describe(char *out, size_t room, struct ledger *ledger, struct view message);

#endif
