#include "pipeline/suite.h"

struct stage *
suite_add(struct pipeline *pipeline, const char *tool)
{
	struct stage *stage = pipeline_add(pipeline, tool, strcmp(tool, "ssm-sign") == 0);

	stage->late = strcmp(tool, "ssm-format") == 0;
	return stage;
}

void
suite_end(struct pipeline *pipeline, struct stage *stage, const struct calloptions *given,
    const struct cli *messages)
{
	struct calloptions_argument argument;
	size_t next = 0;

	while (calloptions_next(given, stage->tool, &next, &argument)) {
		pipeline_option(pipeline, stage, argument.name, argument.value);
		pipeline_flag(pipeline, stage, argument.name, argument.value == NULL);
	}
	pipeline_option(pipeline, stage, "error-format", messages->json_errors ? "json" : NULL);
	pipeline_option(pipeline, stage, "errors", messages->inline_errors ? "inline" : NULL);
	pipeline_flag(pipeline, stage, "fail-fast", messages->fail_fast);
	pipeline_flag(pipeline, stage, "verbose", messages->verbose);
	pipeline_flag(pipeline, stage, "quiet", messages->quiet);
}
