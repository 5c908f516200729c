/* Texts that end in NUL on stdin; for each a line: the JSON that shorthand makes of it, or its error. */
#include <stdio.h>
#include <unistd.h>

#include "core/io.h"
#include "json/json.h"
#include "json/text.h"
#include "request/shorthand.h"

static bool
tell(struct view text)
{
	struct bytes line = BYTES_INIT(JSON_DOCUMENT_MAX), value = BYTES_INIT(JSON_DOCUMENT_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	bool good;

	jsontext_begin(&line);
	if (shorthand_parse(&value, text, "--x", &err) == SSM_OK)
		jsontext_member_raw(&line, "value", bytes_view(&value));
	else
		jsontext_member(&line, "error", view_of(err.message));
	jsontext_end(&line);
	bytes_add_char(&line, '\n');
	good = !bytes_failed(&line) && io_write_all(STDOUT_FILENO, bytes_view(&line)) == 0;
	bytes_clear(&line);
	bytes_clear(&value);
	ssm_error_clear(&err);
	return good;
}

int
main(void)
{
	struct bytes all = BYTES_INIT((size_t)64 * 1024 * 1024);
	struct view rest;
	bool good = io_read_descriptor(&all, STDIN_FILENO) == 0;

	for (rest = bytes_view(&all); good && rest.len > 0;) {
		size_t end = view_find(rest, '\0');

		good = tell(view_slice(rest, 0, end));
		rest = view_slice(rest, end < rest.len ? end + 1 : end, rest.len);
	}
	bytes_clear(&all);
	return good ? 0 : 1;
}
