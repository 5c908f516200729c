#include "jmespath/jmespath.h"

#include <stdlib.h>

#include "core/utf8.h"
#include "jmespath/eval.h"
#include "jmespath/parser.h"

/* An expression's tokens and nodes take some two hundred bytes for each of its own. */
#define QUERY_MEMORY_MAX ((size_t)JMESPATH_EXPRESSION_MAX * 512)

struct jmespath {
	struct arena arena;
	const struct jmespath_node *whole;
};

static enum ssm_err
check(struct view expression, struct ssm_error *err)
{
	if (expression.len == 0)
		return ssm_fail(err, SSM_E_INPUT, "EmptyExpressionError",
		    "Invalid JMESPath expression: cannot be empty.");
	if (expression.len > JMESPATH_EXPRESSION_MAX)
		return ssm_fail(err, SSM_E_INPUT, "MemoryError",
		    "the expression has more than %d bytes", JMESPATH_EXPRESSION_MAX);
	if (utf8_check(expression) != expression.len)
		return ssm_fail(err, SSM_E_INPUT, "UnicodeError", "the expression is not UTF-8");
	return SSM_OK;
}

enum ssm_err
jmespath_compile(struct jmespath **out, struct view expression, struct ssm_error *err)
{
	enum ssm_err rc = check(expression, err);
	struct jmespath *query;
	struct view kept;

	*out = NULL;
	if (rc != SSM_OK)
		return rc;
	if ((query = malloc(sizeof *query)) == NULL)
		return ssm_fail_memory(err);
	*query = (struct jmespath){ .arena = ARENA_INIT(QUERY_MEMORY_MAX) };
	kept = arena_copy(&query->arena, expression);
	rc = kept.ptr == NULL ? ssm_fail_memory(err) :
	    jmespath_parse(&query->whole, &query->arena, kept, err);
	if (rc == SSM_OK)
		*out = query;
	else
		jmespath_free(query);
	return rc;
}

enum ssm_err
jmespath_search(const struct value **out, const struct jmespath *query,
    const struct value *document, struct arena *arena, bool secret, struct ssm_error *err)
{
	struct jmespath_run run = { .arena = arena, .work = JMESPATH_WORK_MAX,
	    .secret = secret, .evaluate = jmespath_eval, .rc = SSM_OK, .err = err };
	const struct value *found = jmespath_eval(&run, query->whole, document);
	size_t budget = JMESPATH_RESULT_MAX;

	if (found != NULL && !value_fits(found, &budget))
		found = jmespath_fail(&run, "MemoryError", "the query's result is larger than %d bytes",
		    JMESPATH_RESULT_MAX);
	if (found != NULL)
		*out = found;
	free(run.pending);
	return run.rc;
}

void
jmespath_free(struct jmespath *query)
{
	if (query == NULL)
		return;
	arena_clear(&query->arena);
	free(query);
}
