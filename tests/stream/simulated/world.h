/*
 * world: all that is outside of a simulated session's client and agent: the clock, their connections, the service.
 *
 * Purpose:   carries messages over two connections and the service between them, with the delays, faults and outages
 *            of a plan; tells the agent and the client of each other as the service does (start_publication,
 *            pause_publication), and the client of the end. It keeps nothing for who is away. When the client is back
 *            is for its lifeline to say.
 * Model:     what is under way on a connection that breaks is gone. Each end learns of that in its own time; until
 *            then it sends into the void. An agent that has connected again takes publication for started. Faults of
 *            single messages (loss, repetition, order) are the service's. channel_closed is lost only with its
 *            connection, and told again to a client that comes back. Pings are answered by the service. An agent
 *            that has died comes back without its sessions: the service closes them.
 * Ownership: the world's; world_clear() ends it.
 */
#ifndef SSM_TESTS_WORLD_H
#define SSM_TESTS_WORLD_H

#include "ledger.h"
#include "lifeline.h"
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
	HAPPEN_AGENT_DIES,
	HAPPEN_CUT,
	HAPPEN_KILLED,			/* the client */
	HAPPEN_CLIENT_NOTICES,		/* that its connection is gone */
	HAPPEN_SERVICE_MISSES_CLIENT,
	HAPPEN_SERVICE_MISSES_AGENT,
	HAPPEN_SLEEPS,			/* the client's machine, or the client alone */
	HAPPEN_WAKES,
	HAPPEN_CHANGES,			/* the client's network */
	HAPPEN_PAUSES,			/* publication */
	HAPPEN_STARTS,
	HAPPEN_CLOSED,			/* the service hears that the session is over */
};

struct happening {
	enum happening_kind kind;
	uint64_t at;
	uint32_t number;		/* of the connection, or in the plan */
};

/* An end's connection to the service. */
struct link {
	bool up;			/* it carries messages */
	uint64_t stalled;		/* but only then */
	bool known;			/* the service takes it for there, behind the first message of a client */
	uint32_t number;		/* how many there were before */
};

#define CALENDAR_MAX 64

struct world {
	const struct plan *plan;
	struct dice dice;
	uint64_t now;
	struct channel *channel;
	struct agent *agent;
	struct lifeline line;
	struct way ways[WORLD_WAYS];
	struct link client, agent_link;
	struct happening calendar[CALENDAR_MAX];
	size_t planned;
	struct bytes closing;		/* channel_closed */
	bool closed;			/* the service has heard of it */
	uint64_t lost, disturbed;	/* messages; when the last one was, or a connection changed */
	unsigned troubles;		/* that may cost output though no message is lost */
	enum plan_outage outage;
	uint64_t outage_until;
	bool asleep;			/* the client */
	uint64_t wakes;
	uint64_t behind;		/* the client's clock, which stands while its machine sleeps */
	bool held;			/* the client does not read */
	unsigned client_cuts, pauses;	/* of the client's connection; that the agent was told */
	struct ledger ledger;
	bool known_to_agent;		/* that the client has the agent's first message */
	bool killed;			/* the client was: world->channel is another one's */
	bool replaced;			/* just now: nobody knows it yet */
	bool taken_over;		/* that one has been connected */
	bool over;			/* the agent is, in order */
	bool agent_dead;		/* it is, without a word */
	void (*open_agent)(struct world *world);
	void (*open_channel)(struct world *world, bool adopt);
	struct bytes *trace;		/* lines; NULL: none are wanted */
};

void world_open(struct world *world, const struct plan *plan, struct digest *digest);
void world_clear(struct world *world);

void world_trace(struct world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Things were not as they should be, until then. */
void world_disturb(struct world *world, uint64_t until);

/* Counts a message that is lost. */
void world_lose(struct world *world);

static inline uint64_t
world_client_now(const struct world *world)
{
	return world->now - world->behind;
}

void world_plan(struct world *world, enum happening_kind kind, uint64_t at, uint32_t number);
void world_tell(struct world *world, enum world_way way, enum message_type type);
void world_tell_client(struct world *world, enum message_type type);

/* channel_closed, as the service will send it. */
void world_make_closing(struct world *world, struct view text);

/* What becomes of the agent and its connection; publication as the service tells of it. */
void world_agent_connects(struct world *world);
void world_agent_dies(struct world *world);
void world_cut_agent(struct world *world, const struct plan_cut *cut);
void world_pause_agent(struct world *world);
void world_publish(struct world *world, bool start);

/* What the client does to its connection, and what becomes of that, of the client and its machine. */
void world_client_begins(struct world *world);
void world_client_connects(struct world *world);
void world_client_hangs_up(struct world *world);
void world_client_finds_silence(struct world *world);
void world_client_notices(struct world *world, uint32_t connection);
void world_client_sleeps(struct world *world, uint32_t number);
void world_client_wakes(struct world *world, uint32_t number);
void world_client_is_killed(struct world *world);
void world_cut_client(struct world *world, const struct plan_cut *cut);
void world_drop_client(struct world *world);
void world_ping(struct world *world);

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
