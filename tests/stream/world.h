/*
 * world: all that is outside of a simulated session's client and agent: the clock, their connections, the service.
 *
 * Purpose:   carries messages over two connections and the service between them, with the delays, faults and outages
 *            of a plan; tells the agent and the client of each other as the service does (start_publication,
 *            pause_publication), and the client of the end. It keeps nothing for who is away.
 * Model:     what is under way on a connection that breaks is gone. Each end learns of that in its own time; until
 *            then it sends into the void. An agent that has connected again takes publication for started. Faults of
 *            single messages (loss, repetition, order) are the service's. channel_closed is lost only with its
 *            connection, and told again to a client that comes back.
 * Ownership: the world's; world_clear() ends it.
 */
#ifndef SSM_TESTS_WORLD_H
#define SSM_TESTS_WORLD_H

#include "ledger.h"
#include "plan.h"
#include "stream/channel.h"

enum world_way { FROM_CLIENT, TO_CLIENT, FROM_AGENT, TO_AGENT, WORLD_WAYS };

struct packet;

struct way {
	struct packet *first;		/* in the order in which they arrive */
	uint64_t last;			/* when the last one does that keeps its order */
};

enum happening_kind {
	HAPPEN_CLIENT_OPENS,
	HAPPEN_AGENT_OPENS,
	HAPPEN_CUT,
	HAPPEN_KILLED,			/* the client */
	HAPPEN_CLIENT_NOTICES,		/* that its connection is gone */
	HAPPEN_SERVICE_NOTICES,		/* that the client's is, or the agent's */
	HAPPEN_CLOSED,			/* the service hears that the session is over */
};

struct happening {
	enum happening_kind kind;
	uint64_t at;
	uint32_t number;		/* of the connection, or of the cut */
	uint32_t cut;
};

/* An end's connection to the service. */
struct link {
	bool up;			/* it carries messages */
	bool known;			/* the service takes it for there, behind the first message of a client */
	uint32_t number;		/* how many there were before */
};

#define CALENDAR_MAX 32

struct world {
	const struct plan *plan;
	struct dice dice;
	uint64_t now;
	struct channel *channel;
	struct agent *agent;
	struct way ways[WORLD_WAYS];
	struct link client, agent_link;
	struct happening calendar[CALENDAR_MAX];
	size_t planned;
	struct bytes closing;		/* channel_closed */
	bool closed;			/* the service has heard of it */
	uint64_t lost, disturbed;	/* messages; when the last one was, or a connection changed */
	unsigned client_cuts, pauses;	/* of the client's connection; that the agent was told */
	struct ledger ledger;
	bool known_to_agent;		/* that the client has the agent's first message */
	bool killed;			/* the client was: world->channel is another one's */
	bool replaced;			/* just now: nobody knows it yet */
	bool taken_over;		/* that one has been connected */
	bool over;			/* the agent is */
	void (*open_agent)(struct world *world);
	void (*open_channel)(struct world *world, bool adopt);
	struct bytes *trace;		/* lines; NULL: none are wanted */
};

void world_open(struct world *world, const struct plan *plan, struct digest *digest);
void world_clear(struct world *world);

void world_trace(struct world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Counts a message that is lost. */
void world_lose(struct world *world);

/* Takes what the client and the agent have to send now. */
void world_collect(struct world *world);

/* When the next message arrives or thing happens. */
uint64_t world_next(const struct world *world);

/* Lets one of them arrive or happen that is due; false when none is. */
bool world_step(struct world *world);

/* The program has ended: cuts that count from that are planned. */
void world_program_ended(struct world *world);

/* The agent has said that it is over. */
void world_agent_over(struct world *world, struct view text);

#endif
