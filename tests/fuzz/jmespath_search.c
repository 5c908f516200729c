/* jmespath: an expression (the first line) and a document (the rest): an answer or an error, within limits. */
#include "fuzz.h"
#include "jmespath/jmespath.h"
#include "json/value_text.h"

#define BUDGET (1024 * 1024)

static void
search(const struct jmespath *query, const struct value *document, struct arena *arena)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct bytes text = BYTES_INIT(SIZE_MAX);
	const struct value *found;
	size_t budget = BUDGET;

	if (jmespath_search(&found, query, document, arena, false, &err) != SSM_OK)
		HOLDS(err.rc == SSM_E_OTHER && err.message[0] != '\0' && err.code[0] != '\0');
	else if (found->depth <= VALUE_DEPTH_MAX && value_fits(found, &budget))
		valuetext_repr(&text, found);
	HOLDS(!bytes_failed(&text));
	bytes_clear(&text);
	ssm_error_clear(&err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view rest = fuzz_view(data, size), expression = view_take(&rest, '\n');
	struct arena arena = ARENA_INIT(64 * 1024 * 1024);
	struct ssm_error err = SSM_ERROR_INIT;
	const struct value *document = &value_null;
	struct jmespath *query = NULL;

	if (rest.len > 0 && value_parse(&document, &arena, rest, "the document", &err) != SSM_OK)
		document = &value_null;
	if (jmespath_compile(&query, expression, &err) == SSM_OK)
		search(query, document, &arena);
	else
		HOLDS(query == NULL && err.message[0] != '\0');
	jmespath_free(query);
	arena_clear(&arena);
	ssm_error_clear(&err);
	return 0;
}
