/*
 * aws/shape: what a value of the service model may be.
 *
 * Purpose:  the model's types as constant tables, the checks that botocore makes of a value before it
 *           is sent, with its messages, and the text it sends.
 * Units:    lengths in characters or items. Maxima, patterns and sets of values are the service's
 *           affair, as they are with botocore.
 * Errors:   SSM_E_INPUT; shape_add() those of struct bytes.
 */
#ifndef SSM_AWS_SHAPE_H
#define SSM_AWS_SHAPE_H

#include "json/json.h"

/* SHAPE_BLOB is a string of base64; answers alone have any. */
enum shape_type { SHAPE_STRING, SHAPE_BLOB, SHAPE_INTEGER, SHAPE_TIMESTAMP, SHAPE_LIST, SHAPE_MAP,
	SHAPE_STRUCTURE };

struct shape {
	enum shape_type type;
	long min;			/* a length, or an integer's value */
	const char *const *values;	/* what a string may be; NULL: anything */
	const struct shape *key, *item;	/* a map's names; a list's items or a map's values */
	const struct shape_member *members;	/* of a structure; a row without name ends it */
};

struct shape_member {
	const char *name;		/* SessionId */
	const struct shape *shape;
	bool required;
	const char *about;		/* the first sentence of the model's documentation */
};

/* A member of a structure by name, or NULL. */
const struct shape_member *shape_member(const struct shape *structure, struct view name);

/* Whether a value of the shape can have a part of that type. */
bool shape_has(const struct shape *shape, enum shape_type type);

/*
 * Checks an object against a structure. A member called `own` is the caller's and left out (NULL:
 * there is none). All faults are told with botocore's sentences, "; " between them.
 */
enum ssm_err shape_check(const struct shape *structure, const struct json_doc *doc, const char *own,
    struct ssm_error *err);

/* A value that has passed as Python's json.dumps() writes it, in ASCII. */
void shape_add(struct bytes *out, struct view value);

#endif
