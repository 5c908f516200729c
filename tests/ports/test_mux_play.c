/*
 * Two sides from a seed: the client's half, and the agent's as its library has it, written here. Its streams echo,
 * swallow, send, or end when they like; readers are slow at times; bytes are cut anywhere. In the end every byte that
 * was to come has come, in order, and nothing is left.
 *
 * PLAY_SEEDS: how many are played; PLAY_FIRST: the first one.
 */
#include <stdio.h>
#include <stdlib.h>

#include "ports/mux.h"
#include "stream/smux.h"
#include "tap.h"

#define STREAMS 200			/* opened in a play */
#define OPEN 24				/* at a time */
#define TURNS_MAX 2000000

enum role { ECHO, SINK, SOURCE, ROLES };

struct end {				/* one stream, both its ends */
	uint32_t id;
	enum role role;
	bool open, told;		/* the client's: started and not finished; its end was told */
	bool node_open, node_was;
	size_t want;			/* bytes that the client sends, or that a source does */
	size_t sent, arrived;		/* from the client; at the node */
	size_t node_sent, read;		/* from the node; at the client's reader */
	bool client_ends, node_ends;	/* who ends it when all is there; both, or neither until the end */
	size_t hasty;			/* the client ends it when it has read so much; SIZE_MAX: it does not */
};

struct play {
	uint64_t dice;
	struct mux *mux;
	struct end ends[STREAMS];
	size_t started, over;
	struct bytes up, down;		/* on their way */
	struct smux_reader reader;
	size_t wrong;
	const char *what;
	bool slow;
};

static uint32_t
roll(struct play *play, uint32_t sides)
{
	play->dice = play->dice * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(play->dice >> 33) % sides;
}

static void
demand(struct play *play, bool holds, const char *what)
{
	if (holds)
		return;
	play->wrong++;
	if (play->what == NULL)
		play->what = what;
}

/* The byte at that place of a stream, up or down; an echo's is the same both ways. */
static char
byte_at(const struct end *end, bool down, size_t at)
{
	return (char)((at * 2654435761U + end->id * 40503U + (down && end->role != ECHO ? 77 : 0)) >> 7);
}

static void
fill(char *out, const struct end *end, bool down, size_t at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		out[i] = byte_at(end, down, at + i);
}

static bool
is_right(const struct end *end, bool down, size_t at, struct view bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		if (bytes.ptr[i] != byte_at(end, down, at + i))
			return false;
	return true;
}

static void
start_one(struct play *play)
{
	struct end *end = &play->ends[play->started];

	if (play->started == STREAMS || play->started - play->over >= OPEN || roll(play, 4) != 0)
		return;
	*end = (struct end){ .id = mux_start(play->mux), .role = (enum role)roll(play, ROLES), .open = true };
	demand(play, end->id == 3 + 2 * play->started, "a stream has the next number");
	end->want = roll(play, 3) == 0 ? roll(play, 300000) : roll(play, 3000);
	end->client_ends = roll(play, 2) == 0;
	end->node_ends = !end->client_ends || roll(play, 3) == 0;
	end->hasty = end->role != SINK && roll(play, 8) == 0 ? roll(play, 2000) : SIZE_MAX;
	mux_set_owner(play->mux, end->id, end);
	play->started++;
}

static bool
all_is_there(const struct end *end)
{
	if (end->role == SOURCE)
		return end->read == end->want;
	return end->arrived == end->want && (end->role == SINK || end->read == end->want);
}

static void
finish(struct play *play, struct end *end)
{
	mux_finish(play->mux, end->id);
	end->open = false;
	play->over++;
}

static void
client_sends(struct play *play, struct end *end)
{
	char piece[40000];
	size_t len = 1 + roll(play, roll(play, 4) == 0 ? sizeof piece : 2000), room = mux_room(play->mux), taken;

	if (end->role == SOURCE || !end->open)
		return;
	len = len < end->want - end->sent ? len : end->want - end->sent;
	fill(piece, end, false, end->sent, len);
	taken = mux_send(play->mux, end->id, (struct view){ piece, len });
	demand(play, taken == (len < room ? len : room) || !end->node_open, "what there is room for is taken");
	end->sent += taken;
}

