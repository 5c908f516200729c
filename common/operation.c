#include "operation.h"

#include "jsontext.h"

/* Types that several operations have. */
static const struct shape text_any = { .type = SHAPE_STRING };
static const struct shape text = { .type = SHAPE_STRING, .min = 1 };
static const struct shape timestamp = { .type = SHAPE_TIMESTAMP };

#define MEMBERS_END { NULL, NULL, false, NULL }
#define OPTIONS_END { NULL, NULL, NULL, NULL, OPERATION_VALUE }
#define RESULTS_END { NULL, OPERATION_TEXT }

/* ResumeSession, TerminateSession, StartSession */

static const struct shape_member resume_input_members[] = {
	{ "SessionId", &text, true, "the session to get back into" },
	MEMBERS_END,
};
static const struct shape resume_input = { .type = SHAPE_STRUCTURE,
	.members = resume_input_members };

static const struct shape_member terminate_input_members[] = {
	{ "SessionId", &text, true, "the session to end" },
	MEMBERS_END,
};
static const struct shape terminate_input = { .type = SHAPE_STRUCTURE,
	.members = terminate_input_members };

static const struct shape text_list = { .type = SHAPE_LIST, .item = &text };
static const struct shape text_lists = { .type = SHAPE_MAP, .key = &text, .item = &text_list };
static const struct shape_member start_input_members[] = {
	{ "Target", &text, true, "the node: i-… or mi-…" },
	{ "DocumentName", &text_any, false, "what kind of session, as a document has it" },
	{ "Reason", &text, false, "kept with the session, for those who look later" },
	{ "Parameters", &text_lists, false, "values for the document's own parameters" },
	MEMBERS_END,
};
static const struct shape start_input = { .type = SHAPE_STRUCTURE,
	.members = start_input_members };

static const struct shape_member grant_members[] = {
	{ "SessionId", &text, false, NULL },
	{ "TokenValue", &text_any, false, NULL },
	{ "StreamUrl", &text_any, false, NULL },
	MEMBERS_END,
};
static const struct shape grant = { .type = SHAPE_STRUCTURE, .members = grant_members };

static const struct shape_member terminate_output_members[] = {
	{ "SessionId", &text, false, NULL },
	MEMBERS_END,
};
static const struct shape terminate_output = { .type = SHAPE_STRUCTURE,
	.members = terminate_output_members };

static const struct operation_option session_options[] = {
	{ "session-id", "ID", "the session; '-' reads one id a line", "SessionId", OPERATION_SUBJECT },
	OPTIONS_END,
};
static const struct operation_option start_options[] = {
	{ "target", "ID", "the managed node; '-' reads one a line", "Target", OPERATION_SUBJECT },
	{ "document-name", "NAME", "the document that defines the session", "DocumentName",
	    OPERATION_VALUE },
	{ "reason", "TEXT", "why the session is started", "Reason", OPERATION_VALUE },
	{ "parameters", "MAP", "of the document: name=value,... or JSON", "Parameters",
	    OPERATION_VALUE },
	OPTIONS_END,
};

static const struct operation_result resume_results[] = {
	{ "TokenValue", OPERATION_GRANT },
	{ "StreamUrl", OPERATION_GRANT },
	{ "SessionId", OPERATION_ECHO },
	RESULTS_END,
};
static const struct operation_result start_results[] = {
	{ "TokenValue", OPERATION_GRANT },
	{ "StreamUrl", OPERATION_GRANT },
	{ "SessionId", OPERATION_TEXT },
	RESULTS_END,
};
static const struct operation_result terminate_results[] = {
	{ "SessionId", OPERATION_ECHO },
	RESULTS_END,
};

/* DescribeSessions */

static const char *const states[] = { "Active", "History", NULL };
static const char *const filter_keys[] = { "InvokedAfter", "InvokedBefore", "Target", "Owner",
	"Status", "SessionId", NULL };
static const struct shape state = { .type = SHAPE_STRING, .values = states };
static const struct shape filter_key = { .type = SHAPE_STRING, .values = filter_keys };
static const struct shape page_size = { .type = SHAPE_INTEGER, .min = 1 };
static const struct shape_member filter_members[] = {
	{ "key", &filter_key, true, "what to look at" },
	{ "value", &text, true, "what it must be" },
	MEMBERS_END,
};
static const struct shape filter = { .type = SHAPE_STRUCTURE, .members = filter_members };
static const struct shape filters = { .type = SHAPE_LIST, .min = 1, .item = &filter };
static const struct shape_member describe_input_members[] = {
	{ "State", &state, true, "sessions that go on, or that are over" },
	{ "MaxResults", &page_size, false, "sessions on a page, at most" },
	{ "NextToken", &text_any, false, "the NextToken of the page before" },
	{ "Filters", &filters, false, "only sessions that pass them all" },
	MEMBERS_END,
};
static const struct shape describe_input = { .type = SHAPE_STRUCTURE,
	.members = describe_input_members };

