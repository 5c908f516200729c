/*
 * plugin/request: what StartSession was asked, as a caller hands it over.
 *
 * Purpose:   the node's name, for which the data key of an encrypted session is made. Callers hand over little more, or
 *            nothing: that is no reason to have no session.
 */
#ifndef SSM_PLUGIN_REQUEST_H
#define SSM_PLUGIN_REQUEST_H

#include "core/bytes.h"

/* Its Target; nothing when there is none. */
void pluginrequest_target(struct bytes *target, struct view request);

#endif
