#include "sandbox/agent/mux.h"

#include <stdlib.h>

#define BUCKETS 1024
#define STREAM_MAX (2 * MUX_BUFFER)
#define OUTPUT_MAX (8 * 1024 * 1024)
#define KEPT 65536
#define NOP_PERIOD 10000
#define SILENCE_PERIOD 30000

LIST_HEAD(bucket, agentmux_stream);
TAILQ_HEAD(turns, agentmux_stream);

struct agentmux {
	struct smux_reader reader;
	struct bucket buckets[BUCKETS];
	struct turns fresh, changed;
	size_t fresh_count, buffered;
	struct bytes output;
	size_t sent;			/* of that */
	bool broken, heard;		/* heard: something came since the last look */
	uint64_t nop, look;		/* when they are due */
};

struct agentmux *
agentmux_new(bool keep_alive, uint64_t now)
{
	struct agentmux *mux = calloc(1, sizeof *mux);

	if (mux == NULL)
		return NULL;
	TAILQ_INIT(&mux->fresh);
	TAILQ_INIT(&mux->changed);
	mux->output = (struct bytes)BYTES_INIT(OUTPUT_MAX);
	mux->nop = keep_alive ? now + NOP_PERIOD : AGENT_NEVER;
	mux->look = keep_alive ? now + SILENCE_PERIOD : AGENT_NEVER;
	return mux;
}

static void
forget(struct agentmux *mux, struct agentmux_stream *stream)
{
	mux->buffered -= stream->input.len - stream->taken;
	if (stream->fresh || stream->changed)
		TAILQ_REMOVE(stream->fresh ? &mux->fresh : &mux->changed, stream, turn);
	mux->fresh_count -= stream->fresh;
	LIST_REMOVE(stream, link);
	bytes_clear(&stream->input);
	free(stream);
}

