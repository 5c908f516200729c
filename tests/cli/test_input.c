/* input: records from descriptors: lines, what is known of more, limits. Documents: json_oracle.py. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/input.h"
#include "tap.h"

#define RECORD_MAX 8

/* An input whose bytes are text, then the end. */
static void
start(struct input *in, struct view text)
{
	int ends[2];

	if (pipe(ends) != 0 || write(ends[1], text.ptr, text.len) != (ssize_t)text.len)
		abort();
	close(ends[1]);
	input_start(in, ends[0], "the pipe", RECORD_MAX);
}

#define CASE(title, text, records) { title, { text, sizeof text - 1 }, records }

static const struct {
	const char *title;
	struct view text;
	const char *records;		/* each in < >, or ! and the message */
} lines[] = {
	CASE("nothing", "", ""),
	CASE("blank lines alone", "\n \t\n\r\n ", ""),
	CASE("lines", "a\nbc\n", "<a><bc>"),
	CASE("the last without an end", "a\nbc", "<a><bc>"),
	CASE("CRLF", "a\r\nb\r\n", "<a><b>"),
	CASE("CR alone ends no line", "a\rb\n", "<a\rb>"),
	CASE("blank lines between", "\n\na\n  \nb\n\n", "<a><b>"),
	CASE("blanks at both ends stay", " a \n", "< a >"),
	CASE("bytes that are no text", "\xFF\x01\n", "<\xFF\x01>"),
	CASE("a line of the longest length", "12345678\n12345678", "<12345678><12345678>"),
	CASE("one byte more", "a\n123456789\nb\n",
	    "<a>!the pipe: line 2 is longer than 8 bytes<b>"),
	CASE("one byte more at the end", "123456789", "!the pipe: line 1 is longer than 8 bytes"),
	CASE("line numbers count blank lines", "\n\n123456789\n",
	    "!the pipe: line 3 is longer than 8 bytes"),
};

static void
check_lines(void)
{
	struct bytes got = BYTES_INIT(4096);

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct ssm_error err = SSM_ERROR_INIT;
		struct input in;
		struct view line;
		enum input_status status;

		bytes_reset(&got);
		start(&in, lines[i].text);
		while ((status = input_line(&in, &line, &err)) == INPUT_RECORD || status == INPUT_BAD) {
			bytes_add_text(&got, status == INPUT_BAD ? "!" : "<");
			bytes_add(&got, status == INPUT_BAD ? view_of(err.message) : line);
			bytes_add_text(&got, status == INPUT_BAD ? "" : ">");
		}
		ok(status == INPUT_END, "read to the end: %s", lines[i].title);
		is_text(bytes_cstr(&got), lines[i].records, "lines: %s", lines[i].title);
		input_close(&in);
		ssm_error_clear(&err);
	}
	bytes_clear(&got);
}

/* A line many times longer than any buffer is passed over without being kept. */
static void
check_endless_line(void)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct bytes text = BYTES_INIT(2 * 1024 * 1024);
	int fd = memfd_create("lines", MFD_CLOEXEC);
	struct input in;
	struct view line = VIEW_NONE;

	for (int i = 0; i < 1024 * 1024; i++)
		bytes_add_char(&text, 'x');
	bytes_add_text(&text, "\nb");
	if (write(fd, text.ptr, text.len) != (ssize_t)text.len || lseek(fd, 0, SEEK_SET) != 0)
		abort();
	input_start(&in, fd, "the file", RECORD_MAX);
	ok(input_line(&in, &line, &err) == INPUT_BAD, "a line of 1 MiB is too long");
	is_text(err.message, "the file: line 1 is longer than 8 bytes", "and that is said");
	ok(in.buffer.cap < 256 * 1024, "it was not kept");
	ok(input_line(&in, &line, &err) == INPUT_RECORD && view_is(line, "b"), "the next line follows");
	input_close(&in);
	bytes_clear(&text);
	ssm_error_clear(&err);
}

static void
send_text(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
}

/* Each read gets one piece: the longest line allowed, then what makes it too long. */
static void
check_pieces(void)
{
	static const char *const pieces[] = { "12345678", "9\nb\n1234", "5678", "\r\nc" };
	struct ssm_error err = SSM_ERROR_INIT;
	struct input in;
	struct view line;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0)
		abort();
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++)
		send_text(ends[1], pieces[i]);
	close(ends[1]);
	input_start(&in, ends[0], "the socket", RECORD_MAX);
	ok(input_line(&in, &line, &err) == INPUT_BAD, "a line that goes on in the next read");
	ok(input_line(&in, &line, &err) == INPUT_RECORD && view_is(line, "b"), "the next one");
	ok(input_line(&in, &line, &err) == INPUT_BAD, "the CR of the longest line is one too many");
	ok(input_line(&in, &line, &err) == INPUT_RECORD && view_is(line, "c"), "the last one");
	ok(input_line(&in, &line, &err) == INPUT_END, "and the end");
	input_close(&in);
	ssm_error_clear(&err);
}

