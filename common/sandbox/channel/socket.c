#include "sandbox/channel/socket.h"

#include "sandbox/channel/serving.h"

void
websocket_tell(const struct websocket *socket, const char *what, const char *detail)
{
	struct bytes line = BYTES_INIT(1024);

	bytes_print(&line, "data channel %s: %s%s", socket->channel == NULL ? "?" : socket->channel->id, what, detail);
	serving_report(serving_of(socket->wsi), &line);
	bytes_clear(&line);
}

void
websocket_close(struct websocket *socket, unsigned code, const char *why)
{
	if (socket->closing)
		return;
	socket->closing = true;
	if (socket->channel != NULL)
		sandbox_refusal_set(&socket->refusal, code, socket->channel, why);
	socket->refusal.code = code;
	lws_callback_on_writable(socket->wsi);
}
