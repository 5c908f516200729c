#include "sandbox/agent/handshake.h"

#include "json/text.h"
#include "json/value.h"

#define RESPONSE_MEMORY (4 * 1024 * 1024)
#define STATUS_DONE 1
#define NANOSECONDS 1000000
#define ENCRYPTED "This session is encrypted using AWS KMS."

static void
add_properties(struct bytes *out, const struct agent_options *options)
{
	const struct agent_port *port = &options->port;

	jsontext_name(out, "Properties");
	if (options->session != AGENT_PORT) {
		bytes_add(out, VIEW("null"));
		return;
	}
	jsontext_begin(out);
	jsontext_member(out, "portNumber", port->number);
	if (port->local.len > 0)
		jsontext_member(out, "localPortNumber", port->local);
	if (port->host.len > 0)
		jsontext_member(out, "host", port->host);
	if (port->forwards)
		jsontext_member(out, "type", VIEW("LocalPortForwarding"));
	jsontext_end(out);
}

static const char *
name_of(enum agent_session session)
{
	switch (session) {
	case AGENT_SHELL: return "Standard_Stream";
	case AGENT_INTERACTIVE: return "InteractiveCommands";
	case AGENT_COMMAND: case AGENT_COMMAND_SEPARATE: return "NonInteractiveCommands";
	default: return "Port";
	}
}

void
handshake_request(struct bytes *out, const struct agent_options *options, const struct encryption *encryption)
{
	jsontext_begin(out);
	jsontext_member(out, "AgentVersion", view_of(options->version));
	jsontext_name(out, "RequestedClientActions");
	bytes_add_char(out, '[');
	jsontext_begin(out);
	jsontext_member(out, "ActionType", VIEW("SessionType"));
	jsontext_name(out, "ActionParameters");
	jsontext_begin(out);
	jsontext_member(out, "SessionType", view_of(name_of(options->session)));
	add_properties(out, options);
	jsontext_end(out);
	jsontext_end(out);
	if (encryption->plan != NULL) {
		bytes_add_char(out, ',');
		encryption_write_action(out, encryption);
	}
	bytes_add_char(out, ']');
	jsontext_end(out);
}

void
handshake_complete(struct bytes *out, uint64_t milliseconds, bool encrypted)
{
	jsontext_begin(out);
	jsontext_member_number(out, "HandshakeTimeToComplete", (long long)(milliseconds * NANOSECONDS));
	jsontext_member(out, "CustomerMessage", encrypted ? VIEW(ENCRYPTED) : VIEW(""));
	jsontext_end(out);
}

static struct view
text_of(const struct value *object, struct view name)
{
	const struct value *member = value_member(object, name);

	return member != NULL && member->kind == VALUE_STRING ? value_text(member) : VIEW("");
}

/* A status that is not there is 0, as it is for the agent. */
static bool
was_done(struct bytes *why, const struct value *action)
{
	const struct value *status = value_member(action, VIEW("ActionStatus"));
	double number = status != NULL && value_is_number(status) ? value_double(status) : 0;

	if (number == STATUS_DONE)
		return true;
	bytes_add(why, text_of(action, VIEW("ActionType")));
	bytes_print(why, " failed on client with status %.0f error: ", number);
	bytes_add(why, text_of(action, VIEW("Error")));
	return false;
}

static enum handshake_verdict
judge(struct bytes *why, const struct value *response)
{
	const struct value *actions = value_member(response, VIEW("ProcessedClientActions"));

	if (response->kind != VALUE_OBJECT)
		return HANDSHAKE_UNREADABLE;
	if (actions == NULL || actions->kind == VALUE_NULL)
		return HANDSHAKE_GOOD;
	if (actions->kind != VALUE_ARRAY)
		return HANDSHAKE_UNREADABLE;
	for (uint32_t i = 0; i < actions->count; i++)
		if (!was_done(why, actions->of.items[i]))
			return HANDSHAKE_FAILED;
	return HANDSHAKE_GOOD;
}

void
handshake_client_version(struct bytes *out, struct view response)
{
	struct arena arena = ARENA_INIT(RESPONSE_MEMORY);
	struct ssm_error err = SSM_ERROR_INIT;
	const struct value *value;

	if (value_parse(&value, &arena, response, "the answer", &err) == SSM_OK)
		bytes_add(out, text_of(value, VIEW("ClientVersion")));
	arena_clear(&arena);
	ssm_error_clear(&err);
}

enum handshake_verdict
handshake_judge(struct bytes *why, struct view response)
{
	struct arena arena = ARENA_INIT(RESPONSE_MEMORY);
	enum handshake_verdict verdict = HANDSHAKE_UNREADABLE;
	struct ssm_error err = SSM_ERROR_INIT;
	const struct value *value;

	if (value_parse(&value, &arena, response, "the answer", &err) == SSM_OK)
		verdict = judge(why, value);
	arena_clear(&arena);
	ssm_error_clear(&err);
	return verdict;
}
