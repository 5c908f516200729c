/*
 * jmespath/jmespath: the JMESPath language, as python-jmespath 1.0.1 understands it.
 *
 * Purpose:   what --query means. jq's own compiler needs longer to start than a whole call takes.
 * Ownership: a struct jmespath is a heap object, ended with jmespath_free(). Results live as long as the
 *            query, the document and the arena they were made in.
 * Errors:    the text is python-jmespath's (some have several lines, the last pointing at the place);
 *            code is the name of its exception, or of Python's own where it does not catch that
 *            (TypeError, ValueError, OverflowError). Ours alone: RecursionError and MemoryError for what
 *            is over a limit, and UnicodeError.
 * Limits:    of an expression: ast.h; of a search: run.h, and the arena's cap.
 * Differs:   literals are JSON's alone: no NaN, no Infinity, no \u0000, no half of a surrogate pair;
 *            to_number() reads ASCII digits only; merge() takes objects alone, in each place; sum() and
 *            avg() add floats as Python before 3.12, and ints as floats from where they need more than 53
 *            bits; a long value is cut where an error shows it, and an expression reference is shown as
 *            <expression>.
 */
#ifndef SSM_JMESPATH_JMESPATH_H
#define SSM_JMESPATH_JMESPATH_H

#include "json/value.h"

struct jmespath;

/* Makes a query of an expression (copied). SSM_E_INPUT when it is wrong; *out is then NULL. */
enum ssm_err jmespath_compile(struct jmespath **out, struct view expression, struct ssm_error *err);

/*
 * What the query finds in the document, into *out; SSM_E_OTHER when it fails. With `secret` no text of
 * the document is shown in an error.
 */
enum ssm_err jmespath_search(const struct value **out, const struct jmespath *query,
    const struct value *document, struct arena *arena, bool secret, struct ssm_error *err);

/* NULL is all right. */
void jmespath_free(struct jmespath *query);

#endif
