/*
 * jmespath/run: one search: what it may still do, the values that it makes, how it fails.
 *
 * Ownership: what is made lives in the run's arena, but for `pending`, which the caller frees.
 * Errors:    what fails returns NULL or false; rc and *err tell why.
 * Limits:    `work` is what is left of the steps that one search may take: a search that has none left
 *            fails.
 */
#ifndef SSM_JMESPATH_RUN_H
#define SSM_JMESPATH_RUN_H

#include "jmespath/ast.h"

#define JMESPATH_WORK_MAX (100 * 1000 * 1000)
#define JMESPATH_RESULT_MAX (32 * 1024 * 1024)	/* values and bytes of text in a result */

struct jmespath_run;

/* What an expression makes of a value. */
typedef const struct value *jmespath_evaluate(struct jmespath_run *run,
    const struct jmespath_node *node, const struct value *value);

struct jmespath_run {
	struct arena *arena;
	size_t work;
	bool secret;			/* show no text of the document in an error */
	jmespath_evaluate *evaluate;	/* for functions that take an expression */
	const struct value **pending;	/* items of the arrays being made, the innermost one's last */
	size_t count, room;
	enum ssm_err rc;
	struct ssm_error *err;
};

/*
 * An array being made: begin, push its items, end. Others may be made in between. A failure needs no
 * end.
 */
size_t jmespath_array_begin(const struct jmespath_run *run);
bool jmespath_array_push(struct jmespath_run *run, const struct value *item);
const struct value *jmespath_array_end(struct jmespath_run *run, size_t begin);

/* Passes on what value.h's makers return; NULL becomes a failure. */
const struct value *jmespath_made(struct jmespath_run *run, const struct value *value);

/* An object of members in the arena, of which a name that comes twice keeps the last value. */
const struct value *jmespath_made_object(struct jmespath_run *run, struct value_member *members,
    size_t count);

/* Takes steps off the work that is left; false when there are not as many. */
bool jmespath_work(struct jmespath_run *run, size_t steps);

/* Records a failure of the search under the name of Python's exception. */
const struct value *jmespath_fail(struct jmespath_run *run, const char *exception,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The system has no memory left; or what is to be made would not fit in the arena. */
const struct value *jmespath_fail_memory(struct jmespath_run *run);
const struct value *jmespath_too_large(struct jmespath_run *run);

/*
 * JMESPathTypeError: `types` is how python-jmespath lists the types that would do, `received` the
 * name it gives what came.
 */
const struct value *jmespath_type_error(struct jmespath_run *run, const char *function,
    const struct value *shown, const char *types, const char *received);

/* "string", "number", "null", "expref" ... */
const char *jmespath_type_name(const struct value *value);

#endif
