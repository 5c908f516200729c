/*
 * start/streamcheck: whether ssm-stream will take a session, before it is started in it.
 *
 * Purpose:   a session that nobody can be in is not opened, or is ended: the other endpoint for its WebSocket is looked
 *            at before the service is asked, its StreamUrl before ssm-stream has it, by the same rules as ssm-stream's.
 * Ownership: streamcheck_clear() ends one. The struct stays where it is.
 * Errors:    SSM_E_INPUT or SSM_E_CONFIG for the endpoint, SSM_E_NO for the StreamUrl.
 * Does not:  tell of configuration that ssm-request will refuse: that one does, in the words that were asked for.
 */
#ifndef SSM_START_STREAMCHECK_H
#define SSM_START_STREAMCHECK_H

#include "config/streamhosts.h"
#include "start/options.h"

struct streamcheck {
	struct streamhosts hosts;
};

#define STREAMCHECK_INIT { .hosts = STREAMHOSTS_INIT }

enum ssm_err streamcheck_hosts(struct streamcheck *check, const struct startoptions *given, struct ssm_error *err);

/* Of the service's answer; after streamcheck_hosts(). */
enum ssm_err streamcheck_url(const struct streamcheck *check, struct view stream_url, struct ssm_error *err);

void streamcheck_clear(struct streamcheck *check);

#endif
