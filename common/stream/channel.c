#include "stream/channel.h"

#include <stdlib.h>

#include "stream/delivery.h"
#include "stream/incoming.h"
#include "stream/outgoing.h"

#define TEXT_MAX 256			/* bytes of an id, or a version */

static void
init(struct channel *channel, const struct channel_options *options)
{
	*channel = (struct channel){ .digest = options->digest, .random = options->random,
	    .context = options->context, .epoch = options->epoch, .ahead = CHANNEL_AHEAD,
	    .client_id = BYTES_INIT(TEXT_MAX), .client_version = BYTES_INIT(TEXT_MAX),
	    .payload = BYTES_INIT(MESSAGE_MAX), .message = BYTES_INIT(MESSAGE_MAX),
	    .sealed = BYTES_INIT(MESSAGE_MAX), .opened = BYTES_INIT(MESSAGE_MAX),
	    .tail = BYTES_INIT(CHANNEL_PAYLOAD_MAX), .arrivals = ARRIVALS_INIT, .backlog = BACKLOG_INIT };
	window_init(&channel->window, CHANNEL_WINDOW);
	handshake_init(&channel->handshake);
	adoption_init(&channel->adoption, options->adopt);
	bytes_add_text(&channel->client_id, options->client_id);
	bytes_add_text(&channel->client_version, options->client_version);
}

enum ssm_err
channel_open(struct channel **channel, const struct channel_options *options, struct ssm_error *err)
{
	if ((*channel = malloc(sizeof **channel)) == NULL)
		return ssm_fail_memory(err);
	init(*channel, options);
	if (!bytes_failed(&(*channel)->client_id) && !bytes_failed(&(*channel)->client_version))
		return SSM_OK;
	channel_free(*channel);
	*channel = NULL;
	return ssm_fail_memory(err);
}

void
channel_free(struct channel *channel)
{
	if (channel == NULL)
		return;
	window_clear(&channel->window);
	receipts_clear(&channel->receipts);
	receipts_clear(&channel->held);
	arrivals_clear(&channel->arrivals);
	backlog_clear(&channel->backlog);
	handshake_clear(&channel->handshake);
	cipher_free(channel->cipher);
	bytes_clear(&channel->sealed);
	bytes_clear(&channel->opened);
	bytes_clear(&channel->client_id);
	bytes_clear(&channel->client_version);
	bytes_clear(&channel->closing);
	bytes_clear(&channel->opening);
	bytes_clear(&channel->payload);
	bytes_clear(&channel->message);
	bytes_clear(&channel->tail);
	free(channel);
}

void
channel_connected(struct channel *channel, struct view token, uint64_t now)
{
	if (channel->phase == CHANNEL_OVER || channel->phase == CHANNEL_DEAD)
		return;
	channel->connected = true;
	channel->dates.answer = 0;
	outgoing_open(channel, token);
	window_connected(&channel->window);
	adoption_connected(&channel->adoption, now);
	silence_connected(&channel->silence, now);
	receipts_again(&channel->receipts, now);
}

/* It may, once the handshake is answered, whatever this end has heard of that. */
static bool
command_may_run(const struct channel *channel)
{
	if (channel->phase == CHANNEL_STARTING)
		return channel->handshake.asked;
	return channel->phase == CHANNEL_RUNNING && !channel->command.exit;
}

void
channel_lost(struct channel *channel, uint64_t now)
{
	(void)now;
	bytes_clear(&channel->opening);
	channel->opening_due = false;
	if (channel->connected && command_may_run(channel)) {
		channel->command.lost = true;
		channel->command.live |= channel->command.output;
	}
	channel->connected = false;
}

void
channel_receive(struct channel *channel, struct view message, bool text, uint64_t now)
{
	(void)text;			/* the official client takes both for the same */
	incoming_message(channel, message, now);
}

size_t
channel_send(struct channel *channel, struct view bytes, uint64_t now)
{
	outgoing_forget_opening(channel);
	return outgoing_input(channel, bytes, now);
}

size_t
channel_room(const struct channel *channel)
{
	return outgoing_room(channel);
}

void
channel_resize(struct channel *channel, unsigned columns, unsigned rows, uint64_t now)
{
	if (columns == channel->columns && rows == channel->rows)
		return;
	channel->columns = columns;
	channel->rows = rows;
	channel_resize_again(channel, now);
}

void
channel_resize_again(struct channel *channel, uint64_t now)
{
	(void)now;
	channel->size_due = channel->columns > 0 && channel->rows > 0;
}

bool
channel_send_flag(struct channel *channel, enum channel_flag flag, uint64_t now)
{
	const char payload[] = { 0, 0, 0, (char)flag };

	outgoing_forget_opening(channel);
	if (channel->phase != CHANNEL_RUNNING || !window_has_reserve(&channel->window))
		return false;
	outgoing_flush(channel, now);
	return outgoing_add(channel, PAYLOAD_FLAG, (struct view){ payload, sizeof payload }, now);
}

bool
channel_next(struct channel *channel, struct channel_outgoing *out, uint64_t now)
{
	incoming_advance(channel, now);
	return outgoing_next(channel, &out->message, &out->text, now);
}

uint64_t
channel_deadline(const struct channel *channel)
{
	return outgoing_deadline(channel);
}

static void
show_piece(struct channel *channel, const struct backlog_piece *piece, struct view bytes,
    struct channel_event *event)
{
	static const enum channel_event_kind kinds[] = {
		[BACKLOG_OUTPUT] = CHANNEL_OUTPUT,
		[BACKLOG_ERROR_OUTPUT] = CHANNEL_ERROR_OUTPUT,
		[BACKLOG_TEXT] = CHANNEL_TEXT,
		[BACKLOG_EXIT] = CHANNEL_EXIT,
		[BACKLOG_FLAG] = CHANNEL_FLAG,
	};

