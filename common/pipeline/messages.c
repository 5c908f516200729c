#include "pipeline/messages.h"

#include <unistd.h>

#include "cli/errordocument.h"
#include "core/io.h"

#define READ_MAX 4096			/* what comes at once */

static void
tell_line(const struct pipeline *pipeline, const struct stage *stage, struct view line)
{
	const struct cli_tool tool = { .name = stage->tool };
	const struct cli cli = { .tool = &tool };
	struct ssm_error err = SSM_ERROR_INIT;
	struct view id;

	if (pipeline->documents && !pipeline->cli->json_errors && errordocument_parse(line, &err, &id))
		cli_message(&cli, &err, 0, id);
	else
		io_write_all(STDERR_FILENO, line);
	ssm_error_clear(&err);
}

/* What was kept, but not told yet: up to the last line end, or all. */
static void
tell_more(const struct pipeline *pipeline, struct stage *stage, bool all)
{
	struct view rest = view_slice(bytes_view(&stage->messages), stage->told, stage->messages.len);

	while (rest.len > 0 && (all || view_find(rest, '\n') < rest.len)) {
		struct view line = view_take_line(&rest);

		tell_line(pipeline, stage, line);
		stage->told += line.len;
	}
}

void
messages_take(const struct pipeline *pipeline, struct stage *stage, struct view taken)
{
	bool kept = stage->messages.len + READ_MAX < PIPELINE_MESSAGES_MAX;

	if (kept)
		bytes_add(&stage->messages, taken);
	if (!pipeline->cli->verbose)
		return;
	tell_more(pipeline, stage, !kept || taken.len == 0);
	if (!kept)
		io_write_all(STDERR_FILENO, taken);
}

void
messages_tell(const struct pipeline *pipeline, const struct stage *stage)
{
	struct view text = bytes_view(&stage->messages);

	while (text.len > 0)
		tell_line(pipeline, stage, view_take_line(&text));
}
