/*
 * jmespath_eval: a tree on a value.
 *
 * Ownership: what comes back lives in the evaluation's arena, or is a part of the document or of the query.
 * Errors:    what fails returns NULL; rc and *err tell why. `work` is what is left of the steps that one
 *            search may take: a search that has none left fails.
 */
#ifndef SSM_JMESPATH_EVAL_H
#define SSM_JMESPATH_EVAL_H

#include "jmespath_ast.h"

#define JMESPATH_WORK_MAX (100 * 1000 * 1000)

struct jmespath_evaluation {
	struct arena *arena;
	size_t work;
	bool secret;			/* show no text of the document in an error */
	const struct value **pending;	/* items of the arrays being made, the innermost one's last */
	size_t count, room;
	enum ssm_err rc;
	struct ssm_error *err;
};

/* What the node makes of the value. */
const struct value *jmespath_visit(struct jmespath_evaluation *e, const struct jmespath_node *node,
    const struct value *value);

/* Whether a value counts as false: null, false, and empty strings, arrays and objects. */
bool jmespath_is_false(const struct value *value);

/*
 * An array being made: begin, push its items, end. Others may be made in between. A failure needs no end.
 */
size_t jmespath_array_begin(const struct jmespath_evaluation *e);
bool jmespath_array_push(struct jmespath_evaluation *e, const struct value *item);
const struct value *jmespath_array_end(struct jmespath_evaluation *e, size_t begin);

/* Passes on what value.h's makers return; NULL becomes a failure. */
const struct value *jmespath_made(struct jmespath_evaluation *e, const struct value *value);

/* What is to be made would not fit in the arena. */
const struct value *jmespath_too_large(struct jmespath_evaluation *e);

/* Takes steps off the work that is left; false when there are not as many. */
bool jmespath_work(struct jmespath_evaluation *e, size_t steps);

/* Records a failure of the search under the name of Python's exception. */
const struct value *jmespath_fail(struct jmespath_evaluation *e, const char *exception,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
