#include "output.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"
#include "jsontext.h"

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

	*out = (struct output){ .fd = fd, .pending = BYTES_INIT(PENDING_MAX), .at_once = room_at_once(fd),
	    .pretty = form == OUTPUT_PRETTY || (form == OUTPUT_AUTO && terminal) };
	out->colour = out->pretty && terminal && output_may_colour();
}

static void
flush_when_full(struct output *out)
{
	if (out->pending.len >= FLUSH_AT)
		output_flush(out);
}

static void
ended(struct output *out, char end)
{
	bytes_add_char(&out->pending, end);
	flush_when_full(out);
}

static bool
has_blanks(struct view text)
{
	return view_find(text, ' ') < text.len || view_find(text, '\n') < text.len ||
	    view_find(text, '\t') < text.len || view_find(text, '\r') < text.len;
}

void
output_document(struct output *out, struct view document)
{
	if (out->pretty)
		jsontext_pretty(&out->pending, document, out->colour);
	else if (has_blanks(document))
		jsontext_compact(&out->pending, document);
	else
		bytes_add(&out->pending, document);
	ended(out, '\n');
}

void
output_record(struct output *out, struct view record, char end)
{
	bytes_add(&out->pending, record);
	ended(out, end);
}

void
output_line(struct output *out, struct view line)
{
	output_record(out, line, '\n');
}

void
output_text(struct output *out, struct view text)
{
	bytes_add(&out->pending, text);
	flush_when_full(out);
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
	bytes_drop(&out->pending, out->pending.len - rest.len);
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
	bytes_reset(&out->pending);
	return out->error == 0;
}

bool
output_is_full(const struct output *out)
{
	return out->pending.len >= FLUSH_AT;
}

bool
output_is_deserted(struct output *out)
{
	struct pollfd p = { .fd = out->fd };

	if (out->error == 0 && poll(&p, 1, 0) > 0)
		out->error = p.revents & POLLERR ? EPIPE : EIO;
	return out->error != 0;
}

bool
output_close(struct output *out)
{
	out->no_wait = false;
	output_flush(out);
	bytes_clear(&out->pending);
	if (close(out->fd) != 0 && out->error == 0)
		out->error = errno;
	return out->error == 0;
}
