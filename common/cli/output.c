#include "cli/output.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/io.h"
#include "core/printable.h"
#include "json/text.h"

#define FLUSH_AT 65536
#define PENDING_MAX ((size_t)256 * 1024 * 1024)	/* one answer of 8 MiB, indented and coloured */

bool
output_may_colour(void)
{
	const char *value = getenv("NO_COLOR"), *term = getenv("TERM");

	return (value == NULL || *value == '\0') && (term == NULL || strcmp(term, "dumb") != 0);
}

/* Only of a pipe it is certain how much it takes; a file takes everything. */
static size_t
room_at_once(int fd)
{
	struct stat of;

	return fstat(fd, &of) == 0 && S_ISREG(of.st_mode) ? SIZE_MAX : PIPE_BUF;
}

void
output_start(struct output *out, int fd, enum output_form form)
{
	bool terminal = isatty(fd) != 0;

	*out = (struct output){ .fd = fd, .pending = BYTES_INIT(PENDING_MAX), .ends = BYTES_INIT(PENDING_MAX),
	    .at_once = room_at_once(fd),
	    .pretty = form == OUTPUT_PRETTY || (form == OUTPUT_AUTO && terminal) };
	out->terminal = terminal;
	out->colour = out->pretty && terminal && output_may_colour();
}

static void
add_document(struct output *out, struct view document)
{
	if (out->pretty)
		jsontext_pretty(&out->pending, document, out->colour);
	else
		jsontext_compact(&out->pending, document);
	output_text(out, VIEW("\n"));
}

void
output_document(struct output *out, struct view document)
{
	struct bytes clean = BYTES_INIT(PENDING_MAX);

	if (out->terminal && !printable_is_text(document)) {
		printable_json(&clean, document);
		out->pending.failed |= bytes_failed(&clean);
		document = bytes_view(&clean);
	}
	add_document(out, document);
	bytes_clear(&clean);
}

void
output_line(struct output *out, struct view line)
{
	if (out->terminal)
		printable_text(&out->pending, line);
	else
		bytes_add(&out->pending, line);
	output_text(out, VIEW("\n"));
}

/* Of a record, where some may stay unwritten. Of one whose end cannot be noted the next one's is taken for it. */
static void
note_end(struct output *out)
{
	uint64_t end = out->written + out->pending.len;

	bytes_add(&out->ends, (struct view){ (const char *)&end, sizeof end });
}

void
output_text(struct output *out, struct view text)
{
	bytes_add(&out->pending, text);
	if (out->no_wait)
		note_end(out);
	if (output_is_full(out))
		output_flush(out);
}

static uint64_t
first_end(const struct output *out)
{
	uint64_t end = UINT64_MAX;

	if (out->ends.len >= sizeof end)
		memcpy(&end, out->ends.ptr, sizeof end);
	return end;
}

/* So many bytes of what was pending are out. */
static void
count_written(struct output *out, size_t len)
{
	size_t gone = 0;
	uint64_t end;

	out->written += len;
	for (; gone + sizeof end <= out->ends.len; gone += sizeof end) {
		memcpy(&end, out->ends.ptr + gone, sizeof end);
		if (end > out->written)
			break;
		out->whole = end;
	}
	bytes_drop(&out->ends, gone);
	bytes_drop(&out->pending, len);
}

static void
write_what_goes(struct output *out)
{
	struct view rest = bytes_view(&out->pending);

	while (rest.len > 0 && io_writable(out->fd)) {
		size_t len = rest.len < out->at_once ? rest.len : out->at_once;

		if (io_write_all(out->fd, view_slice(rest, 0, len)) != 0) {
			out->error = errno;
			break;
		}
		rest = view_slice(rest, len, rest.len);
	}
	count_written(out, out->pending.len - rest.len);
}

bool
output_flush(struct output *out)
{
	if (out->error == 0 && bytes_failed(&out->pending))
		out->error = ENOMEM;
	if (out->error == 0 && out->no_wait) {
		write_what_goes(out);
		return out->error == 0;
	}
	if (out->error == 0 && io_write_all(out->fd, bytes_view(&out->pending)) != 0)
		out->error = errno;
	count_written(out, out->pending.len);
	bytes_reset(&out->pending);
	return out->error == 0;
}

bool
output_is_full(const struct output *out)
{
	return out->pending.len >= FLUSH_AT;
}

bool
output_reader_gone(struct output *out)
{
	struct pollfd p = { .fd = out->fd };

	if (out->error == 0 && poll(&p, 1, 0) > 0)
		out->error = p.revents & POLLERR ? EPIPE : EIO;
	return out->error != 0;
}

size_t
output_take_back(struct output *out)
{
	size_t count = out->ends.len / sizeof(uint64_t);
	bool begun = out->written > out->whole && count > 0;

	if (begun)
		out->pending.len = (size_t)(first_end(out) - out->written);
	else
		bytes_reset(&out->pending);
	bytes_reset(&out->ends);
	return begun ? count - 1 : count;
}

void
output_give_up(struct output *out)
{
	bytes_reset(&out->pending);
	bytes_reset(&out->ends);
}

bool
output_close(struct output *out)
{
	out->no_wait = false;
	output_flush(out);
	bytes_clear(&out->pending);
	bytes_clear(&out->ends);
	if (close(out->fd) != 0 && out->error == 0)
		out->error = errno;
	return out->error == 0;
}
