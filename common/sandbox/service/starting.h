/*
 * sandbox/service/starting: a session's beginning and end, whichever service was asked.
 *
 * Ownership: the tables own what comes back: a channel as channels.h says.
 * Errors:    NULL when there is no memory.
 */
#ifndef SSM_SANDBOX_SERVICE_STARTING_H
#define SSM_SANDBOX_SERVICE_STARTING_H

#include "sandbox/state.h"

/*
 * A new session, whose id is the prefix and 17 hexadecimal digits, and its channel, which has been granted. What
 * SANDBOX_COMMAND_MAX does not hold of the command is the caller's to refuse.
 */
struct sandbox_channel *sandbox_session_begin(struct sandbox_service *service, const char *prefix,
    const struct sandbox_start *start, const struct sandbox_purpose *purpose, struct view command, time_t now);

/* What runs for it is ended in the loop's next turn; nothing will. */
void sandbox_session_stop(struct sandbox_service *service, struct view id);

/*
 * wss://ssmmessages.REGION.SUFFIX/v1/data-channel/ID?role=...&cell-number=..., the cell number in base64 whose '+' and
 * '/' are not encoded, as AWS sends it; or the local one. after_host: what makes the host a wrong one, or "".
 */
void sandbox_stream_url(struct bytes *out, const struct sandbox_service *service, const struct sandbox_channel *channel,
    const char *after_host);

#endif
