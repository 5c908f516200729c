/*
 * json_echo [RECORD_MAX]: reads documents as the tools do and prints a line for each:
 *
 *	{"a":"\u0062"}	{"a":"b"}	compact, a tab, and its members decoded: names, strings, a number
 *					as [0,"its text"], arrays with their strings and
 *					null for the rest, other values by their kind
 *	BAD "message"			for one that is refused
 *	END, or FAILED "message"		at last
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/input.h"
#include "core/io.h"
#include "json/items.h"
#include "json/text.h"
#include "json/unescape.h"

#define LINE_MAX_BYTES ((size_t)64 * 1024 * 1024)

static void
add_number(struct bytes *line, const struct json_member *member)
{
	char text[40];
	double number = 0;

	if (!json_number(member, &number))
		abort();
	snprintf(text, sizeof text, "[0,\"%.17g\"]", number);
	bytes_add_text(line, text);
}

static void
add_array(struct bytes *line, const struct json_member *member)
{
	struct bytes room = BYTES_INIT(LINE_MAX_BYTES);
	struct view item;
	size_t at = 0;

	bytes_add_char(line, '[');
	while (jsonitems_next(member->raw, &at, &item)) {
		bytes_add(line, line->ptr[line->len - 1] == '[' ? VIEW_NONE : VIEW(","));
		if (item.ptr[0] == '"')
			jsontext_string(line, jsonunescape_into(&room, view_slice(item, 1, item.len - 1)));
		else
			bytes_add_text(line, "null");
	}
	bytes_add_char(line, ']');
	bytes_clear(&room);
}

static void
add_member(struct bytes *line, const struct json_member *member)
{
	enum json_kind kind = json_kind(member);

	bytes_add(line, line->ptr[line->len - 1] == '{' ? VIEW_NONE : VIEW(","));
	jsontext_string(line, member->name);
	bytes_add_char(line, ':');
	if (kind == JSON_STRING)
		jsontext_string(line, member->text);
	else if (kind == JSON_NUMBER)
		add_number(line, member);
	else if (kind == JSON_ARRAY)
		add_array(line, member);
	else
		jsontext_string(line, view_of(json_kind_name(kind)));
}

static void
add_document(struct bytes *line, const struct json_doc *doc)
{
	jsontext_compact(line, doc->text);
	bytes_add_char(line, '\t');
	jsontext_begin(line);
	for (size_t i = 0; i < doc->count; i++)
		add_member(line, &doc->members[i]);
	jsontext_end(line);
}

static enum input_status
echo(struct input *in, struct bytes *line)
{
	struct json_doc doc = JSON_DOC_INIT;
	struct ssm_error err = SSM_ERROR_INIT;
	enum input_status status = input_document(in, &doc, &err);

	if (status == INPUT_RECORD)
		add_document(line, &doc);
	else
		bytes_add_text(line,
		    status == INPUT_BAD ? "BAD " : status == INPUT_END ? "END" : "FAILED ");
	if (status == INPUT_BAD || status == INPUT_FAILED)
		jsontext_string(line, view_of(err.message));	/* a name in it may hold line ends */
	bytes_add_char(line, '\n');
	json_clear(&doc);
	ssm_error_clear(&err);
	return status;
}

int
main(int argc, char **argv)
{
	struct bytes line = BYTES_INIT(LINE_MAX_BYTES);
	struct input in;
	enum input_status status = INPUT_RECORD;
	bool lost = false;

	input_start(&in, STDIN_FILENO, "standard input",
	    argc > 1 ? strtoul(argv[1], NULL, 10) : JSON_DOCUMENT_MAX);
	while (!lost && (status == INPUT_RECORD || status == INPUT_BAD)) {
		status = echo(&in, &line);
		lost = bytes_failed(&line) || io_write_all(STDOUT_FILENO, bytes_view(&line)) != 0;
		bytes_reset(&line);
	}
	input_close(&in);
	bytes_clear(&line);
	return lost;
}
