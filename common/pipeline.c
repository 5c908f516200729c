#include "pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "output.h"

#define LINE_LEN_MAX ((size_t)4 * 1024 * 1024)

void
pipeline_start(struct pipeline *pipeline, const struct cli *cli)
{
	*pipeline = (struct pipeline){ .cli = cli, .err = SSM_ERROR_INIT };
}

struct stage *
pipeline_add(struct pipeline *pipeline, const char *tool, bool holds_secrets)
{
	struct stage *stage = &pipeline->stages[pipeline->stage_count++];

	*stage = (struct stage){ .tool = tool, .holds_secrets = holds_secrets,
	    .input = -1, .output = -1, .messages = BYTES_INIT(PIPELINE_MESSAGES_MAX), .messages_fd = -1 };
	pipeline_argument(pipeline, stage, tool);
	return stage;
}

void
pipeline_argument(struct pipeline *pipeline, struct stage *stage, const char *argument)
{
	char *copy = strdup(argument);

	if (copy == NULL || stage->argument_count + 1 == PIPELINE_ARGUMENTS_MAX) {
		pipeline->failed = true;
		free(copy);
		return;
	}
	stage->arguments[stage->argument_count++] = copy;
}

void
pipeline_option(struct pipeline *pipeline, struct stage *stage, const char *name, const char *value)
{
	char *text;

	if (value == NULL)
		return;
	if (asprintf(&text, "--%s=%s", name, value) < 0) {
		pipeline->failed = true;
		return;
	}
	pipeline_argument(pipeline, stage, text);
	free(text);
}

void
pipeline_flag(struct pipeline *pipeline, struct stage *stage, const char *name, bool set)
{
	char text[64];

	snprintf(text, sizeof text, "--%s", name);
	if (set)
		pipeline_argument(pipeline, stage, text);
}

static void
add_quoted(struct bytes *out, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	    "-_=./:@,+%";

	if (*text != '\0' && strspn(text, plain) == strlen(text)) {
		bytes_add_text(out, text);
		return;
	}
	bytes_add_char(out, '\'');
	for (; *text != '\0'; text++)
		if (*text == '\'')
			bytes_add(out, VIEW("'\\''"));
		else
			bytes_add_char(out, *text);
	bytes_add_char(out, '\'');
}

static void
add_command_lines(struct bytes *out, const struct pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->stage_count; i++) {
		const struct stage *stage = &pipeline->stages[i];

		bytes_add(out, i > 0 ? VIEW(" | ") : VIEW_NONE);
		for (size_t k = 0; k < stage->argument_count; k++) {
			bytes_add(out, k > 0 ? VIEW(" ") : VIEW_NONE);
			add_quoted(out, stage->arguments[k]);
		}
	}
}

int
pipeline_show(const struct pipeline *pipeline)
{
	struct bytes line = BYTES_INIT(LINE_LEN_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	struct output out;

	add_command_lines(&line, pipeline);
	if (pipeline->failed || bytes_failed(&line)) {
		bytes_clear(&line);
		ssm_fail_memory(&err);
		return cli_fail(pipeline->cli, &err);
	}
	output_start(&out, STDOUT_FILENO, OUTPUT_COMPACT);
	output_line(&out, bytes_view(&line));
	bytes_clear(&line);
	return output_close(&out) ? 0 : cli_output_lost(pipeline->cli, out.error);
}

void
pipeline_clear(struct pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->stage_count; i++) {
		for (size_t k = 0; k < pipeline->stages[i].argument_count; k++)
			free(pipeline->stages[i].arguments[k]);
		bytes_clear(&pipeline->stages[i].messages);
	}
	pipeline->stage_count = 0;
	ssm_error_clear(&pipeline->err);
}