void
agentmux_free(struct agentmux *mux)
{
	struct agentmux_stream *stream;

	if (mux == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		while ((stream = LIST_FIRST(&mux->buckets[i])) != NULL)
			forget(mux, stream);
	bytes_clear(&mux->output);
	free(mux);
}

static struct bucket *
bucket_of(struct agentmux *mux, uint32_t id)
{
	return &mux->buckets[id / 2 % BUCKETS];		/* clients count by twos */
}

static struct agentmux_stream *
find(struct agentmux *mux, uint32_t id)
{
	struct agentmux_stream *stream;

	LIST_FOREACH(stream, bucket_of(mux, id), link)
		if (stream->id == id)
			return stream;
	return NULL;
}

static void
note(struct agentmux *mux, struct agentmux_stream *stream)
{
	if (stream->fresh || stream->changed)
		return;
	TAILQ_INSERT_TAIL(&mux->changed, stream, turn);
	stream->changed = true;
}

static void
add(struct agentmux *mux, uint32_t id)
{
	struct agentmux_stream *stream = calloc(1, sizeof *stream);

	if (stream == NULL) {
		mux->broken = true;
		return;
	}
	stream->id = id;
	stream->fresh = true;
	stream->input = (struct bytes)BYTES_INIT(STREAM_MAX);
	LIST_INSERT_HEAD(bucket_of(mux, id), stream, link);
	TAILQ_INSERT_TAIL(&mux->fresh, stream, turn);
	mux->fresh_count++;
}

static void
take_frame(struct agentmux *mux, const struct smux_event *event)
{
	struct agentmux_stream *stream = find(mux, event->stream);

	mux->heard = true;
	if (event->command == SMUX_SYN && stream == NULL) {
		add(mux, event->stream);
	} else if (event->command == SMUX_FIN && stream != NULL) {
		stream->ended = true;
		note(mux, stream);
	}
}

static void
take_data(struct agentmux *mux, const struct smux_event *event)
{
	struct agentmux_stream *stream = find(mux, event->stream);
	size_t before;

	if (stream == NULL || stream->ended)
		return;
	before = stream->input.len;
	bytes_add(&stream->input, event->data);
	mux->broken = bytes_failed(&stream->input);
	mux->buffered += stream->input.len - before;
	note(mux, stream);
}

void
agentmux_receive(struct agentmux *mux, struct view bytes)
{
	struct smux_event event;

	while (!mux->broken) {
		switch (smux_read(&mux->reader, &bytes, &event)) {
		case SMUX_MORE:
			return;
		case SMUX_FRAME:
			take_frame(mux, &event);
			break;
		case SMUX_DATA:
			take_data(mux, &event);
			smux_took(&mux->reader, &bytes, event.data.len);
			break;
		case SMUX_BROKEN:
			mux->broken = true;
			break;
		}
	}
}

struct agentmux_stream *
agentmux_new_stream(struct agentmux *mux)
{
	struct agentmux_stream *stream = TAILQ_FIRST(&mux->fresh);

	if (stream == NULL)
		return NULL;
	TAILQ_REMOVE(&mux->fresh, stream, turn);
	mux->fresh_count--;
	stream->fresh = false;
	note(mux, stream);
	return stream;
}

struct agentmux_stream *
agentmux_changed(struct agentmux *mux)
{
	struct agentmux_stream *stream = TAILQ_FIRST(&mux->changed);

	if (stream == NULL)
		return NULL;
	TAILQ_REMOVE(&mux->changed, stream, turn);
	stream->changed = false;
	return stream;
}

struct view
agentmux_input(const struct agentmux_stream *stream)
{
	return view_slice(bytes_view(&stream->input), stream->taken, stream->input.len);
}

/* What is gone is moved away only when it is the larger part. */
void
agentmux_took(struct agentmux *mux, struct agentmux_stream *stream, size_t count)
{
	stream->taken += count;
	mux->buffered -= count;
	if (stream->taken == stream->input.len) {
		bytes_recycle(&stream->input, KEPT);
		stream->taken = 0;
	} else if (stream->taken > stream->input.len / 2) {
		bytes_drop(&stream->input, stream->taken);
		stream->taken = 0;
	}
}

void
agentmux_send(struct agentmux *mux, const struct agentmux_stream *stream, struct view bytes)
{
	smux_add_header(&mux->output, SMUX_PSH, bytes.len, stream->id);
	bytes_add(&mux->output, bytes);
	mux->broken |= bytes_failed(&mux->output);
}

void
agentmux_end(struct agentmux *mux, struct agentmux_stream *stream)
{
	smux_add_header(&mux->output, SMUX_FIN, 0, stream->id);
	mux->broken |= bytes_failed(&mux->output);
	forget(mux, stream);
}

bool
agentmux_is_full(const struct agentmux *mux)
{
	return mux->buffered >= MUX_BUFFER || mux->fresh_count >= MUX_WAITING_MAX;
}

bool
agentmux_is_stuffed(const struct agentmux *mux)
{
	return mux->output.len - mux->sent >= MUX_OUTPUT_FULL;
}

bool
agentmux_is_broken(const struct agentmux *mux)
{
	return mux->broken;
}

struct view
agentmux_output(const struct agentmux *mux)
{
	return view_slice(bytes_view(&mux->output), mux->sent, mux->output.len);
}

void
agentmux_sent(struct agentmux *mux, size_t count)
{
	mux->sent += count;
	if (mux->sent == mux->output.len) {
		bytes_recycle(&mux->output, KEPT);
		mux->sent = 0;
	} else if (mux->sent > KEPT) {
		bytes_drop(&mux->output, mux->sent);
		mux->sent = 0;
	}
}

/* A session whose buffer is full has not looked whether something came. */
void
agentmux_tick(struct agentmux *mux, uint64_t now)
{
	if (now >= mux->nop) {
		mux->nop = now + NOP_PERIOD;
		smux_add_header(&mux->output, SMUX_NOP, 0, 0);
	}
	if (now >= mux->look) {
		mux->look = now + SILENCE_PERIOD;
		mux->broken |= !mux->heard && !agentmux_is_full(mux);
		mux->heard = false;
	}
}

uint64_t
agentmux_deadline(const struct agentmux *mux)
{
	return mux->nop < mux->look ? mux->nop : mux->look;
}
