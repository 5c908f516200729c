/*
 * service/redact: texts of a service without the secrets that it was sent.
 *
 * Purpose:   a service may quote a request's credentials in whatever it says, as AWS does when a signature is
 *            wrong. They are replaced by *** in all that is shown or kept: messages, codes, request ids,
 *            header fields. They are found whatever the case of their letters, and percent-encoded, too.
 * Ownership: a struct redact borrows the secrets.
 * Errors:    those of struct bytes (sticky).
 * Does not:  find a part of a secret.
 */
#ifndef SSM_SERVICE_REDACT_H
#define SSM_SERVICE_REDACT_H

#include "aws/request.h"

#define REDACT_MAX 4

struct redact {
	struct view secrets[REDACT_MAX];
	size_t count;
};

#define REDACT_INIT { .count = 0 }

/* One secret more; an empty one is none. */
void redact_note(struct redact *redact, struct view secret);

/* Those of a request: its authorization, the signature in that, its session token. */
void redact_request(struct redact *redact, const struct request *request);

/* text, cut to about max bytes (and "...") at the end of a character. text is UTF-8. */
void redact_add(struct bytes *out, struct view text, const struct redact *redact, size_t max);

/* Whether the text holds a secret. */
bool redact_finds(const struct redact *redact, struct view text);

#endif
