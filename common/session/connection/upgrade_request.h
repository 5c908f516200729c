/*
 * session/connection/upgrade_request: the request for a WebSocket, signed by ssm-sign.
 *
 * Purpose:   runs ssm-sign beside the loop's work and hands over the fields that it signs with. The query is signed as
 *            the official client does: taken apart as a form, so that a '+' of a cell-number is signed as a blank;
 *            what goes over the wire stays as it is.
 * Ownership: a plan is borrowed by upgrade_request_start() alone. The fields and the error live as long as the call
 *            that tells them, which may free the request; they are wiped.
 * Errors:    told through `done`, from the loop.
 * Does not:  see a key, send.
 */
#ifndef SSM_SESSION_UPGRADE_REQUEST_H
#define SSM_SESSION_UPGRADE_REQUEST_H

#include "cli/cli.h"
#include "core/header_field.h"
#include "process/loop.h"

struct upgrade_request_plan {
	const struct cli *cli;		/* the tool's */
	const char *profile;		/* or NULL: the default */
	const sigset_t *mask;		/* the signal mask that ssm-sign gets; NULL: this process's */
	struct view scheme;		/* "https", "http" */
	struct view host;		/* the Host field */
	struct view target;		/* path and query, as they are sent */
	struct view region;
};

enum upgrade_request_result {
	UPGRADE_REQUEST_SIGNED,		/* authorization, x-amz-date and, with a session's keys, x-amz-security-token */
	UPGRADE_REQUEST_NO_KEYS,	/* none are configured: err says so in ssm-sign's words */
	UPGRADE_REQUEST_FAILED,		/* err says why */
};

struct upgrade_request_calls {
	void (*done)(void *owner, enum upgrade_request_result result, const struct header_field *fields, size_t count,
	    const struct ssm_error *err);
	void *owner;
};

struct upgrade_request;

/* Whether the StreamUrl has been signed already, in its query: such a one is sent as it is. */
bool upgrade_request_is_presigned(struct view target);

enum ssm_err upgrade_request_start(struct upgrade_request **request, struct loop *loop,
    const struct upgrade_request_plan *plan, const struct upgrade_request_calls *calls,
    struct ssm_error *err) __attribute__((warn_unused_result));

/* Ends ssm-sign, if it still works. */
void upgrade_request_free(struct upgrade_request *request);

#endif
