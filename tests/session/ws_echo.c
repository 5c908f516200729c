/*
 * ws_echo [CERTIFICATE KEY]: a WebSocket server by libwebsockets, on loopback, which sends every message back as it came.
 *
 * Prints its port. Ends with its standard input.
 */
#include <libwebsockets.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/bytes.h"

#define WAITING_MAX ((size_t)64 * 1024 * 1024)

/* Messages that wait to be sent back, each behind its length and kind. There is room for all that a test sends. */
struct echo {
	struct bytes waiting, message;
	size_t gone;			/* of waiting */
};

struct mark {
	size_t len;
	bool text;
};

static void
take(struct lws *wsi, struct echo *echo, const char *in, size_t len)
{
	struct mark mark = { .text = !lws_frame_is_binary(wsi) };

	bytes_add(&echo->message, (struct view){ in, len });
	if (!lws_is_final_fragment(wsi) || lws_remaining_packet_payload(wsi) > 0)
		return;
	mark.len = echo->message.len;
	bytes_add(&echo->waiting, (struct view){ (const char *)&mark, sizeof mark });
	bytes_add(&echo->waiting, bytes_view(&echo->message));
	bytes_reset(&echo->message);
	if (bytes_failed(&echo->waiting))
		abort();
	lws_callback_on_writable(wsi);
}

static int
give(struct lws *wsi, struct echo *echo)
{
	struct mark mark;
	unsigned char *room;
	int written;

	if (echo->waiting.len == echo->gone)
		return 0;
	memcpy(&mark, echo->waiting.ptr + echo->gone, sizeof mark);
	if ((room = malloc(LWS_PRE + mark.len + 1)) == NULL)
		abort();
	memcpy(room + LWS_PRE, echo->waiting.ptr + echo->gone + sizeof mark, mark.len);
	written = lws_write(wsi, room + LWS_PRE, mark.len, mark.text ? LWS_WRITE_TEXT : LWS_WRITE_BINARY);
	free(room);
	echo->gone += sizeof mark + mark.len;
	if (echo->waiting.len > echo->gone) {
		lws_callback_on_writable(wsi);
	} else {
		bytes_reset(&echo->waiting);
		echo->gone = 0;
	}
	return written < 0 ? -1 : 0;
}

static int
on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct echo *echo = user;

	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		echo->waiting = (struct bytes)BYTES_INIT(WAITING_MAX);
		echo->message = (struct bytes)BYTES_INIT(WAITING_MAX);
		return 0;
	case LWS_CALLBACK_RECEIVE:
		take(wsi, echo, in, len);
		return 0;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return give(wsi, echo);
	case LWS_CALLBACK_CLOSED:
		bytes_clear(&echo->waiting);
		bytes_clear(&echo->message);
		return 0;
	default:
		return 0;
	}
}

static bool
input_has_ended(void)
{
	struct pollfd input = { .fd = 0, .events = POLLIN };

	return poll(&input, 1, 0) > 0;
}

static void
on_input(lws_sorted_usec_list_t *unused)
{
	(void)unused;
}

int
main(int argc, char **argv)
{
	static const struct lws_protocols protocols[] = {
		{ .name = "", .callback = on_event, .per_session_data_size = sizeof(struct echo), .rx_buffer_size = 65536 },
		{ .name = NULL },
	};
	struct lws_context_creation_info info = { .port = 0, .iface = "127.0.0.1", .protocols = protocols,
	    .vhost_name = "echo" };
	struct lws_context *context;
	lws_sorted_usec_list_t tick = { .cb = on_input };

	lws_set_log_level(LLL_ERR, NULL);
	if (argc > 2) {
		info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
		info.ssl_cert_filepath = argv[1];
		info.ssl_private_key_filepath = argv[2];
	}
	if ((context = lws_create_context(&info)) == NULL)
		return 1;
	printf("%d\n", lws_get_vhost_listen_port(lws_get_vhost_by_name(context, "echo")));
	fflush(stdout);
	while (!input_has_ended()) {
		lws_sul_schedule(context, 0, &tick, on_input, 100 * LWS_US_PER_MS);
		lws_service(context, 0);
	}
	lws_sul_cancel(&tick);
	lws_context_destroy(context);
	return 0;
}
