/*
 * sandbox/channel/channels: the data channels that clients may open, by session.
 *
 * Purpose:   for each session that StartSession or ResumeSession gave a token: the token, the cell number, what runs
 *            behind the channel, and the node once a client has opened it.
 * Ownership: the table owns its channels and their nodes; a channel lives until sandbox_channels_clear(), or, without
 *            a node, until SANDBOX_CHANNELS_IDLE others were granted after it.
 * Limits:    a grant is good for SANDBOX_GRANT_SECONDS: its token once, its cell number until the next grant.
 * Errors:    NULL when there is no memory.
 */
#ifndef SSM_SANDBOX_CHANNEL_CHANNELS_H
#define SSM_SANDBOX_CHANNEL_CHANNELS_H

#include <sys/queue.h>
#include <time.h>

#include "core/bytes.h"
#include "sandbox/agent.h"
#include "sandbox/fault/faults.h"
#include "sandbox/sessions.h"

#define SANDBOX_GRANT_SECONDS 300
#define SANDBOX_CHANNELS_IDLE 4000
#define SANDBOX_BUCKETS 1024
#define SANDBOX_TOKEN_LEN 248
#define SANDBOX_CELL_LEN 72
#define SANDBOX_COMMAND_MAX 65536
#define SANDBOX_PORT_MAX 5
#define SANDBOX_HOST_MAX 253

struct node;
struct sandbox_service;

/* What a session is for. */
struct sandbox_purpose {
	enum agent_session session;
	bool forwards;			/* of a port: its type is LocalPortForwarding */
	char port[SANDBOX_PORT_MAX + 1], local_port[SANDBOX_PORT_MAX + 1];
	char host[SANDBOX_HOST_MAX + 1];
};

struct sandbox_channel {
	char id[SESSION_ID_MAX + 1];
	char token[SANDBOX_TOKEN_LEN + 1], cell[SANDBOX_CELL_LEN + 1];
	time_t granted;
	bool used;			/* the token was; it is wiped then */
	bool over;			/* the session is */
	unsigned nth;			/* in the order in which they were opened first; 0: not yet */
	struct sandbox_purpose purpose;
	struct bytes command;
	struct sandbox_service *service;	/* once it was opened */
	struct node *node;
	void *client;			/* who has it: a struct websocket, or NULL */
	LIST_ENTRY(sandbox_channel) link;
	TAILQ_ENTRY(sandbox_channel) age;
};

LIST_HEAD(sandbox_bucket, sandbox_channel);
TAILQ_HEAD(sandbox_channel_list, sandbox_channel);

struct sandbox_channels {
	struct sandbox_bucket buckets[SANDBOX_BUCKETS];
	struct sandbox_channel_list idle, open;	/* without a node, the oldest first; with one */
	size_t idle_count;
	unsigned opened;
	bool keep_cells;		/* a session has one cell number for good */
};

void sandbox_channels_init(struct sandbox_channels *channels);

struct sandbox_channel *sandbox_channels_find(struct sandbox_channels *channels, struct view id);

/* Of a channel, and of an id, for which there may be none: what rules of --fault see of it. */
struct fault_session sandbox_channel_session(const struct sandbox_channel *channel);
struct fault_session sandbox_channels_session(struct sandbox_channels *channels, struct view id);

/* A new token and, unless they are kept, a new cell number for the session's channel, which is a shell's if it is new. */
struct sandbox_channel *sandbox_channels_grant(struct sandbox_channels *channels, struct view id, time_t now);

/* Whether this is the cell number that was told last, and is not too old. */
bool sandbox_channel_has_cell(const struct sandbox_channel *channel, struct view cell, time_t now);

/* Uses the token up. NULL, or why it does not open the channel. */
const char *sandbox_channel_use(struct sandbox_channel *channel, struct view token, time_t now);

/* The channel has got its node, or has lost it. */
void sandbox_channel_sort(struct sandbox_channels *channels, struct sandbox_channel *channel, struct node *node);

void sandbox_channels_clear(struct sandbox_channels *channels);

#endif
