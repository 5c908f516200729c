#include "sandbox/service/starting.h"

#include <stdlib.h>

#include "aws/partition.h"
#include "core/percent.h"
#include "sandbox/node/node.h"

#define ID_DIGITS 17

void
sandbox_stream_url(struct bytes *out, const struct sandbox_service *service, const struct sandbox_channel *channel,
    const char *after_host)
{
	if (service->local_urls)
		bytes_print(out, "ws://127.0.0.1%s:%u", after_host, service->port);
	else
		bytes_print(out, "wss://ssmmessages.%.*s.%s%s", VIEW_ARG(service->region),
		    partition_of_region(service->region)->dns_suffix, after_host);
	bytes_add(out, VIEW("/v1/data-channel/"));
	percent_encode(out, view_of(channel->id), "@+=,:");
	bytes_print(out, "?role=publish_subscribe&cell-number=%s", channel->cell);
}

void
sandbox_session_stop(struct sandbox_service *service, struct view id)
{
	struct sandbox_channel *channel = sandbox_channels_find(&service->channels, id);

	if (channel == NULL)
		return;
	channel->over = true;
	if (channel->node != NULL)
		node_end(channel->node, VIEW_NONE);
}

/* The row that the new session takes may have been another's. */
struct sandbox_channel *
sandbox_session_begin(struct sandbox_service *service, const char *prefix, const struct sandbox_start *start,
    const struct sandbox_purpose *purpose, struct view command, time_t now)
{
	struct bytes id = BYTES_INIT(SESSION_ID_MAX);
	struct sandbox_channel *channel;

	sandbox_session_stop(service, view_of(sandbox_sessions_next(&service->sessions)->id));
	bytes_add_text(&id, prefix);
	for (int i = 0; i < ID_DIGITS; i++)
		bytes_add_char(&id, "0123456789abcdef"[arc4random_uniform(16)]);
	sandbox_sessions_start(&service->sessions, bytes_view(&id), start, now);
	if ((channel = sandbox_channels_grant(&service->channels, bytes_view(&id), now)) != NULL) {
		channel->purpose = *purpose;
		bytes_set(&channel->command, command);
	}
	bytes_clear(&id);
	return channel;
}
