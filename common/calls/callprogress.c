#include "calls/callprogress.h"

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/io.h"

#define LINE_MAX_BYTES 2048

static void
write_out(struct bytes *text)
{
	io_write_all(STDERR_FILENO, bytes_view(text));
	bytes_clear(text);
}

void
callprogress_wipe(struct callprogress *p)
{
	struct bytes text = BYTES_INIT(LINE_MAX_BYTES);

	if (p->progress.drawn == 0)
		return;
	progress_wipe(&text, &p->progress);
	write_out(&text);
}

static void
wipe(void *context)
{
	callprogress_wipe(context);
}

/* Bytes of a file that stdin is; of anything else nobody knows the end. */
static unsigned long long
size_of(int fd)
{
	struct stat of;

	return fstat(fd, &of) == 0 && S_ISREG(of.st_mode) && of.st_size > 0 ?
	    (unsigned long long)of.st_size : 0;
}

void
callprogress_start(struct callprogress *p, struct records *records, enum progress_when when)
{
	struct cli *cli = records->cli;

	p->records = records;
	p->shares_terminal = isatty(records->out.fd) != 0;
	if (cli->quiet || (when == PROGRESS_AUTO && p->shares_terminal))
		when = PROGRESS_NEVER;
	progress_start(&p->progress, cli->tool->name, when, isatty(STDERR_FILENO) != 0,
	    (long long)clock_ms());
	p->progress.bytes_total = size_of(records->in.fd);
	cli->before_message = wipe;
	cli->context = p;
}

void
callprogress_sent(struct callprogress *p)
{
	progress_sent(&p->progress);
}

void
callprogress_settled(struct callprogress *p, bool sent, const char *code)
{
	if (sent)
		progress_settled(&p->progress, code);
	else if (code != NULL)
		progress_refused(&p->progress, code);
}

static unsigned
width_of_terminal(void)
{
	struct winsize size = { .ws_col = 0 };

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/* What was taken from the file, less what waits in the buffer, and of that the share that is done with. */
static void
count_bytes(struct callprogress *p)
{
	struct progress *progress = &p->progress;
	const struct input *in = &p->records->in;
	unsigned long long settled = progress->done + progress->failed;
	off_t at = progress->bytes_total > 0 ? lseek(in->fd, 0, SEEK_CUR) : -1;

	if (at >= 0 && settled > 0)
		progress->bytes_read = ((unsigned long long)at - (in->buffer.len - in->begin)) * settled /
		    (settled + progress->in_flight);
}

unsigned
callprogress_draw(struct callprogress *p)
{
	struct bytes text = BYTES_INIT(LINE_MAX_BYTES);
	long long now = (long long)clock_ms();
	unsigned due = progress_due(&p->progress, now);

	if (due > 0)
		return due;
	count_bytes(p);
	progress_line(&text, &p->progress, now, width_of_terminal());
	write_out(&text);
	return progress_due(&p->progress, now);
}

void
callprogress_end(struct callprogress *p, bool summary)
{
	struct bytes text = BYTES_INIT(LINE_MAX_BYTES);
	const struct progress *progress = &p->progress;
	struct cli *cli = p->records->cli;
	const char *line;

	callprogress_wipe(p);
	cli->before_message = NULL;
	if (!summary || cli->json_errors || progress->done + progress->failed < 2 ||
	    (progress->failed == 0 && !progress->shown))
		return;
	progress_summary(&text, progress, (long long)clock_ms());
	if ((line = bytes_cstr(&text)) != NULL)
		cli_warn(cli, "%s", line);
	bytes_clear(&text);
}
