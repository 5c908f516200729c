#include "start/stages.h"

#include <stdio.h>

#include "aws/id.h"
#include "pipeline/suite.h"
#include "start/newest.h"

static void
add_sign_and_call(struct pipeline *pipeline, const struct startoptions *given, const struct cli *messages)
{
	struct stage *call;

	if (!given->no_sign_request)
		suite_end(pipeline, suite_add(pipeline, "ssm-sign"), &given->call, messages);
	call = suite_add(pipeline, "ssm-call");
	call->aside = true;
	suite_end(pipeline, call, &given->call, messages);
}

void
stages_open(struct pipeline *pipeline, const struct startoptions *given, const struct cli *messages)
{
	struct stage *stage = suite_add(pipeline, "ssm-request");

	pipeline_argument(pipeline, stage, "start-session");
	pipeline_option(pipeline, stage, "target", given->target);
	pipeline_option(pipeline, stage, "document-name", given->document_name);
	pipeline_option(pipeline, stage, "parameters", given->parameters);
	pipeline_option(pipeline, stage, "reason", given->reason);
	pipeline_option(pipeline, stage, "cli-input-json", given->input_json);
	pipeline_option(pipeline, stage, "cli-input-yaml", given->input_yaml);
	pipeline_option(pipeline, stage, "generate-cli-skeleton", given->skeleton);
	suite_end(pipeline, stage, &given->call, messages);
	if (given->skeleton == NULL)
		add_sign_and_call(pipeline, given, messages);
}

static void
add_of_session(struct pipeline *pipeline, const char *command, const struct startoptions *given, const char *session_id,
    const struct cli *messages)
{
	struct stage *stage = suite_add(pipeline, "ssm-request");

	pipeline_argument(pipeline, stage, command);
	pipeline_option(pipeline, stage, "session-id", session_id);
	suite_end(pipeline, stage, &given->call, messages);
	add_sign_and_call(pipeline, given, messages);
}

void
stages_resume(struct pipeline *pipeline, const struct startoptions *given, const char *session_id,
    const struct cli *messages)
{
	add_of_session(pipeline, "resume-session", given, session_id == NULL ? "-" : session_id, messages);
}

void
stages_terminate(struct pipeline *pipeline, const struct startoptions *given, const char *session_id,
    const struct cli *messages)
{
	add_of_session(pipeline, "terminate-session", given, session_id, messages);
}

/* What it needs to call the service when it has to resume. */
static void
add_call_options(struct pipeline *pipeline, struct stage *stage, const struct calloptions *call)
{
	static const struct { enum calloption option; const char *name; } rows[] = {
		{ CALLOPTION_REGION, "region" },
		{ CALLOPTION_PROFILE, "profile" },
		{ CALLOPTION_ENDPOINT_URL, "endpoint-url" },
		{ CALLOPTION_CONNECT_TIMEOUT, "cli-connect-timeout" },
		{ CALLOPTION_READ_TIMEOUT, "cli-read-timeout" },
		{ CALLOPTION_CA_BUNDLE, "ca-bundle" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		pipeline_option(pipeline, stage, rows[i].name, call->values[rows[i].option]);
	pipeline_flag(pipeline, stage, "no-verify-ssl", calloptions_has(call, CALLOPTION_NO_VERIFY_SSL));
}

/* It has ssm-sign sign for it. */
void
stages_mine(struct pipeline *pipeline, const struct startoptions *given, const struct cli *messages)
{
	static const struct { enum calloption option; const char *name; } rows[] = {
		{ CALLOPTION_ATTEMPT_TIMEOUT, "attempt-timeout" },
		{ CALLOPTION_MAX_TIME, "max-time" },
		{ CALLOPTION_RETRY_MODE, "retry-mode" },
		{ CALLOPTION_MAX_ATTEMPTS, "max-attempts" },
	};
	struct stage *stage = pipeline_add(pipeline, "ssm-describe-sessions", true);
	char filter[ID_TARGET_MAX + sizeof "key=Target,value="];

	pipeline_flag(pipeline, stage, "mine", true);
	snprintf(filter, sizeof filter, "key=Target,value=%s", given->target != NULL ? given->target : "");
	pipeline_option(pipeline, stage, "filters", given->target != NULL ? filter : NULL);
	add_call_options(pipeline, stage, &given->call);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		pipeline_option(pipeline, stage, rows[i].name, given->call.values[rows[i].option]);
	pipeline_option(pipeline, stage, "error-format", messages->json_errors ? "json" : NULL);
	pipeline_flag(pipeline, stage, "verbose", messages->verbose);
	pipeline_flag(pipeline, stage, "quiet", messages->quiet);
}

void
stages_newest_shown(struct pipeline *pipeline)
{
	struct stage *stage = pipeline_add(pipeline, "jq", false);

	pipeline_argument(pipeline, stage, "-rs");
	pipeline_argument(pipeline, stage, "map(.Sessions[] | select(.DocumentName // \"\" | test(\"" NEWEST_OTHERS
	    "\") | not)) | max_by(.StartDate).SessionId // empty");
}

struct stage *
stages_stream(struct pipeline *pipeline, const struct startoptions *given, const char *session)
{
	struct stage *stage = suite_add(pipeline, "ssm-stream");
	const struct cli *cli = pipeline->cli;

	pipeline_option(pipeline, stage, "session", session);
	pipeline_option(pipeline, stage, "target", given->resume ? NULL : given->target);
	pipeline_flag(pipeline, stage, "no-adopt", session != NULL && !given->resume);
	pipeline_flag(pipeline, stage, "separate-output", given->separate_output);
	for (int i = 0; i < STREAMOPTION_COUNT; i++) {
		const char *name = startoptions_stream_name((enum streamoption)i);

		if (i == STREAMOPTION_NO_RESUME)
			pipeline_flag(pipeline, stage, name, given->stream[i] != NULL);
		else
			pipeline_option(pipeline, stage, name, given->stream[i]);
	}
	add_call_options(pipeline, stage, &given->call);
	pipeline_option(pipeline, stage, "error-format", cli->json_errors ? "json" : NULL);
	pipeline_flag(pipeline, stage, "verbose", cli->verbose);
	pipeline_flag(pipeline, stage, "quiet", cli->quiet);
	return stage;
}
