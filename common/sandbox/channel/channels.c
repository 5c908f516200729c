#include "sandbox/channel/channels.h"

#include <stdlib.h>

#include "core/base64.h"
#include "sandbox/node/node.h"
#include "sign/digest.h"

#define HASH_START 2166136261U
#define HASH_FACTOR 16777619U

void
sandbox_channels_init(struct sandbox_channels *channels)
{
	for (size_t i = 0; i < SANDBOX_BUCKETS; i++)
		LIST_INIT(&channels->buckets[i]);
	TAILQ_INIT(&channels->idle);
	TAILQ_INIT(&channels->open);
	channels->idle_count = channels->opened = 0;
}

static struct sandbox_bucket *
bucket_of(struct sandbox_channels *channels, struct view id)
{
	unsigned hash = HASH_START;

	for (size_t i = 0; i < id.len; i++)
		hash = (hash ^ (unsigned char)id.ptr[i]) * HASH_FACTOR;
	return &channels->buckets[hash % SANDBOX_BUCKETS];
}

struct sandbox_channel *
sandbox_channels_find(struct sandbox_channels *channels, struct view id)
{
	struct sandbox_channel *channel;

	LIST_FOREACH(channel, bucket_of(channels, id), link)
		if (view_is(id, channel->id))
			return channel;
	return NULL;
}

struct fault_session
sandbox_channel_session(const struct sandbox_channel *channel)
{
	return (struct fault_session){ view_of(channel->id), channel->nth };
}

struct fault_session
sandbox_channels_session(struct sandbox_channels *channels, struct view id)
{
	const struct sandbox_channel *channel = sandbox_channels_find(channels, id);

	return channel != NULL ? sandbox_channel_session(channel) : (struct fault_session){ id, 0 };
}

static void
drop(struct sandbox_channel *channel)
{
	LIST_REMOVE(channel, link);
	bytes_clear(&channel->command);
	bytes_free(channel, sizeof *channel);
}

static void
drop_idle(struct sandbox_channels *channels)
{
	struct sandbox_channel *oldest = TAILQ_FIRST(&channels->idle);

	TAILQ_REMOVE(&channels->idle, oldest, age);
	channels->idle_count--;
	drop(oldest);
}

static struct sandbox_channel *
add(struct sandbox_channels *channels, struct view id)
{
	struct sandbox_channel *channel;

	if (channels->idle_count >= SANDBOX_CHANNELS_IDLE)
		drop_idle(channels);
	if (id.len > SESSION_ID_MAX || (channel = calloc(1, sizeof *channel)) == NULL)
		return NULL;
	memcpy(channel->id, id.ptr, id.len);
	channel->command = (struct bytes)BYTES_INIT(SANDBOX_COMMAND_MAX);
	LIST_INSERT_HEAD(bucket_of(channels, id), channel, link);
	TAILQ_INSERT_TAIL(&channels->idle, channel, age);
	channels->idle_count++;
	return channel;
}

/* Base64 of 3 * groups bytes: 4 * groups characters, no padding. */
static void
add_random(struct bytes *out, size_t groups)
{
	char raw[3];

	while (groups-- > 0) {
		arc4random_buf(raw, sizeof raw);
		base64_add(out, (struct view){ raw, sizeof raw });
	}
}

/* Of the length of AWS's, the cell number with a '+' and a '/' that are not encoded. */
static bool
draw(struct sandbox_channel *channel, bool keep_cell)
{
	struct bytes text = BYTES_INIT(SANDBOX_TOKEN_LEN + SANDBOX_CELL_LEN);
	bool drawn;

	bytes_add(&text, VIEW("AAEAA"));
	add_random(&text, 60);
	bytes_add(&text, VIEW("w=="));
	bytes_add(&text, VIEW("AAEAA+"));
	add_random(&text, 5);
	bytes_add_char(&text, '/');
	add_random(&text, 10);
	bytes_add(&text, VIEW("QAw=="));
	drawn = text.len == SANDBOX_TOKEN_LEN + SANDBOX_CELL_LEN;
	if (drawn) {
		memcpy(channel->token, text.ptr, SANDBOX_TOKEN_LEN);
		if (!keep_cell || *channel->cell == '\0')
			memcpy(channel->cell, text.ptr + SANDBOX_TOKEN_LEN, SANDBOX_CELL_LEN);
	}
	bytes_clear(&text);
	return drawn;
}

struct sandbox_channel *
sandbox_channels_grant(struct sandbox_channels *channels, struct view id, time_t now)
{
	struct sandbox_channel *channel = sandbox_channels_find(channels, id);

	if (channel == NULL)
		channel = add(channels, id);
	if (channel == NULL || !draw(channel, channels->keep_cells))
		return NULL;
	channel->used = false;
	channel->granted = now;
	return channel;
}

bool
sandbox_channel_has_cell(const struct sandbox_channel *channel, struct view cell, time_t now)
{
	return view_is(cell, channel->cell) && now - channel->granted <= SANDBOX_GRANT_SECONDS;
}

const char *
sandbox_channel_use(struct sandbox_channel *channel, struct view token, time_t now)
{
	if (channel->over)
		return "the session is over";
	if (channel->used)
		return "the token has been used already";
	if (!digest_equal(token, view_of(channel->token)))
		return "the token is not valid for this session";
	channel->used = true;
	explicit_bzero(channel->token, sizeof channel->token);
	return now - channel->granted > SANDBOX_GRANT_SECONDS ? "the token has expired" : NULL;
}

void
sandbox_channel_sort(struct sandbox_channels *channels, struct sandbox_channel *channel, struct node *node)
{
	if ((channel->node == NULL) == (node == NULL)) {
		channel->node = node;
		return;
	}
	TAILQ_REMOVE(node != NULL ? &channels->idle : &channels->open, channel, age);
	TAILQ_INSERT_TAIL(node != NULL ? &channels->open : &channels->idle, channel, age);
	channels->idle_count += node != NULL ? (size_t)-1 : 1;
	if (node != NULL && channel->nth == 0)
		channel->nth = ++channels->opened;
	channel->node = node;
}

static void
kill_programs(struct sandbox_channels *channels)
{
	struct sandbox_channel *channel;
	struct node **nodes;
	size_t count = 0;

	TAILQ_FOREACH(channel, &channels->open, age)
		count++;
	if ((nodes = calloc(count + 1, sizeof *nodes)) == NULL)
		return;
	count = 0;
	TAILQ_FOREACH(channel, &channels->open, age)
		nodes[count++] = channel->node;
	node_kill_all(nodes, count);
	free(nodes);
}

void
sandbox_channels_clear(struct sandbox_channels *channels)
{
	struct sandbox_channel *channel;

	kill_programs(channels);
	while ((channel = TAILQ_FIRST(&channels->open)) != NULL) {
		TAILQ_REMOVE(&channels->open, channel, age);
		node_free(channel->node);
		drop(channel);
	}
	while (channels->idle_count > 0)
		drop_idle(channels);
}