/* A word is a value only when what follows is known: it may run into that. */
static void
check_words_in_pieces(void)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct input in;
	struct view text;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0)
		abort();
	send_text(ends[1], "null");
	send_text(ends[1], "\vtrue\ntrue");
	send_text(ends[1], "\nfalse");
	close(ends[1]);
	input_start(&in, ends[0], "the socket", 100);
	in.any_value = true;
	ok(input_document_text(&in, &text, &err) == INPUT_BAD, "a word that goes on in the next read");
	is_text(err.message, "the socket is not JSON: line 1, column 5: a blank is expected behind the value",
	    "is no value before it");
	ok(input_document_text(&in, &text, &err) == INPUT_RECORD && view_is(text, "true"), "one that does not");
	ok(input_document_text(&in, &text, &err) == INPUT_RECORD && view_is(text, "false"),
	    "one that the end follows");
	ok(input_document_text(&in, &text, &err) == INPUT_END, "and the end");
	input_close(&in);
	ssm_error_clear(&err);
}

static void
count_wait(void *context)
{
	++*(int *)context;
}

static void
check_more(void)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT;
	struct input in;
	int ends[2], waits = 0;

	if (pipe(ends) != 0)
		abort();
	input_start(&in, ends[0], "the pipe", 100);
	in.before_wait = count_wait;
	in.context = &waits;
	ok(!input_has_more(&in), "nothing has come: no wait, no more");
	is_number(waits, 0, "and nothing was flushed for it");
	send_text(ends[1], " \n ");
	ok(!input_has_more(&in), "blanks are no record");
	send_text(ends[1], "{");
	ok(input_has_more(&in), "a byte is known to begin a record");
	is_number(input_peek(&in, &err), '{', "peek shows it");
	send_text(ends[1], "nan} {}");
	ok(input_document(&in, &doc, &err) == INPUT_BAD, "a bad document is told at once");
	is_text(err.message, "the pipe is not JSON: line 2, column 3: a member name in double quotes "
	    "is expected", "with its place");
	json_clear(&doc);
	ok(!input_has_more(&in), "what follows on its line is no record");
	send_text(ends[1], " {}\n {}\n");
	ok(!input_has_more(&in), "nor is a line that does not begin with '{'");
	waits = 0;
	send_text(ends[1], "{\"a\":1}");
	ok(input_has_more(&in), "one that does is");
	ok(input_document(&in, &doc, &err) == INPUT_BAD, "what was skipped may have been documents: told, too");
	is_text(err.message, "line 2 of the pipe: 8 bytes behind what is no JSON were skipped, and may hold "
	    "documents: each needs a line of its own", "with the number of bytes");
	json_clear(&doc);
	ok(input_document(&in, &doc, &err) == INPUT_RECORD, "it is read without its line end");
	is_view(doc.text, VIEW("{\"a\":1}"), "as it is");
	is_number(waits, 1, "before_wait() comes before each read");
	json_clear(&doc);
	close(ends[1]);
	ok(!input_has_more(&in), "no more behind the last");
	is_number(input_peek(&in, &err), -1, "peek says so");
	ok(input_document(&in, &doc, &err) == INPUT_END, "the end");
	input_close(&in);
	ssm_error_clear(&err);
}

static void
check_failures(void)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT;
	struct input in;
	struct view line;

	ok(input_open(&in, "/nowhere/x", 8, &err) == SSM_E_INPUT, "a file that is not there");
	is_text(err.message, "cannot open '/nowhere/x': No such file or directory", "and why");
	ok(input_open(&in, "/", 8, &err) == SSM_OK, "a directory can be opened");
	ok(input_line(&in, &line, &err) == INPUT_FAILED, "but no lines read");
	is_text(err.message, "cannot read /: Is a directory", "and why not");
	ssm_error_clear(&err);
	ok(input_document(&in, &doc, &err) == INPUT_FAILED, "nor documents");
	input_close(&in);
	ok(input_open(&in, "-", 8, &err) == SSM_OK && in.fd == STDIN_FILENO, "'-' is standard input");
	input_close(&in);
	ok(fcntl(STDIN_FILENO, F_GETFD) >= 0, "which stays open");
	ssm_error_clear(&err);
}

int
main(void)
{
	check_lines();
	check_endless_line();
	check_pieces();
	check_words_in_pieces();
	check_more();
	check_failures();
	return done_testing();
}
