/*
 * sender: the other end of a data channel that does nothing but send, to see how fast a client takes it.
 * Usage: sender MIB
 *
 * Listens on 127.0.0.1, prints its port and serves one connection, whoever it is: messages of 1024 bytes
 * of output, WINDOW of them unacknowledged, then channel_closed. All have the same payload, whose
 * digest is made once, and acknowledgements are counted and not read: what it takes of the machine is
 * little beside a client's. The first ALONE go one by one, and again until they are acknowledged, since the
 * official client drops the second message until it is ready; behind them none is lost on this machine.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>

#include "peer.h"

#define PAYLOAD 1024
#define WINDOW 1000			/* messages */
#define ALONE 2
#define AGAIN 50			/* milliseconds */
#define AT_ONCE 64			/* messages in a write */
#define FRAME (PEER_FRAME_HEAD + MESSAGE_HEAD + PAYLOAD)
#define AT_SEQUENCE (PEER_FRAME_HEAD + 48)
#define AT_FLAGS_END (PEER_FRAME_HEAD + 63)
#define AT_ID (PEER_FRAME_HEAD + 64)
#define AT_TYPE 4			/* in a message */
#define READ 65536

struct sender {
	int fd;
	uint64_t count, sent, acknowledged;
	unsigned char frame[FRAME];	/* the next one */
	struct bytes out, in;
	size_t written;			/* of out */
	bool closing, closed;
};

static void
put(unsigned char *out, uint64_t number)
{
	for (int i = 7; i >= 0; i--, number >>= 8)
		out[i] = (unsigned char)number;
}

static bool
make_frame(unsigned char frame[FRAME])
{
	char payload[PAYLOAD];
	struct bytes out = BYTES_INIT(FRAME);
	struct message message = { .type = MESSAGE_OUTPUT, .payload_type = PAYLOAD_OUTPUT, .flags = MESSAGE_SYN,
	    .payload = { payload, sizeof payload } };
	bool made;

	memset(payload, 'x', sizeof payload);
	if ((made = peer_add_frame(&out, message) && out.len == FRAME))
		memcpy(frame, out.ptr, FRAME);
	bytes_clear(&out);
	return made;
}

static void
add_next(struct sender *sender)
{
	put(sender->frame + AT_SEQUENCE, sender->sent);
	put(sender->frame + AT_ID, sender->sent + 1);
	sender->frame[AT_FLAGS_END] = sender->sent == 0 ? MESSAGE_SYN : 0;
	bytes_add(&sender->out, (struct view){ (const char *)sender->frame, FRAME });
	sender->sent++;
}

static uint64_t
window_of(const struct sender *sender)
{
	return sender->acknowledged < ALONE ? 1 : WINDOW;
}

/* Fills what is to be written, when all of it was; false when that can't be done. */
static bool
fill(struct sender *sender)
{
	if (sender->written < sender->out.len)
		return true;
	bytes_reset(&sender->out);
	sender->written = 0;
	for (int i = 0; i < AT_ONCE && sender->sent < sender->count &&
	    sender->sent - sender->acknowledged < window_of(sender); i++)
		add_next(sender);
	if (sender->acknowledged >= sender->count && !sender->closing) {
		sender->closing = true;
		return peer_add_closed(&sender->out);
	}
	return !bytes_failed(&sender->out);
}

/* One that names the message that went alone; behind those they are counted unread. */
static bool
is_awaited(const struct sender *sender, char *message, size_t len, const unsigned char mask[4])
{
	struct view text = { message, len };

	if (sender->acknowledged >= ALONE)
		return true;
	for (size_t i = 0; i < len; i++)
		message[i] ^= (char)mask[i % 4];
	return message_read_acknowledgement(view_slice(text, MESSAGE_HEAD, len)) == (int64_t)sender->acknowledged;
}

/* Takes one frame of the client's off *rest; false when it is not whole. */
static bool
take_frame(struct sender *sender, struct view *rest)
{
	unsigned char *at = (unsigned char *)sender->in.ptr + (sender->in.len - rest->len);
	size_t head = 6, len;

	if (rest->len < head)
		return false;
	len = at[1] & 127;
	if (len == 126) {
		head = 8;
		len = (size_t)at[2] << 8 | at[3];
	}
	if (rest->len < head + len)
		return false;
	if ((at[0] & 15) == 2 && len > MESSAGE_HEAD && (at[head + AT_TYPE] ^ at[head - 4 + AT_TYPE % 4]) == 'a' &&
	    is_awaited(sender, (char *)at + head, len, at + head - 4))
		sender->acknowledged++;
	if ((at[0] & 15) == 8)
		sender->closed = true;
	*rest = view_slice(*rest, head + len, rest->len);
	return true;
}

static bool
receive(struct sender *sender)
{
	char *room = bytes_room(&sender->in, READ);
	ssize_t got = room == NULL ? 0 : recv(sender->fd, room, READ, 0);
	struct view rest;

	if (got < 0 && errno == EAGAIN)
		return true;
	if (got <= 0) {
		sender->closed = true;
		return sender->closing;
	}
	bytes_grew(&sender->in, (size_t)got);
	rest = bytes_view(&sender->in);
	while (take_frame(sender, &rest))
		continue;
	bytes_drop(&sender->in, sender->in.len - rest.len);
	return true;
}

static bool
transmit(struct sender *sender)
{
	ssize_t sent = send(sender->fd, sender->out.ptr + sender->written, sender->out.len - sender->written,
	    MSG_NOSIGNAL);

	if (sent > 0)
		sender->written += (size_t)sent;
	return sent > 0 || errno == EAGAIN || sender->closing;
}

static bool
serve(struct sender *sender)
{
	while (!sender->closed) {
		struct pollfd at = { .fd = sender->fd, .events = POLLIN };
		int ready;

		if (!fill(sender))
			return false;
		if (sender->written < sender->out.len)
			at.events |= POLLOUT;
		if ((ready = poll(&at, 1, sender->acknowledged < ALONE ? AGAIN : -1)) == 0)
			sender->sent = sender->acknowledged;
		if (ready < 0 ||
		    ((at.revents & POLLOUT) != 0 && !transmit(sender)) ||
		    ((at.revents & ~POLLOUT) != 0 && !receive(sender)))
			return false;
	}
	return sender->acknowledged >= sender->count;
}

int
main(int argc, char **argv)
{
	struct sender sender = { .out = BYTES_INIT(AT_ONCE * FRAME * 2), .in = BYTES_INIT(1 << 22) };
	unsigned long long mib;

	if (argc != 2 || !view_number(view_of(argv[1]), &mib) || mib == 0 || mib > 65536) {
		fprintf(stderr, "usage: sender MIB\n");
		return 2;
	}
	sender.count = mib * (1024 * 1024 / PAYLOAD);
	if (!make_frame(sender.frame) || (sender.fd = peer_accept(&sender.in, &sender.out)) < 0)
		return 1;
	return serve(&sender) ? 0 : 1;
}
