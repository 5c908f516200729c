#include "resume/styledend.h"

#include <fcntl.h>
#include <unistd.h>

#include "core/io.h"

/* The document goes to ssm-format, and what that prints to standard error. */
static void
tell_formatted(const struct cli *cli, const char *format, struct view document)
{
	struct pipeline pipeline;
	struct stage *stage;
	int in, out;

	if (io_pipe(&in, &out) != 0)
		return;
	pipeline_start(&pipeline, cli);
	stage = pipeline_add(&pipeline, "ssm-format", false);
	pipeline_option(&pipeline, stage, "output", format);
	pipeline_option(&pipeline, stage, "title", "error");
	io_write_all(out, document);
	io_close(&out);
	pipeline_run(&pipeline, in, fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
	pipeline_clear(&pipeline);
}

int
styledend(const struct cli *cli, struct pipeline *pipeline, enum errorstyle style, const char *operation)
{
	struct bytes text = BYTES_INIT(PIPELINE_MESSAGES_MAX);
	const char *format = errorstyle_format(style);
	bool told;
	int code;

	if (style == ERRORSTYLE_SUITE)
		return pipeline_end(pipeline);
	told = errorstyle_tell(&text, style, operation, pipeline_complaint(pipeline)) && !cli->quiet;
	if (told)
		pipeline_reword(pipeline, format == NULL && !cli->verbose ? bytes_view(&text) : VIEW_NONE);
	code = pipeline_end(pipeline);
	if (told && format != NULL)
		tell_formatted(cli, format, bytes_view(&text));
	else if (told && cli->verbose)
		io_write_all(STDERR_FILENO, bytes_view(&text));
	bytes_clear(&text);
	return code;
}
