#include "pages/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/io.h"
#include "json/json.h"
#include "pipeline/suite.h"

/* The endpoint that was given is Systems Manager's, and of the answer one member is wanted. */
void
owner_stages(struct pipeline *pipeline, const struct calloptions *given)
{
	struct calloptions call = *given;
	struct cli messages = *pipeline->cli;
	struct stage *stage = suite_add(pipeline, "ssm-request");

	call.values[CALLOPTION_ENDPOINT_URL] = call.values[CALLOPTION_METADATA] = NULL;
	messages.inline_errors = messages.fail_fast = false;
	pipeline_argument(pipeline, stage, "get-caller-identity");
	suite_end(pipeline, stage, &call, &messages);
	suite_end(pipeline, suite_add(pipeline, "ssm-sign"), &call, &messages);
	suite_end(pipeline, suite_add(pipeline, "ssm-call"), &call, &messages);
}

static enum ssm_err
read_arn(struct bytes *arn, int answer, struct ssm_error *err)
{
	struct bytes text = BYTES_INIT(JSON_DOCUMENT_MAX);
	struct json_doc doc = JSON_DOC_INIT;
	struct view found = VIEW_NONE;
	enum ssm_err rc = SSM_OK;

	if (lseek(answer, 0, SEEK_SET) != 0 || io_read_descriptor(&text, answer) != 0)
		rc = ssm_fail(err, SSM_E_OTHER, "PipelineError", "cannot read the caller's identity: %s", strerror(errno));
	else
		rc = json_parse(&doc, bytes_view(&text), "the caller's identity", err);
	if (rc == SSM_OK)
		found = json_text(&doc, "Arn");
	for (size_t i = 0; rc == SSM_OK && i < found.len; i++)
		if (found.ptr[i] <= ' ' || found.ptr[i] >= 0x7F)
			found.len = 0;
	if (rc == SSM_OK && (found.len == 0 || found.len > OWNER_ARN_MAX))
		rc = ssm_fail(err, SSM_E_OTHER, "ResponseParserError", "the service's answer cannot be right: member 'Arn' is "
		    "none");
	else if (rc == SSM_OK)
		bytes_add(arn, found);
	json_clear(&doc);
	bytes_clear(&text);
	return rc == SSM_OK && bytes_failed(arn) ? ssm_fail_memory(err) : rc;
}

bool
owner_find(struct bytes *arn, const struct cli *cli, const struct calloptions *given, int *code)
{
	int answer = memfd_create("identity", MFD_CLOEXEC);
	struct ssm_error err = SSM_ERROR_INIT;
	struct pipeline pipeline;

	*code = 0;
	pipeline_start(&pipeline, cli);
	owner_stages(&pipeline, given);
	if (answer < 0) {
		ssm_fail(&err, SSM_E_OTHER, "PipelineError", "cannot keep the caller's identity: %s", strerror(errno));
		*code = cli_fail(cli, &err);
	} else {
		pipeline_run(&pipeline, open("/dev/null", O_RDONLY | O_CLOEXEC),
		    fcntl(answer, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
		*code = pipeline_end(&pipeline);
	}
	if (*code == 0 && read_arn(arn, answer, &err) != SSM_OK)
		*code = cli_fail(cli, &err);
	else if (*code == 0)
		cli_verbose(cli, "the keys belong to %.*s", VIEW_ARG(bytes_view(arn)));
	pipeline_clear(&pipeline);
	if (answer >= 0)
		close(answer);
	return *code == 0;
}

/* Names of sessions may have commas and equals signs, paths of users quotes. */
void
owner_filter(struct bytes *out, struct view arn)
{
	bytes_add(out, VIEW("key=Owner,value=\""));
	for (size_t i = 0; i < arn.len; i++) {
		if (arn.ptr[i] == '"')
			bytes_add_char(out, '\\');
		bytes_add_char(out, arn.ptr[i]);
	}
	bytes_add_char(out, '"');
}
