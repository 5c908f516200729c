#include "aws/operation.h"

#include "json/text.h"

static const struct operation_service ssm = { "ssm", "AmazonSSM", NULL };
static const struct operation_service sts = { "sts", NULL, "2011-06-15" };
static const struct operation_service kms = { "kms", "TrentService", NULL };

/* Types that several operations have. */
static const struct shape text_any = { .type = SHAPE_STRING };
static const struct shape text = { .type = SHAPE_STRING, .min = 1 };
static const struct shape timestamp = { .type = SHAPE_TIMESTAMP };

/* With a row behind the members that ends them. */
#define STRUCTURE(...) { .type = SHAPE_STRUCTURE, .members = (const struct shape_member[]){ __VA_ARGS__, \
	{ NULL, NULL, false, NULL } } }
#define OPTIONS_END { NULL, NULL, NULL, NULL, OPERATION_VALUE }
#define RESULTS_END { NULL, OPERATION_TEXT }

/* ResumeSession, TerminateSession, StartSession */

static const struct shape resume_input = STRUCTURE(
	{ "SessionId", &text, true, "the session to get back into" }
);

static const struct shape terminate_input = STRUCTURE(
	{ "SessionId", &text, true, "the session to end" }
);

static const struct shape text_list = { .type = SHAPE_LIST, .item = &text };
static const struct shape text_lists = { .type = SHAPE_MAP, .key = &text, .item = &text_list };
static const struct shape start_input = STRUCTURE(
	{ "Target", &text, true, "the node: i-… or mi-…" },
	{ "DocumentName", &text_any, false, "what kind of session, as a document has it" },
	{ "Reason", &text, false, "kept with the session, for those who look later" },
	{ "Parameters", &text_lists, false, "values for the document's own parameters" }
);

static const struct shape grant = STRUCTURE(
	{ "SessionId", &text, false, NULL },
	{ "TokenValue", &text_any, false, NULL },
	{ "StreamUrl", &text_any, false, NULL }
);

static const struct shape terminate_output = STRUCTURE(
	{ "SessionId", &text, false, NULL }
);

static const struct operation_option session_options[] = {
	{ "session-id", "ID", "the session; '-' reads them from standard input", "SessionId", OPERATION_SUBJECT },
	OPTIONS_END,
};
static const struct operation_option start_options[] = {
	{ "target", "ID", "the managed node; '-' reads them from standard input", "Target", OPERATION_SUBJECT },
	{ "document-name", "NAME", "the document that defines the session", "DocumentName",
	    OPERATION_VALUE },
	{ "reason", "TEXT", "why the session is started", "Reason", OPERATION_VALUE },
	{ "parameters", "MAP", "of the document: name=value,... or JSON", "Parameters",
	    OPERATION_VALUE },
	OPTIONS_END,
};

