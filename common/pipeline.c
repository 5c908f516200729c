#include "pipeline.h"

#include <stdio.h>
#include <stdlib.h>

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

void
pipeline_show(struct bytes *out, const struct pipeline *pipeline)
{
	out->failed = out->failed || pipeline->failed;
	for (size_t i = 0; i < pipeline->stage_count; i++) {
		const struct stage *stage = &pipeline->stages[i];

		bytes_add(out, i > 0 ? VIEW(" | ") : VIEW_NONE);
		for (size_t k = 0; k < stage->argument_count; k++) {
			bytes_add(out, k > 0 ? VIEW(" ") : VIEW_NONE);
			add_quoted(out, stage->arguments[k]);
		}
	}
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
