#include "peer.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "core/base64.h"

#define READ 65536
#define HEAD_MAX 65536

bool
peer_add_frame(struct bytes *out, struct message message)
{
	struct bytes encoded = BYTES_INIT(MESSAGE_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	struct digest *digest = digest_new();
	bool made;

	message.created = (uint64_t)time(NULL) * 1000;
	made = digest != NULL && message_encode(&encoded, &message, digest, &err) == SSM_OK;
	bytes_add(out, (struct view){ (char[]){ (char)0x82, 126, (char)(encoded.len >> 8), (char)encoded.len },
	    PEER_FRAME_HEAD });
	bytes_add(out, bytes_view(&encoded));
	digest_free(digest);
	bytes_clear(&encoded);
	ssm_error_clear(&err);
	return made && !bytes_failed(out);
}

bool
peer_add_closed(struct bytes *out)
{
	struct message message = { .type = MESSAGE_CLOSED, .payload = VIEW(
	    "{\"MessageType\":\"channel_closed\",\"MessageId\":\"00000000-0000-4000-8000-000000000000\","
	    "\"DestinationId\":\"\",\"SessionId\":\"\",\"SchemaVersion\":1,\"CreatedDate\":\"\",\"Output\":\"\"}") };

	return peer_add_frame(out, message);
}

/* Answers the request that has come; false when it is none for a WebSocket. */
static bool
answer(struct bytes *in, struct bytes *out, struct view head)
{
	static const char name[] = "\r\nsec-websocket-key:", magic[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	unsigned char sha1[DIGEST_SHA1_LEN];
	struct bytes text = BYTES_INIT(HEAD_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	char *key = strcasestr(bytes_cstr(in), name);
	bool good = key != NULL && key < head.ptr + head.len;

	if (good) {
		key += sizeof name - 1 + strspn(key + sizeof name - 1, " ");
		bytes_add(&text, (struct view){ key, strcspn(key, " \r") });
		bytes_add_text(&text, magic);
		good = digest_sha1(sha1, bytes_view(&text), &err) == SSM_OK;
		bytes_add_text(out, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
		    "Connection: Upgrade\r\nSec-WebSocket-Accept: ");
		base64_add(out, (struct view){ (const char *)sha1, sizeof sha1 });
		bytes_add_text(out, "\r\n\r\n");
	}
	bytes_clear(&text);
	ssm_error_clear(&err);
	return good;
}

static bool
upgrade(int fd, struct bytes *in, struct bytes *out)
{
	for (const char *end = NULL; end == NULL;) {
		char *room = bytes_room(in, READ);
		ssize_t got = room == NULL ? 0 : recv(fd, room, READ, 0);

		if (got <= 0)
			return false;
		bytes_grew(in, (size_t)got);
		if ((end = strstr(bytes_cstr(in), "\r\n\r\n")) != NULL) {
			size_t len = (size_t)(end - in->ptr) + 4;

			if (!answer(in, out, view_slice(bytes_view(in), 0, len)))
				return false;
			bytes_drop(in, len);
		}
	}
	return true;
}

static int
listen_and_tell(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 || listen(fd, 1) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) != 0 ||
	    printf("%d\n", ntohs(address.sin_port)) < 0 || fflush(stdout) != 0)
		return -1;
	return accept4(fd, NULL, NULL, SOCK_CLOEXEC);
}

int
peer_accept(struct bytes *in, struct bytes *out)
{
	int fd = listen_and_tell(), on = 1;

	if (fd < 0 || !upgrade(fd, in, out))
		return -1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return fcntl(fd, F_SETFL, O_NONBLOCK) == 0 ? fd : -1;
}
