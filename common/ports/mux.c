#include "ports/mux.h"

#include <stdlib.h>

#include "ports/pieces.h"
#include "stream/smux.h"

#define BUCKETS MUX_STREAMS_MAX		/* ids run in order, so that each has about one stream */
#define CONTROL_MAX (2 * SMUX_HEADER_LEN * (MUX_STREAMS_MAX + 1))
#define OUT_MAX (MUX_WAITING_MAX + CONTROL_MAX)
#define OUT_ROOM (OUT_MAX + MUX_WAITING_MAX)	/* more, so that what waits is moved to the front seldom */

struct stream {
	struct stream *chain;		/* of its bucket */
	struct stream *before, *behind;	/* in the list of those that are ready */
	void *owner;
	struct pieces waiting;
	uint32_t id;
	bool listed;
	bool ended;			/* END is behind what waits */
	bool lost;			/* BROKEN is, if it has not ended */
};

struct mux {
	struct smux_reader reader;
	struct bytes out;		/* what waits to go out, behind `gone` bytes that are out */
	size_t gone;
	struct pieces_pool pool;
	struct stream *first_ready, *last_ready;
	size_t count;
	uint32_t last_id;
	uint64_t nop_at;
	struct stream *buckets[BUCKETS];
};

enum ssm_err
mux_open(struct mux **mux, bool keepalive, uint64_t now, struct ssm_error *err)
{
	struct mux *made = calloc(1, sizeof *made);

	*mux = NULL;
	if (made == NULL)
		return ssm_fail_memory(err);
	made->out = (struct bytes)BYTES_INIT(OUT_ROOM);
	made->pool.max = MUX_BUFFER_MAX;
	made->last_id = 1;
	made->nop_at = keepalive ? now + MUX_KEEPALIVE_MS : MUX_NEVER;
	if (bytes_room(&made->out, OUT_ROOM) == NULL) {
		free(made);
		return ssm_fail_memory(err);
	}
	*mux = made;
	return SSM_OK;
}

void
mux_free(struct mux *mux)
{
	if (mux == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct stream *stream = mux->buckets[i], *next; stream != NULL; stream = next) {
			next = stream->chain;
			pieces_clear(&stream->waiting, &mux->pool);
			free(stream);
		}
	pieces_pool_clear(&mux->pool);
	bytes_clear(&mux->out);
	free(mux);
}

static size_t
waiting(const struct mux *mux)
{
	return mux->out.len - mux->gone;
}

/* There is room: data is cut to it, a FIN's was set aside at its SYN, and a NOP goes alone. */
static void
add_frame(struct mux *mux, enum smux_command command, uint32_t id, struct view data)
{
	if (mux->out.cap - mux->out.len < SMUX_HEADER_LEN + data.len) {
		bytes_drop(&mux->out, mux->gone);
		mux->gone = 0;
	}
	smux_add_header(&mux->out, command, data.len, id);
	bytes_add(&mux->out, data);
}

static struct stream *
find(const struct mux *mux, uint32_t id)
{
	struct stream *stream = mux->buckets[id / 2 % BUCKETS];

	while (stream != NULL && stream->id != id)
		stream = stream->chain;
	return stream;
}

static void
make_ready(struct mux *mux, struct stream *stream)
{
	if (stream->listed)
		return;
	stream->listed = true;
	stream->before = mux->last_ready;
	stream->behind = NULL;
	if (stream->before == NULL)
		mux->first_ready = stream;
	else
		stream->before->behind = stream;
	mux->last_ready = stream;
}

static void
unlist(struct mux *mux, struct stream *stream)
{
	if (!stream->listed)
		return;
	stream->listed = false;
	if (stream->before == NULL)
		mux->first_ready = stream->behind;
	else
		stream->before->behind = stream->behind;
	if (stream->behind == NULL)
		mux->last_ready = stream->before;
	else
		stream->behind->before = stream->before;
}

/* Each stream sends one FIN, when it goes, whoever was first: the agent's library forgets it at its own. */
static void
end_stream(struct mux *mux, struct stream *stream)
{
	struct stream **at = &mux->buckets[stream->id / 2 % BUCKETS];

	while (*at != stream)
		at = &(*at)->chain;
	*at = stream->chain;
	unlist(mux, stream);
	add_frame(mux, SMUX_FIN, stream->id, VIEW_NONE);
	pieces_clear(&stream->waiting, &mux->pool);
	free(stream);
	mux->count--;
}

/* Ids that have gone round are taken again, but for those of streams that are still open. */
static uint32_t
next_id(struct mux *mux)
{
	do
		mux->last_id += 2;
	while (find(mux, mux->last_id) != NULL);
	return mux->last_id;
}

/* Room for a SYN is there when the FIN of each open stream has its own, and a NOP. */
static bool
has_room_for_one(const struct mux *mux)
{
	return mux->count < MUX_STREAMS_MAX && waiting(mux) + (mux->count + 3) * SMUX_HEADER_LEN <= OUT_MAX;
}

uint32_t
mux_start(struct mux *mux)
{
	struct stream *stream, **bucket;

	if (mux->reader.broken || !has_room_for_one(mux) || (stream = calloc(1, sizeof *stream)) == NULL)
		return 0;
	stream->id = next_id(mux);
	bucket = &mux->buckets[stream->id / 2 % BUCKETS];
	stream->chain = *bucket;
	*bucket = stream;
	mux->count++;
	add_frame(mux, SMUX_SYN, stream->id, VIEW_NONE);
	return stream->id;
}

void
mux_set_owner(struct mux *mux, uint32_t stream, void *owner)
{
	struct stream *found = find(mux, stream);

	if (found != NULL)
		found->owner = owner;
}

