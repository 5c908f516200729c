/*
 * plugin/endpoint: whether the endpoint that a caller hands over is one of Systems Manager.
 *
 * Purpose:   callers hand over whatever they have called last: the endpoint of ECS, or the session's own WebSocket. To ask
 *            those for a new token is in vain.
 */
#ifndef SSM_PLUGIN_ENDPOINT_H
#define SSM_PLUGIN_ENDPOINT_H

#include "core/bytes.h"

/* https, or http on this machine, and no name of ECS's or of the WebSockets' in its host. */
bool pluginendpoint_is_usable(struct view endpoint);

#endif
