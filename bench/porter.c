/*
 * porter: the other end of a port session that does little but carry, to see how fast a client does.
 * Usage: porter up|down MIB
 *
 * Listens on 127.0.0.1, prints its port and serves one client, whoever it is: the handshake, then the first stream of
 * smux that it opens. Up, it takes so much and ends the stream; down, it sends so much, WINDOW messages unacknowledged,
 * and ends it. Then channel_closed. Messages down have all the same payload, a frame of smux each, whose digest is made
 * once. What comes is read and acknowledged message by message, as the agent does.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>

#include "peer.h"
#include "stream/smux.h"

#define PAYLOAD 1024
#define DATA (PAYLOAD - SMUX_HEADER_LEN)
#define WINDOW 1000			/* messages */
#define AT_ONCE 64			/* messages in a write */
#define FRAME (PEER_FRAME_HEAD + MESSAGE_HEAD + PAYLOAD)
#define AT_SEQUENCE (PEER_FRAME_HEAD + 48)
#define AT_ID (PEER_FRAME_HEAD + 64)
#define READ 65536
#define REQUEST "{\"AgentVersion\":\"3.3.987.0\",\"RequestedClientActions\":[{\"ActionType\":\"SessionType\"," \
	"\"ActionParameters\":{\"SessionType\":\"Port\",\"Properties\":{\"portNumber\":\"1\",\"localPortNumber\":\"0\"," \
	"\"type\":\"LocalPortForwarding\"}}}]}"
#define COMPLETE "{\"HandshakeTimeToComplete\":1000000,\"CustomerMessage\":\"\"}"

struct porter {
	int fd;
	struct digest *digest;
	struct bytes out, in;
	size_t written;			/* of out */
	bool up, closing, closed;
	uint64_t left;			/* bytes to take, or messages to send */
	int64_t sent, acknowledged, expected;
	uint32_t stream;		/* 0: none yet */
	bool ended;			/* the stream, by this end */
	struct smux_reader reader;
	unsigned char frame[FRAME];	/* the next one down */
};

static void
put(unsigned char *out, uint64_t number)
{
	for (int i = 7; i >= 0; i--, number >>= 8)
		out[i] = (unsigned char)number;
}

static bool
add_payload(struct porter *porter, enum payload_type type, struct view payload)
{
	struct message message = { .type = MESSAGE_OUTPUT, .payload_type = type, .sequence = porter->sent,
	    .flags = porter->sent == 0 ? MESSAGE_SYN : 0, .payload = payload };

	put(message.id, (uint64_t)++porter->sent);
	return peer_add_frame(&porter->out, message);
}

static bool
add_acknowledgement(struct porter *porter, const struct message *message)
{
	struct bytes payload = BYTES_INIT(1024);
	struct message told = { .type = MESSAGE_ACKNOWLEDGE, .flags = MESSAGE_SYN | MESSAGE_FIN };
	bool added;

	message_write_acknowledgement(&payload, message);
	told.payload = bytes_view(&payload);
	added = !bytes_failed(&payload) && peer_add_frame(&porter->out, told);
	bytes_clear(&payload);
	return added;
}

static bool
add_end(struct porter *porter)
{
	unsigned char fin[SMUX_HEADER_LEN];

	porter->ended = true;
	smux_header(fin, SMUX_FIN, 0, porter->stream);
	return add_payload(porter, PAYLOAD_OUTPUT, (struct view){ (const char *)fin, sizeof fin });
}

/* The frame that all data down is, but for its number. */
static bool
begin_stream(struct porter *porter, uint32_t stream)
{
	struct bytes out = BYTES_INIT(FRAME);
	char payload[PAYLOAD];
	struct message message = { .type = MESSAGE_OUTPUT, .payload_type = PAYLOAD_OUTPUT, .payload = { payload, PAYLOAD } };
	bool made;

	porter->stream = stream;
	memset(payload, 'x', sizeof payload);
	smux_header((unsigned char *)payload, SMUX_PSH, DATA, stream);
	if ((made = peer_add_frame(&out, message) && out.len == FRAME))
		memcpy(porter->frame, out.ptr, FRAME);
	bytes_clear(&out);
	return made;
}

static bool
take_smux(struct porter *porter, struct view payload)
{
	struct smux_event event;
	enum smux_piece piece;

	while ((piece = smux_read(&porter->reader, &payload, &event)) == SMUX_FRAME || piece == SMUX_DATA) {
		if (piece == SMUX_FRAME && event.command == SMUX_SYN && porter->stream == 0 &&
		    !begin_stream(porter, event.stream))
			return false;
		if (piece == SMUX_FRAME)
			continue;
		porter->left -= porter->up ? event.data.len : 0;
		smux_took(&porter->reader, &payload, event.data.len);
		if (porter->up && porter->left == 0 && !porter->ended && !add_end(porter))
			return false;
	}
	return piece == SMUX_MORE;
}

