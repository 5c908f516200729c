/*
 * sandbox/channel/upgrade: the request that asks for a data channel, GET /v1/data-channel/<SessionId>?...&cell-number=...
 *
 * Purpose: judges it from the exact bytes that were sent: its path, whether it is a WebSocket's, the session, the cell
 *          number, the signature (service `ssmmessages`; a '+' in the query may have been signed as such or as a
 *          blank). One that is right becomes a head of a few lines for libwebsockets, which goes on from there.
 * Errors:  in the answer, status 403 unless it is no WebSocket's.
 */
#ifndef SSM_SANDBOX_CHANNEL_UPGRADE_H
#define SSM_SANDBOX_CHANNEL_UPGRADE_H

#include "sandbox/answer.h"
#include "sandbox/http.h"
#include "sandbox/state.h"

/* What the head for libwebsockets says, in its query, of the session: its id with all but letters and digits as %XX. */
#define SANDBOX_UPGRADE_ID "id="

bool sandbox_is_upgrade(const struct sandbox_request *request);

/* The channel that its path names, or NULL. */
struct sandbox_channel *sandbox_upgrade_channel(struct sandbox_service *service, const struct sandbox_request *request);

/* Whether a Host header names the host of this service's StreamUrls. */
bool sandbox_is_stream_host(const struct sandbox_service *service, struct view host);

/* Status 101, the head in the body and SANDBOX_UPGRADED; or an error. */
void sandbox_upgrade(struct sandbox_service *service, struct sandbox_request *request, time_t now,
    struct sandbox_answer *answer);

#endif