void *
mux_owner(const struct mux *mux, uint32_t stream)
{
	const struct stream *found = find(mux, stream);

	return found == NULL ? NULL : found->owner;
}

/* Of the data that would be sent next. */
static size_t
frame_room(const struct mux *mux)
{
	size_t left = waiting(mux) < MUX_WAITING_MAX ? MUX_WAITING_MAX - waiting(mux) : 0;

	if (left <= SMUX_HEADER_LEN)
		return 0;
	return left - SMUX_HEADER_LEN < SMUX_DATA_MAX ? left - SMUX_HEADER_LEN : SMUX_DATA_MAX;
}

size_t
mux_send(struct mux *mux, uint32_t stream, struct view bytes)
{
	const struct stream *found = find(mux, stream);
	size_t taken = 0, len;

	if (mux->reader.broken || found == NULL || found->ended || found->lost)
		return bytes.len;
	while (taken < bytes.len && (len = frame_room(mux)) > 0) {
		if (len > bytes.len - taken)
			len = bytes.len - taken;
		add_frame(mux, SMUX_PSH, stream, view_slice(bytes, taken, taken + len));
		taken += len;
	}
	return taken;
}

size_t
mux_room(const struct mux *mux)
{
	const size_t frame = SMUX_HEADER_LEN + SMUX_DATA_MAX;
	size_t left = waiting(mux) < MUX_WAITING_MAX ? MUX_WAITING_MAX - waiting(mux) : 0;
	size_t rest = left % frame;

	return left / frame * SMUX_DATA_MAX + (rest > SMUX_HEADER_LEN ? rest - SMUX_HEADER_LEN : 0);
}

void
mux_finish(struct mux *mux, uint32_t stream)
{
	struct stream *found = find(mux, stream);

	if (found != NULL)
		end_stream(mux, found);
}

struct view
mux_waiting(const struct mux *mux)
{
	return view_slice(bytes_view(&mux->out), mux->gone, mux->out.len);
}

void
mux_took(struct mux *mux, size_t len)
{
	mux->gone += len;
	if (mux->gone < mux->out.len)
		return;
	mux->gone = 0;
	bytes_reset(&mux->out);
}

static void
take_frame(struct mux *mux, const struct smux_event *frame)
{
	struct stream *stream = frame->command == SMUX_FIN ? find(mux, frame->stream) : NULL;

	if (stream == NULL || stream->ended || stream->lost)
		return;
	stream->ended = true;
	make_ready(mux, stream);
}

/* False when the readers have to take some first. */
static bool
take_data(struct mux *mux, const struct smux_event *data, struct view *bytes)
{
	struct stream *stream = find(mux, data->stream);
	bool starved;
	size_t taken;

	if (stream == NULL || stream->ended || stream->lost) {
		smux_took(&mux->reader, bytes, data->data.len);
		return true;
	}
	taken = pieces_add(&stream->waiting, &mux->pool, data->data, &starved);
	smux_took(&mux->reader, bytes, taken);
	stream->lost = starved;
	if (taken > 0 || starved)
		make_ready(mux, stream);
	return taken == data->data.len || starved;
}

static void
break_all(struct mux *mux)
{
	mux->nop_at = MUX_NEVER;
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct stream *stream = mux->buckets[i]; stream != NULL; stream = stream->chain) {
			stream->lost = true;
			make_ready(mux, stream);
		}
}

size_t
mux_receive(struct mux *mux, struct view bytes, uint64_t now)
{
	bool was_broken = mux->reader.broken, going = true;
	struct view rest = bytes;
	struct smux_event event;

	mux_tick(mux, now);
	while (going)
		switch (smux_read(&mux->reader, &rest, &event)) {
		case SMUX_FRAME:
			take_frame(mux, &event);
			break;
		case SMUX_DATA:
			going = take_data(mux, &event, &rest);
			break;
		case SMUX_BROKEN:
			if (!was_broken)
				break_all(mux);
			return bytes.len;
		case SMUX_MORE:
			going = false;
		}
	return bytes.len - rest.len;
}

bool
mux_event(struct mux *mux, uint32_t stream, struct mux_event *event)
{
	struct stream *found = find(mux, stream);

	if (found == NULL)
		return false;
	*event = (struct mux_event){ .stream = stream, .owner = found->owner, .bytes = pieces_first(&found->waiting) };
	if (event->bytes.len > 0) {
		event->kind = MUX_DATA;
		return true;
	}
	if (!found->ended && !found->lost)
		return false;
	event->kind = found->ended ? MUX_END : MUX_BROKEN;
	end_stream(mux, found);
	return true;
}

void
mux_consumed(struct mux *mux, uint32_t stream, size_t len)
{
	struct stream *found = find(mux, stream);

	if (found != NULL)
		pieces_took(&found->waiting, &mux->pool, len);
}

uint32_t
mux_ready(struct mux *mux)
{
	struct stream *first = mux->first_ready;

	if (first == NULL)
		return 0;
	unlist(mux, first);
	return first->id;
}

bool
mux_is_broken(const struct mux *mux)
{
	return mux->reader.broken;
}

uint64_t
mux_deadline(const struct mux *mux)
{
	return mux->nop_at;
}

void
mux_tick(struct mux *mux, uint64_t now)
{
	if (now < mux->nop_at)
		return;
	mux->nop_at = now + MUX_KEEPALIVE_MS;
	if (waiting(mux) == 0)
		add_frame(mux, SMUX_NOP, 0, VIEW_NONE);
}

size_t
mux_count(const struct mux *mux)
{
	return mux->count;
}
