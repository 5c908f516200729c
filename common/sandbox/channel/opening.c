#include "sandbox/channel/opening.h"

#include "json/json.h"

#define NOT_UNDERSTOOD 1003
#define AGAINST_POLICY 1008
#define REQUEST_ID_MIN 16
#define SCHEMA_VERSION "1.0"

void
sandbox_refusal_set(struct sandbox_refusal *refusal, unsigned code, const struct sandbox_channel *channel,
    const char *why)
{
	struct bytes text = BYTES_INIT(4 * SESSION_ID_MAX);

	bytes_print(&text, "Channel %s: %s.", channel->id, why);
	*refusal = (struct sandbox_refusal){ .code = code };
	memcpy(refusal->reason, text.ptr, text.len < SANDBOX_REASON_MAX ? text.len : SANDBOX_REASON_MAX);
	bytes_clear(&text);
}

/* What is wrong with it but for the token; NULL: nothing. */
static const char *
find_fault(const struct json_doc *doc)
{
	static const char *const texts[] = { "MessageSchemaVersion", "RequestId", "ClientId", "ClientVersion" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		enum json_kind kind = json_kind(json_member(doc, texts[i]));

		if (kind != JSON_STRING && kind != JSON_ABSENT)
			return "request to open data channel has a field that is no text";
	}
	if (!view_is(json_text(doc, "MessageSchemaVersion"), SCHEMA_VERSION))
		return "request to open data channel has another MessageSchemaVersion than " SCHEMA_VERSION;
	if (json_text(doc, "RequestId").len < REQUEST_ID_MIN)
		return "request to open data channel has no RequestId of 16 characters or more";
	return NULL;
}

bool
sandbox_opening_check(struct sandbox_channel *channel, struct view message, time_t now,
    struct sandbox_refusal *refusal)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT;
	const char *why = NULL;
	unsigned code = NOT_UNDERSTOOD;

	if (json_parse(&doc, message, "the request", &err) != SSM_OK) {
		why = "request to open data channel is no JSON object";
	} else if (json_text(&doc, "TokenValue").len == 0) {
		why = "request to open data channel does not contain token";
	} else if ((why = find_fault(&doc)) == NULL) {
		why = sandbox_channel_use(channel, json_text(&doc, "TokenValue"), now);
		code = AGAINST_POLICY;
	}
	if (why != NULL)
		sandbox_refusal_set(refusal, code, channel, why);
	json_clear(&doc);
	ssm_error_clear(&err);
	return why == NULL;
}
