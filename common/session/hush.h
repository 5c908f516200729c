/*
 * session/hush: what others say about a connection, without what they were sent.
 *
 * Purpose:   a service may quote the StreamUrl's cell number, which is its owner's alone, and whoever closes a
 *            connection the token that has just come over it. The token is wiped by then and cannot be looked for: of
 *            such a reason every word that is long enough for one becomes ***, but the host's and the session's
 *            names.
 * Does not:  look at keys and signatures, which those who send them take care of.
 */
#ifndef SSM_SESSION_HUSH_H
#define SSM_SESSION_HUSH_H

#include "core/err.h"

#define SESSIONHUSH_WORD 24		/* a word of so many characters may be a token */

/* Replaces the text where it stands, also percent-encoded; an empty one is none. */
void sessionhush_text(struct ssm_error *err, struct view secret);

/* Replaces all words that may be tokens, but those that one of the two texts has. */
void sessionhush_words(struct ssm_error *err, struct view host, struct view id);

#endif