static const struct operation_result resume_results[] = {
	{ "TokenValue", OPERATION_REQUIRED_OR_ENDED },
	{ "StreamUrl", OPERATION_REQUIRED_OR_ENDED },
	{ "SessionId", OPERATION_ECHO },
	RESULTS_END,
};
static const struct operation_result start_results[] = {
	{ "TokenValue", OPERATION_REQUIRED_OR_ENDED },
	{ "StreamUrl", OPERATION_REQUIRED_OR_ENDED },
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
static const struct shape filter = STRUCTURE(
	{ "key", &filter_key, true, "what to look at" },
	{ "value", &text, true, "what it must be" }
);
static const struct shape filters = { .type = SHAPE_LIST, .min = 1, .item = &filter };
static const struct shape describe_input = STRUCTURE(
	{ "State", &state, true, "sessions that go on, or that are over" },
	{ "MaxResults", &page_size, false, "sessions on a page, at most" },
	{ "NextToken", &text_any, false, "the NextToken of the page before" },
	{ "Filters", &filters, false, "only sessions that pass them all" }
);

static const struct shape output_url = STRUCTURE(
	{ "S3OutputUrl", &text, false, NULL },
	{ "CloudWatchOutputUrl", &text, false, NULL }
);
static const struct shape session = STRUCTURE(
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
	{ "MaxSessionDuration", &text, false, NULL }
);
static const struct shape sessions = { .type = SHAPE_LIST, .item = &session };
static const struct shape describe_output = STRUCTURE(
	{ "Sessions", &sessions, false, NULL },
	{ "NextToken", &text_any, false, NULL }
);

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

static const struct shape status_input = STRUCTURE(
	{ "Target", &text, true, "the node: i-… or mi-…" }
);
static const struct shape status_output = STRUCTURE(
	{ "Target", &text, false, NULL },
	{ "Status", &text_any, false, NULL }
);
static const struct operation_option status_options[] = {
	{ "target", "ID", "the managed node; '-' reads them from standard input", "Target", OPERATION_SUBJECT },
	OPTIONS_END,
};
static const struct operation_result status_results[] = {
	{ "Status", OPERATION_CONNECTED },
	RESULTS_END,
};

/* GetCallerIdentity */

static const struct shape nothing = { .type = SHAPE_STRUCTURE, .members = (const struct shape_member[]){
	{ NULL, NULL, false, NULL } } };
static const struct shape identity_output = STRUCTURE(
	{ "UserId", &text_any, false, NULL },
	{ "Account", &text_any, false, NULL },
	{ "Arn", &text_any, false, NULL }
);
static const struct operation_option identity_options[] = { OPTIONS_END };
static const struct operation_result identity_results[] = {
	{ "Arn", OPERATION_TEXT },
	RESULTS_END,
};

/* GenerateDataKey */

static const char *const key_specs[] = { "AES_256", "AES_128", NULL };
static const struct shape key_spec = { .type = SHAPE_STRING, .values = key_specs };
static const struct shape key_length = { .type = SHAPE_INTEGER, .min = 1 };
static const struct shape blob = { .type = SHAPE_BLOB };
static const struct shape encryption_context = { .type = SHAPE_MAP, .key = &text_any, .item = &text_any };
static const struct shape data_key_input = STRUCTURE(
	{ "KeyId", &text, true, "the KMS key that encrypts the data key" },
	{ "EncryptionContext", &encryption_context, false, "what whoever decrypts it has to name as well" },
	{ "NumberOfBytes", &key_length, false, "the length of the data key" },
	{ "KeySpec", &key_spec, false, "the length of the data key, as a cipher has it" },
	{ "GrantTokens", &text_list, false, "of grants that are not known everywhere yet" }
);
static const struct shape data_key_output = STRUCTURE(
	{ "CiphertextBlob", &blob, false, NULL },
	{ "Plaintext", &blob, false, NULL },
	{ "KeyId", &text, false, NULL }
);
static const struct operation_option data_key_options[] = {
	{ "key-id", "ID", "the KMS key: its id, ARN or alias", "KeyId", OPERATION_VALUE },
	{ "encryption-context", "MAP", "name=value,... or JSON", "EncryptionContext", OPERATION_VALUE },
	{ "number-of-bytes", "N", "of the data key, 1 to 1024", "NumberOfBytes", OPERATION_VALUE },
	{ "key-spec", "SPEC", "AES_256 or AES_128, in place of their number", "KeySpec", OPERATION_VALUE },
	{ "grant-tokens", "TOKEN", "one or more, of new grants", "GrantTokens", OPERATION_VALUE },
	OPTIONS_END,
};
static const struct operation_result data_key_results[] = {
	{ "CiphertextBlob", OPERATION_TEXT },
	{ "Plaintext", OPERATION_TEXT },
	RESULTS_END,
};

static const struct operation table[] = {
	{ "resume-session", "ResumeSession", "a new token and stream URL for a session",
	    &resume_input, &grant, session_options, resume_results, &ssm },
	{ "start-session", "StartSession", "a new session on a managed node, with token and stream URL",
	    &start_input, &grant, start_options, start_results, &ssm },
	{ "terminate-session", "TerminateSession", "end a session for good",
	    &terminate_input, &terminate_output, session_options, terminate_results, &ssm },
	{ "describe-sessions", "DescribeSessions", "a page of the sessions that are or were",
	    &describe_input, &describe_output, describe_options, describe_results, &ssm },
	{ "get-connection-status", "GetConnectionStatus", "whether a managed node can be connected to",
	    &status_input, &status_output, status_options, status_results, &ssm },
	{ "get-caller-identity", "GetCallerIdentity", "who the keys belong to",
	    &nothing, &identity_output, identity_options, identity_results, &sts },
	{ "generate-data-key", "GenerateDataKey", "a key for data, as it is and encrypted with a KMS key",
	    &data_key_input, &data_key_output, data_key_options, data_key_results, &kms },
	{ NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL },
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

void
operation_body(struct bytes *out, const struct operation *operation,
    const struct json_doc *parameters)
{
	bool first = true;

	if (operation->service->query_version != NULL) {		/* none of these has parameters */
		bytes_print(out, "Action=%s&Version=%s", operation->name, operation->service->query_version);
		return;
	}
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