static const struct shape_member output_url_members[] = {
	{ "S3OutputUrl", &text, false, NULL },
	{ "CloudWatchOutputUrl", &text, false, NULL },
	MEMBERS_END,
};
static const struct shape output_url = { .type = SHAPE_STRUCTURE, .members = output_url_members };
static const struct shape_member session_members[] = {
	{ "SessionId", &text, false, NULL },
	{ "Target", &text, false, NULL },
	{ "Status", &text_any, false, NULL },
	{ "StartDate", &timestamp, false, NULL },
	{ "EndDate", &timestamp, false, NULL },
	{ "DocumentName", &text_any, false, NULL },
	{ "Owner", &text, false, NULL },
	{ "Reason", &text, false, NULL },
	{ "Details", &text, false, NULL },
	{ "OutputUrl", &output_url, false, NULL },
	{ "MaxSessionDuration", &text, false, NULL },
	MEMBERS_END,
};
static const struct shape session = { .type = SHAPE_STRUCTURE, .members = session_members };
static const struct shape sessions = { .type = SHAPE_LIST, .item = &session };
static const struct shape_member describe_output_members[] = {
	{ "Sessions", &sessions, false, NULL },
	{ "NextToken", &text_any, false, NULL },
	MEMBERS_END,
};
static const struct shape describe_output = { .type = SHAPE_STRUCTURE,
	.members = describe_output_members };

static const struct operation_option describe_options[] = {
	{ "state", "STATE", "Active or History", "State", OPERATION_VALUE },
	{ "filters", "FILTER", "key=KEY,value=VALUE ... or JSON", "Filters", OPERATION_VALUE },
	{ "starting-token", "TOKEN", "the page behind the one that had this NextToken", "NextToken",
	    OPERATION_STARTING_TOKEN },
	{ "page-size", "N", "sessions a page, 1 to 200", "MaxResults", OPERATION_PAGE_SIZE },
	{ "max-results", "N", "of this page, as the service calls it", "MaxResults", OPERATION_VALUE },
	{ "next-token", "TOKEN", "the service's own token, as it is", "NextToken", OPERATION_VALUE },
	OPTIONS_END,
};
static const struct operation_result describe_results[] = {
	{ "Sessions", OPERATION_ITEMS },
	RESULTS_END,
};

/* GetConnectionStatus */

static const struct shape_member status_input_members[] = {
	{ "Target", &text, true, "the node: i-… or mi-…" },
	MEMBERS_END,
};
static const struct shape status_input = { .type = SHAPE_STRUCTURE,
	.members = status_input_members };
static const struct shape_member status_output_members[] = {
	{ "Target", &text, false, NULL },
	{ "Status", &text_any, false, NULL },
	MEMBERS_END,
};
static const struct shape status_output = { .type = SHAPE_STRUCTURE,
	.members = status_output_members };
static const struct operation_option status_options[] = {
	{ "target", "ID", "the managed node; '-' reads one a line", "Target", OPERATION_SUBJECT },
	OPTIONS_END,
};
static const struct operation_result status_results[] = {
	{ "Status", OPERATION_CONNECTED },
	RESULTS_END,
};

static const struct operation table[] = {
	{ "resume-session", "ResumeSession", "a new token and stream URL for a session",
	    &resume_input, &grant, session_options, resume_results },
	{ "start-session", "StartSession", "a new session on a managed node, with token and stream URL",
	    &start_input, &grant, start_options, start_results },
	{ "terminate-session", "TerminateSession", "end a session for good",
	    &terminate_input, &terminate_output, session_options, terminate_results },
	{ "describe-sessions", "DescribeSessions", "a page of the sessions that are or were",
	    &describe_input, &describe_output, describe_options, describe_results },
	{ "get-connection-status", "GetConnectionStatus", "whether a managed node can be connected to",
	    &status_input, &status_output, status_options, status_results },
	{ NULL, NULL, NULL, NULL, NULL, NULL, NULL },
};

const struct operation *
operation_table(void)
{
	return table;
}

const struct operation *
operation_find(struct view name)
{
	for (const struct operation *row = table; row->command != NULL; row++)
		if (view_is(name, row->command) || view_is(name, row->name))
			return row;
	return NULL;
}

enum ssm_err
operation_check(const struct operation *operation, const struct json_doc *parameters,
    const char *own, struct ssm_error *err)
{
	return shape_check(operation->input, parameters, own, err);
}

void
operation_body(struct bytes *out, const struct operation *operation,
    const struct json_doc *parameters)
{
	bool first = true;

	bytes_add_char(out, '{');
	for (size_t i = 0; i < parameters->count; i++) {
		const struct json_member *member = &parameters->members[i];

		if (shape_member(operation->input, member->name) == NULL)
			continue;
		bytes_add(out, first ? VIEW_NONE : VIEW(", "));
		jsontext_string_ascii(out, member->name);
		bytes_add(out, VIEW(": "));
		shape_add(out, member->raw);
		first = false;
	}
	bytes_add_char(out, '}');
}
