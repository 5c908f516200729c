/*
 * session/connection/loss: why a connection is no more, in words.
 *
 * Purpose:   of dialling what ssm-call would say; of a refused upgrade what the server said, without what it was
 *            sent; of a close frame its reason.
 * Ownership: what is noted of a request is copied; loss_forget() wipes it.
 */
#ifndef SSM_SESSION_LOSS_H
#define SSM_SESSION_LOSS_H

#include "core/header_field.h"
#include "http/response.h"
#include "session/connection/plan.h"
#include "stream/frame.h"

#define LOSS_SECRETS_MAX 4

/* What no message may tell, though a server quotes it. */
struct loss_secrets {
	struct bytes values;
	struct header_field fields[LOSS_SECRETS_MAX];
	size_t count;
};

#define LOSS_SECRETS_INIT { .values = BYTES_INIT(256 * 1024), .count = 0 }

void loss_note(struct loss_secrets *secrets, const struct header_field *fields, size_t count);
void loss_forget(struct loss_secrets *secrets);

/* It could not be dialled. */
void loss_dial(struct ssm_error *err, const struct connection_plan *plan, const struct response *why);

/* The upgrade was answered by another status. */
void loss_refused(struct ssm_error *err, const struct connection_plan *plan, const struct response *answer,
    struct loss_secrets *secrets);

/* A close frame came. */
void loss_closed(struct ssm_error *err, const struct connection_plan *plan, const struct frame *frame);

/* It was cut; what names the reason, or is NULL. */
void loss_cut(struct ssm_error *err, const struct connection_plan *plan, const char *what);

/* The host does what it should not, and why that is. */
void loss_wrong(struct ssm_error *err, const struct connection_plan *plan, enum ssm_err rc, const char *what,
    const char *why);

#endif