/* One that comes again is acknowledged again. */
static bool
take_message(struct porter *porter, struct view text)
{
	struct message message;

	if (message_decode(&message, text, porter->digest) != NULL)
		return false;
	if (message.type == MESSAGE_ACKNOWLEDGE)
		porter->acknowledged++;
	if (message.type != MESSAGE_INPUT)
		return true;
	if (message.sequence > porter->expected || !add_acknowledgement(porter, &message))
		return false;
	if (message.sequence < porter->expected++)
		return porter->expected-- > 0;
	if (message.payload_type == PAYLOAD_HANDSHAKE_RESPONSE)
		return add_payload(porter, PAYLOAD_HANDSHAKE_COMPLETE, VIEW(COMPLETE));
	return message.payload_type != PAYLOAD_OUTPUT || take_smux(porter, message.payload);
}

/* Takes one frame of the client's off *rest; false when it is not whole. */
static bool
take_frame(struct porter *porter, struct view *rest)
{
	unsigned char *at = (unsigned char *)porter->in.ptr + (porter->in.len - rest->len);
	size_t head = 6, len;

	if (rest->len < head || (len = at[1] & 127) == 127)
		return false;
	if (len == 126) {
		head = 8;
		len = (size_t)at[2] << 8 | at[3];
	}
	if (rest->len < head + len)
		return false;
	for (size_t i = 0; i < len; i++)
		at[head + i] ^= at[head - 4 + i % 4];
	if ((at[0] & 15) == 2 && !take_message(porter, view_slice(*rest, head, head + len)))
		porter->closed = true;
	if ((at[0] & 15) == 8)
		porter->closed = true;
	*rest = view_slice(*rest, head + len, rest->len);
	return true;
}

static bool
receive(struct porter *porter)
{
	char *room = bytes_room(&porter->in, READ);
	ssize_t got = room == NULL ? 0 : recv(porter->fd, room, READ, 0);
	struct view rest;

	if (got < 0 && errno == EAGAIN)
		return true;
	if (got <= 0) {
		porter->closed = true;
		return porter->closing;
	}
	bytes_grew(&porter->in, (size_t)got);
	rest = bytes_view(&porter->in);
	while (!porter->closed && take_frame(porter, &rest))
		continue;
	bytes_drop(&porter->in, porter->in.len - rest.len);
	return true;
}

static void
add_data(struct porter *porter)
{
	put(porter->frame + AT_SEQUENCE, (uint64_t)porter->sent);
	put(porter->frame + AT_ID, (uint64_t)++porter->sent);
	bytes_add(&porter->out, (struct view){ (const char *)porter->frame, FRAME });
	porter->left--;
}

/* What is to be written next, when all was; false when that can't be made. */
static bool
fill(struct porter *porter)
{
	if (porter->written == porter->out.len) {
		bytes_reset(&porter->out);
		porter->written = 0;
	}
	for (int i = 0; i < AT_ONCE && porter->written == 0 && !porter->up && porter->stream != 0 && porter->left > 0 &&
	    porter->sent - porter->acknowledged < WINDOW; i++)
		add_data(porter);
	if (porter->left == 0 && !porter->ended && !add_end(porter))
		return false;
	if (porter->ended && porter->acknowledged >= porter->sent && !porter->closing) {
		porter->closing = true;
		return peer_add_closed(&porter->out);
	}
	return !bytes_failed(&porter->out);
}

static bool
transmit(struct porter *porter)
{
	ssize_t sent = send(porter->fd, porter->out.ptr + porter->written, porter->out.len - porter->written, MSG_NOSIGNAL);

	if (sent > 0)
		porter->written += (size_t)sent;
	return sent > 0 || errno == EAGAIN || porter->closing;
}

static bool
serve(struct porter *porter)
{
	while (!porter->closed) {
		struct pollfd at = { .fd = porter->fd, .events = POLLIN };

		if (!fill(porter))
			return false;
		if (porter->written < porter->out.len)
			at.events |= POLLOUT;
		if (poll(&at, 1, -1) < 0 ||
		    ((at.revents & POLLOUT) != 0 && !transmit(porter)) ||
		    ((at.revents & ~POLLOUT) != 0 && !receive(porter)))
			return false;
	}
	return porter->closing;
}

static bool
port(struct porter *porter)
{
	return porter->digest != NULL && (porter->fd = peer_accept(&porter->in, &porter->out)) >= 0 &&
	    add_payload(porter, PAYLOAD_HANDSHAKE_REQUEST, VIEW(REQUEST)) && serve(porter);
}

int
main(int argc, char **argv)
{
	struct porter porter = { .out = BYTES_INIT(1 << 24), .in = BYTES_INIT(1 << 22) };
	unsigned long long mib;
	bool done;

	if (argc != 3 || (strcmp(argv[1], "up") != 0 && strcmp(argv[1], "down") != 0) ||
	    !view_number(view_of(argv[2]), &mib) || mib == 0 || mib > 65536) {
		fprintf(stderr, "usage: porter up|down MIB\n");
		return 2;
	}
	porter.up = strcmp(argv[1], "up") == 0;
	porter.left = porter.up ? mib << 20 : ((mib << 20) + DATA - 1) / DATA;
	porter.digest = digest_new();
	done = port(&porter);
	digest_free(porter.digest);
	bytes_clear(&porter.in);
	bytes_clear(&porter.out);
	return done ? 0 : 1;
}
