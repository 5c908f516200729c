/*
 * aws/id: what a session's or a managed node's id can be.
 *
 * Purpose: a text that can be none is told to be wrong before anything is sent: to the service it would
 *          be a session that does not exist, and a script that reads so starts another.
 * Units:   bytes; ids are ASCII.
 * Errors:  SSM_E_INPUT with the reason; of the text it has one character at most.
 * Does not: say whether there is such a session or node.
 */
#ifndef SSM_AWS_ID_H
#define SSM_AWS_ID_H

#include "core/err.h"

#define ID_SESSION_MAX 96
#define ID_TARGET_MAX 400

enum id_kind { ID_SESSION, ID_TARGET };

/* Whether the text has the form of a session's id, as it stands in a StreamUrl. */
bool id_is_session(struct view text);

/* The same for people's input, with the reason: also what only looks like an id is refused. */
enum ssm_err id_check(enum id_kind kind, struct view text, struct ssm_error *err);

/* Whether it ends as all of the service's do: a hyphen, and a random part. */
bool id_ends_like_session(struct view text);

#endif
