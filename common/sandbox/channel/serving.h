/*
 * sandbox/channel/serving: what the callbacks of one server find behind libwebsockets' context.
 */
#ifndef SSM_SANDBOX_CHANNEL_SERVING_H
#define SSM_SANDBOX_CHANNEL_SERVING_H

#include <libwebsockets.h>
#include <signal.h>

#include "process/loop.h"
#include "sandbox/answer.h"
#include "sandbox/state.h"

struct sandbox_server;

struct serving {
	struct sandbox_server *server;
	struct sandbox_service *service;
	const sigset_t *mask;		/* of the programs that sessions run */
	void (*report)(void *context, const char *line);	/* or NULL */
	void *report_context;
	struct lws_context *context;
	struct lws_vhost *vhost;
	struct loop loop;		/* of nodes and their programs; its waiting is libwebsockets' */
	lws_sorted_usec_list_t alarm;	/* for the loop's next moment */
	struct sandbox_answer answer;	/* the place where answers are made */
	int spare_fd;			/* given up to tell a client that there is no descriptor left */
	bool over, broken;
};

static inline struct serving *
serving_of(struct lws *wsi)
{
	return lws_context_user(lws_get_context(wsi));
}

/* A line for the log, if there is one. */
void serving_report(struct serving *serving, struct bytes *line);

#endif
