#include "pipeline/pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/shellwords.h"

#define LINE_LEN_MAX ((size_t)4 * 1024 * 1024)

void
pipeline_start(struct pipeline *pipeline, const struct cli *cli)
{
	*pipeline = (struct pipeline){ .cli = cli, .messages = -1, .err = SSM_ERROR_INIT };
}

struct stage *
pipeline_add(struct pipeline *pipeline, const char *tool, bool holds_secrets)
{
	struct stage *stage = &pipeline->stages[pipeline->stage_count++];

	*stage = (struct stage){ .tool = tool, .holds_secrets = holds_secrets,
	    .input = { .fd = -1 }, .output = -1, .messages = BYTES_INIT(PIPELINE_MESSAGES_MAX),
	    .heard = { .fd = -1 }, .process = PROCESS_INIT, .end = { .fd = -1 } };
	pipeline_argument(pipeline, stage, tool);
	return stage;
}

/* Takes the argument, which is NULL when memory ended. */
static void
take_argument(struct pipeline *pipeline, struct stage *stage, char *argument)
{
	if (argument == NULL || stage->argument_count + 1 == PIPELINE_ARGUMENTS_MAX) {
		pipeline->failed = true;
		free(argument);
	} else {
		stage->arguments[stage->argument_count++] = argument;
	}
}

void
pipeline_argument(struct pipeline *pipeline, struct stage *stage, const char *argument)
{
	take_argument(pipeline, stage, strdup(argument));
}

void
pipeline_option(struct pipeline *pipeline, struct stage *stage, const char *name, const char *value)
{
	char *text;

	if (value != NULL)
		take_argument(pipeline, stage, asprintf(&text, "--%s=%s", name, value) < 0 ? NULL : text);
}

void
pipeline_flag(struct pipeline *pipeline, struct stage *stage, const char *name, bool set)
{
	char *text;

	if (set)
		take_argument(pipeline, stage, asprintf(&text, "--%s", name) < 0 ? NULL : text);
}

void
pipeline_add_shown(struct bytes *out, const struct pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->stage_count; i++) {
		const struct stage *stage = &pipeline->stages[i];

		bytes_add(out, i > 0 ? VIEW(" | ") : VIEW_NONE);
		for (size_t k = 0; k < stage->argument_count; k++) {
			bytes_add(out, k > 0 ? VIEW(" ") : VIEW_NONE);
			shellwords_quote(out, view_of(stage->arguments[k]));
		}
	}
	out->failed = out->failed || pipeline->failed;
}

int
pipeline_show(const struct pipeline *pipeline)
{
	struct bytes line = BYTES_INIT(LINE_LEN_MAX);

	pipeline_add_shown(&line, pipeline);
	bytes_add_char(&line, '\n');
	return cli_print(pipeline->cli, &line);
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
