/*
 * aws/streamendpoint: another host for a session's WebSocket, as a user names it.
 *
 * Purpose:   SCHEME://HOST[:PORT][/], where SCHEME is wss or https, or ws or http. Path and query are the StreamUrl's.
 * Ownership: the parts are views into the text.
 * Errors:    SSM_E_INPUT.
 */
#ifndef SSM_AWS_STREAMENDPOINT_H
#define SSM_AWS_STREAMENDPOINT_H

#include "core/url.h"

enum ssm_err streamendpoint_parse(struct url *url, struct view text, struct ssm_error *err);

/* Without TLS. */
bool streamendpoint_is_plain(struct view scheme);

#endif