	event->kind = kinds[piece->kind];
	event->exit_code = piece->exit_code;
	event->flag = piece->flag;
	if (piece->kind > BACKLOG_ERROR_OUTPUT) {
		event->text = bytes;
		channel->piece_told = true;
	} else {
		event->bytes = bytes;
	}
}

static bool
has_failed(const struct channel *channel)
{
	return channel->failure != NULL || channel->handshake.refusal.len > 0;
}

/* A refusal is told when the node knows of it: who is told ends the connection. */
static bool
show_end(struct channel *channel, struct channel_event *event)
{
	if (channel->phase == CHANNEL_STARTING || channel->phase == CHANNEL_RUNNING ||
	    (channel->phase == CHANNEL_BROKEN && outgoing_deadline(channel) == 0))
		return false;
	channel->last_told = true;
	if (!has_failed(channel)) {
		event->kind = CHANNEL_ENDED;
		event->text = bytes_view(&channel->closing);
		event->incomplete = incoming_is_incomplete(channel);
		event->doubtful = incoming_is_doubtful(channel);
		return true;
	}
	event->kind = CHANNEL_FAILED;
	event->rc = SSM_E_OTHER;
	event->keep = channel->keep;
	event->text = channel->failure != NULL ? view_of(channel->failure) :
	    bytes_view(&channel->handshake.refusal);
	return true;
}

/* What is told at once, whatever output waits. */
static bool
show_change(struct channel *channel, struct channel_event *event)
{
	bool away = channel->window.away != WINDOW_NEVER;

	if (channel->adopted_due) {
		channel->adopted_due = false;
		event->kind = CHANNEL_ADOPTED;
		event->input = channel->adoption.number;
		event->output = adoption_first(&channel->adoption);
		return true;
	}
	if (channel->key_due) {
		channel->key_due = false;
		event->kind = CHANNEL_KEY_WANTED;
		event->text = bytes_view(&channel->handshake.key.id);
		event->bytes = bytes_view(&channel->handshake.key.challenge);
		return true;
	}
	if (channel->ready_due) {
		channel->ready_due = false;
		event->kind = CHANNEL_READY;
		event->session = channel->handshake.session;
		event->port = &channel->handshake.port;
		return true;
	}
	if (away == channel->away_told)
		return false;
	channel->away_told = away;
	event->kind = away ? CHANNEL_AWAY : CHANNEL_BACK;
	return true;
}

bool
channel_event(struct channel *channel, struct channel_event *event)
{
	const struct backlog_piece *piece;
	struct view bytes;

	*event = (struct channel_event){ .kind = CHANNEL_READY };
	outgoing_forget_opening(channel);
	channel->news = false;
	if (channel->last_told)
		return false;
	if (channel->piece_told)
		backlog_took(&channel->backlog, SIZE_MAX);
	channel->piece_told = false;
	if (show_change(channel, event))
		return true;
	if ((piece = backlog_next(&channel->backlog, &bytes)) == NULL)
		return show_end(channel, event);
	show_piece(channel, piece, bytes, event);
	return true;
}

void
channel_took(struct channel *channel, size_t len)
{
	if (!channel->piece_told)
		backlog_took(&channel->backlog, len);
}

bool
channel_is_crowded(const struct channel *channel)
{
	return incoming_is_crowded(channel);
}

void
channel_count(const struct channel *channel, struct channel_counters *counters)
{
	const struct channel_tally *tally = &channel->tally;
	const struct window *window = &channel->window;
	bool waits = channel->tail.len > 0;

	*counters = (struct channel_counters){ .bytes_in = tally->bytes_in, .bytes_out = tally->bytes_out,
	    .messages_in = tally->messages_in, .messages_out = tally->messages_out,
	    .repeated = tally->repeated, .duplicates = tally->duplicates,
	    .out_of_order = tally->out_of_order, .refused = tally->refused, .heard = tally->heard,
	    .unacknowledged = window->count + waits, .next = (uint64_t)window->next + waits,
	    .in_doubt = window_in_doubt(window) };
	counters->missing = window->oldest != NULL ? (uint64_t)window->oldest->sequence : (uint64_t)window->next;
	counters->oldest = waits ? channel->tail_since : CHANNEL_NEVER;
	if (window->oldest != NULL && !outgoing_may_ask(channel))
		counters->oldest = window->oldest->since;
}

bool
channel_has_end(const struct channel *channel)
{
	return channel->phase == CHANNEL_OVER || channel->phase == CHANNEL_DEAD;
}

bool
channel_is_ready(const struct channel *channel)
{
	return channel->phase == CHANNEL_RUNNING;
}

static bool
is_key_awaited(const struct channel *channel)
{
	return channel->phase == CHANNEL_STARTING && handshake_wants_key(&channel->handshake);
}

void
channel_key(struct channel *channel, const unsigned char key[CHANNEL_KEY_LEN], struct view ciphertext, uint64_t now)
{
	if (!is_key_awaited(channel) || ciphertext.len == 0)
		return;
	if ((channel->cipher = cipher_new(key, CIPHER_CLIENT)) == NULL) {
		channel_die(channel, CHANNEL_NO_CIPHER);
		return;
	}
	handshake_take_key(&channel->handshake, ciphertext);
	delivery_answer(channel, now);
}

void
channel_key_refused(struct channel *channel, struct view reason, uint64_t now)
{
	if (!is_key_awaited(channel) || reason.len == 0)
		return;
	handshake_refuse_key(&channel->handshake, reason);
	delivery_answer(channel, now);
}

struct view
channel_agent_version(const struct channel *channel)
{
	return bytes_view(&channel->handshake.agent_version);
}