/* Everything that there is, or at times only a part of it. */
static void
client_reads(struct play *play, uint32_t id)
{
	struct mux_event event;

	while (mux_event(play->mux, id, &event)) {
		struct end *end = event.owner;
		size_t len;

		demand(play, end->id == id && end->open && event.kind != MUX_BROKEN, "an event is a stream's that is open");
		if (event.kind == MUX_END) {
			demand(play, end->node_was && !end->node_open && end->read == end->node_sent,
			    "an end is the node's, behind all data");
			end->told = true;
			end->open = false;
			play->over++;
			return;
		}
		len = play->slow ? 1 + roll(play, (uint32_t)event.bytes.len) : event.bytes.len;
		demand(play, is_right(end, true, end->read, view_slice(event.bytes, 0, len)), "data is what was sent");
		end->read += len;
		mux_consumed(play->mux, id, len);
		if (end->read >= end->hasty) {
			finish(play, end);
			return;
		}
		if (play->slow && roll(play, 2) == 0)
			return;
	}
}

static void
client_turn(struct play *play)
{
	uint32_t id;

	start_one(play);
	for (size_t i = 0; i < play->started; i++) {
		struct end *end = &play->ends[i];

		if (end->open && roll(play, 3) == 0)
			client_sends(play, end);
		if (end->open && end->client_ends && all_is_there(end) && roll(play, 4) == 0)
			finish(play, end);
		else if (play->slow && end->open && roll(play, 4) == 0)
			client_reads(play, end->id);
	}
	if (roll(play, 50) == 0)
		play->slow = !play->slow;
	while ((id = mux_ready(play->mux)) != 0)
		client_reads(play, id);
}

static void
node_sends(struct play *play, struct end *end)
{
	size_t most = end->role == SOURCE ? end->want : end->role == ECHO ? end->arrived : 0, len;
	size_t frame = 1 + roll(play, roll(play, 5) == 0 ? 65535 : 1500);

	if (end->node_sent == most || play->down.len > 1000000)
		return;
	len = most - end->node_sent < frame ? most - end->node_sent : frame;
	smux_add_header(&play->down, SMUX_PSH, len, end->id);
	fill(bytes_room(&play->down, len), end, true, end->node_sent, len);
	bytes_grew(&play->down, len);
	end->node_sent += len;
}

static bool
node_is_done(const struct end *end)
{
	return end->role == SOURCE ? end->node_sent == end->want :
	    end->arrived == end->want && (end->role == SINK || end->node_sent == end->want);
}

static void
node_turn(struct play *play)
{
	for (size_t i = 0; i < play->started; i++) {
		struct end *end = &play->ends[i];

		if (!end->node_open)
			continue;
		if (roll(play, 3) == 0)
			node_sends(play, end);
		if (!end->node_ends || !node_is_done(end) || roll(play, 4) != 0)
			continue;
		smux_add_header(&play->down, SMUX_FIN, 0, end->id);
		end->node_open = false;
	}
	if (roll(play, 20) == 0)
		smux_add_header(&play->down, SMUX_NOP, 0, 0);
	if (roll(play, 100) == 0)
		smux_add_header(&play->down, SMUX_SYN, 0, 2);
}

static void
node_takes_frame(struct play *play, const struct smux_event *frame)
{
	bool known = frame->stream % 2 == 1 && frame->stream / 2 - 1 < play->started;
	struct end *end = &play->ends[known ? frame->stream / 2 - 1 : 0];

	demand(play, known, "a frame is a stream's");
	if (frame->command == SMUX_SYN) {
		demand(play, !end->node_was, "a SYN comes once");
		end->node_open = end->node_was = true;
		return;
	}
	demand(play, end->node_was, "a SYN comes first");
	if (frame->command == SMUX_FIN) {
		demand(play, !end->open, "a FIN comes when the client has ended");
		end->node_open = false;
	}
}

