/*
 * Reads lines `expression TAB document`, both JSON (the expression a string), and prints for each the
 * search's result, as JSON, or its failure: `!NAME message`, the message as a JSON string. A line
 * without a TAB is only compiled. With an argument, the document counts as secret. Without memory it
 * exits with 255.
 */
#include <stdio.h>
#include <stdlib.h>

#include "jmespath/jmespath.h"
#include "json/json.h"
#include "json/text.h"
#include "json/value_text.h"

static enum ssm_err
search(struct bytes *out, struct view expression, struct view document, bool secret,
    struct ssm_error *err)
{
	struct arena arena = ARENA_INIT(256 * 1024 * 1024);
	const struct value *text, *value, *found;
	struct jmespath *query = NULL;
	enum ssm_err rc;

	if ((rc = value_parse(&text, &arena, expression, "the expression", err)) == SSM_OK &&
	    (rc = jmespath_compile(&query, value_text(text), err)) == SSM_OK &&
	    document.len > 0 &&
	    (rc = value_parse(&value, &arena, document, "the document", err)) == SSM_OK &&
	    (rc = jmespath_search(&found, query, value, &arena, secret, err)) == SSM_OK)
		valuetext_json(out, found);
	jmespath_free(query);
	arena_clear(&arena);
	return rc;
}

int
main(int argc, char **argv)
{
	struct bytes out = BYTES_INIT(64 * 1024 * 1024);
	struct ssm_error err = SSM_ERROR_INIT;
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	(void)argv;
	while ((len = getline(&line, &size, stdin)) > 0) {
		struct view text = view_trim((struct view){ line, (size_t)len });
		size_t tab = view_find(text, '\t');

		if (search(&out, view_slice(text, 0, tab), view_slice(text, tab, text.len), argc > 1,
		    &err) != SSM_OK) {
			bytes_add_char(&out, '!');
			bytes_add_text(&out, err.code);
			bytes_add_char(&out, ' ');
			jsontext_string_ascii(&out, view_of(err.message));
		}
		bytes_add_char(&out, '\n');
		if (bytes_failed(&out) || strcmp(err.message, "out of memory") == 0)
			return 255;
		fwrite(out.ptr, 1, out.len, stdout);
		fflush(stdout);
		bytes_reset(&out);
		ssm_error_clear(&err);
	}
	bytes_clear(&out);
	free(line);
	return !feof(stdin) || ferror(stdout) ? 255 : 0;
}