static void
node_receives(struct play *play, struct view bytes)
{
	struct smux_event event;
	enum smux_piece kind;

	while ((kind = smux_read(&play->reader, &bytes, &event)) == SMUX_FRAME || kind == SMUX_DATA) {
		struct end *end;

		if (kind == SMUX_FRAME) {
			node_takes_frame(play, &event);
			continue;
		}
		end = &play->ends[event.stream / 2 - 1];
		demand(play, !end->node_open || is_right(end, false, end->arrived, event.data), "what goes out is what was sent");
		end->arrived += event.data.len;
		smux_took(&play->reader, &bytes, event.data.len);
	}
	demand(play, kind == SMUX_MORE, "what goes out is smux");
}

/* Bytes move, cut anywhere. */
static void
carry(struct play *play)
{
	struct view waiting = mux_waiting(play->mux), down = bytes_view(&play->down);
	size_t up = waiting.len == 0 ? 0 : roll(play, (uint32_t)waiting.len + 1);
	size_t len = down.len == 0 ? 0 : roll(play, (uint32_t)down.len + 1), taken;

	if (roll(play, 10) == 0)
		up = up < 7 ? up : 7;
	node_receives(play, view_slice(waiting, 0, up));
	mux_took(play->mux, up);
	if (roll(play, 10) == 0)
		len = len < 11 ? len : 11;
	taken = mux_receive(play->mux, view_slice(down, 0, len), 0);
	demand(play, taken <= len, "no more is taken than there is");
	bytes_drop(&play->down, taken);
}

static bool
is_over(const struct play *play)
{
	return play->started == STREAMS && play->over == STREAMS && mux_waiting(play->mux).len == 0 && play->down.len == 0;
}

static void
judge(struct play *play)
{
	for (size_t i = 0; i < play->started; i++) {
		struct end *end = &play->ends[i];

		demand(play, !end->node_open, "each stream is over at the node");
		if (end->hasty == SIZE_MAX || end->told)
			demand(play, end->role == SOURCE || end->arrived == end->want || end->hasty != SIZE_MAX,
			    "all has come up");
		if (end->hasty == SIZE_MAX)
			demand(play, end->role == SINK || end->read == end->want, "all has come down");
	}
	demand(play, is_over(play), "it comes to an end");
	demand(play, mux_count(play->mux) == 0 && mux_ready(play->mux) == 0, "nothing is left");
}

static bool
play_one(uint64_t seed)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct play play = { .dice = seed * 2654435761U + 1, .up = BYTES_INIT(SIZE_MAX), .down = BYTES_INIT(SIZE_MAX) };
	bool opened = mux_open(&play.mux, false, 0, &err) == SSM_OK;

	for (size_t turn = 0; opened && turn < TURNS_MAX && play.wrong == 0 && !is_over(&play); turn++) {
		client_turn(&play);
		carry(&play);
		node_turn(&play);
	}
	if (opened)
		judge(&play);
	if (play.wrong > 0)
		diag("seed %llu: does not hold: %s", (unsigned long long)seed, play.what);
	mux_free(play.mux);
	bytes_clear(&play.up);
	bytes_clear(&play.down);
	ssm_error_clear(&err);
	return opened && play.wrong == 0;
}

static unsigned long long
number_of(const char *name, unsigned long long otherwise)
{
	const char *text = getenv(name);

	return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

int
main(void)
{
	unsigned long long first = number_of("PLAY_FIRST", 1), seeds = number_of("PLAY_SEEDS", 20), bad = 0;

	for (unsigned long long seed = first; seed < first + seeds; seed++)
		bad += !play_one(seed);
	is_number(bad, 0, "%llu plays of %d streams from seed %llu on go well", seeds, STREAMS, first);
	return done_testing();
}
