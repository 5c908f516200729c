#include "stream/handshake.h"

#include "core/printable.h"
#include "json/items.h"
#include "json/json.h"
#include "json/text.h"

#define TYPE_MAX 256			/* bytes of an action's name */

#define NO_KEY_ID "this client is not told of one key that it could do it with"
#define NO_PORT_KEY "this client does not encrypt what a port carries"
#define OTHER_REFUSED "another thing that is asked for cannot be done"

void
handshake_init(struct handshake *handshake)
{
	*handshake = (struct handshake){ .session = CHANNEL_SHELL };
	handshake->agent_version = (struct bytes)BYTES_INIT(HANDSHAKE_TEXT_MAX);
	handshake->port = (struct portproperties)PORTPROPERTIES_INIT;
	handshake->refusal = (struct bytes)BYTES_INIT(HANDSHAKE_TEXT_MAX);
	handshake->customer_message = (struct bytes)BYTES_INIT(HANDSHAKE_TEXT_MAX);
	handshake->key = (struct handshake_key){ .id = BYTES_INIT(HANDSHAKE_KEY_ID_MAX),
	    .challenge = BYTES_INIT(HANDSHAKE_TEXT_MAX), .ciphertext = BYTES_INIT(HANDSHAKE_CIPHERTEXT_MAX),
	    .reason = BYTES_INIT(HANDSHAKE_TEXT_MAX) };
}

void
handshake_clear(struct handshake *handshake)
{
	for (size_t i = 0; i < handshake->count; i++)
		bytes_clear(&handshake->actions[i].type);
	bytes_clear(&handshake->agent_version);
	portproperties_clear(&handshake->port);
	bytes_clear(&handshake->refusal);
	bytes_clear(&handshake->customer_message);
	bytes_clear(&handshake->key.id);
	bytes_clear(&handshake->key.challenge);
	bytes_clear(&handshake->key.ciphertext);
	bytes_clear(&handshake->key.reason);
	handshake->key.action = NULL;
	handshake->count = 0;
}

bool
handshake_lacks_memory(const struct handshake *handshake)
{
	const struct handshake_key *key = &handshake->key;
	bool lacks = bytes_failed(&handshake->agent_version) || bytes_failed(&handshake->refusal) ||
	    bytes_failed(&handshake->customer_message) || bytes_failed(&key->id) || bytes_failed(&key->challenge) ||
	    bytes_failed(&key->ciphertext) || bytes_failed(&key->reason) || portproperties_lack_memory(&handshake->port);

	for (size_t i = 0; i < handshake->count; i++)
		lacks |= bytes_failed(&handshake->actions[i].type);
	return lacks;
}

/* Not an error of memory: what is too long for a message is cut. */
static void
keep(struct bytes *out, struct view text)
{
	bytes_set(out, view_slice(text, 0, text.len < out->max ? text.len : out->max));
}

/* What could not be read for want of memory is not what the node said wrong. */
static void
note_memory(struct bytes *bytes, const struct ssm_error *err)
{
	bytes->failed |= err->rc == SSM_E_OTHER;
}

static void
refuse(struct handshake_action *action, const char *error)
{
	action->status = HANDSHAKE_UNSUPPORTED;
	action->error = error;
}

static bool
parse_member(struct json_doc *doc, const struct json_doc *of, const char *name, struct ssm_error *err)
{
	const struct json_member *member = json_member(of, name);

	if (json_kind(member) != JSON_OBJECT)
		return true;
	return json_parse(doc, member->raw, name, err) == SSM_OK;
}

static bool
read_port(struct handshake *handshake, const struct json_doc *parameters)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc properties = JSON_DOC_INIT;
	bool read = parse_member(&properties, parameters, "Properties", &err);

	if (read)
		portproperties_read(&handshake->port, &properties, bytes_view(&handshake->agent_version));
	note_memory(&handshake->refusal, &err);
	json_clear(&properties);
	ssm_error_clear(&err);
	return read;
}

static void
do_session_type(struct handshake *handshake, struct handshake_action *action, const struct json_doc *parameters)
{
	static const struct {
		const char *name;
		enum channel_session session;
	} kinds[] = {
		{ "Standard_Stream", CHANNEL_SHELL },
		{ "InteractiveCommands", CHANNEL_SHELL },
		{ "NonInteractiveCommands", CHANNEL_COMMAND },
		{ "Port", CHANNEL_PORT },
	};
	struct view name = json_text(parameters, "SessionType");

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (view_is(name, kinds[i].name)) {
			handshake->session = kinds[i].session;
			if (kinds[i].session == CHANNEL_PORT && !read_port(handshake, parameters))
				refuse(action, "the properties of the port cannot be read");
			return;
		}
	refuse(action, "this client does not know the type of the session");
}

/* Done when there is a key. Agents before 3.3.808 have no challenge. */
static void
do_encryption(struct handshake *handshake, struct handshake_action *action, const struct json_doc *parameters)
{
	struct handshake_key *key = &handshake->key;
	struct view id = json_text(parameters, "KMSKeyId"), challenge = json_text(parameters, "Challenge");

	if (key->action != NULL || id.len == 0 || id.len > key->id.max || challenge.len > key->challenge.max) {
		refuse(action, NO_KEY_ID);
		return;
	}
	key->action = action;
	bytes_set(&key->id, id);
	bytes_set(&key->challenge, challenge);
}

static const struct {
	const char *type;
	void (*run)(struct handshake *, struct handshake_action *, const struct json_doc *parameters);
} actions[] = {
	{ "SessionType", do_session_type },
	{ "KMSEncryption", do_encryption },
};

static void
run_action(struct handshake *handshake, struct handshake_action *action, const struct json_doc *parameters)
{
	struct view type = bytes_view(&action->type);

	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		if (view_is(type, actions[i].type)) {
			actions[i].run(handshake, action, parameters);
			return;
		}
	refuse(action, "this client does not know what is asked for");
}

/* What the user is told of the first action that was not done. */
static void
tell_refusal(struct handshake *handshake, const struct handshake_action *action)
{
	if (action->error == NULL || handshake->refusal.len > 0)
		return;
	bytes_add(&handshake->refusal, VIEW("the node asks for "));
	printable_line(&handshake->refusal, bytes_view(&action->type));
	bytes_add(&handshake->refusal, VIEW(", but "));
	bytes_add_text(&handshake->refusal, action->error);
}

static bool
is_object(struct view json)
{
	return json.len > 0 && json.ptr[0] == '{';
}

static bool
read_action(struct handshake *handshake, struct view item, struct ssm_error *err)
{
	struct handshake_action *action = &handshake->actions[handshake->count];
	struct json_doc doc = JSON_DOC_INIT, parameters = JSON_DOC_INIT;
	struct view type;
	bool read = false;

	if (is_object(item) && json_parse(&doc, item, "an action", err) == SSM_OK &&
	    parse_member(&parameters, &doc, "ActionParameters", err) &&
	    (type = json_text(&doc, "ActionType")).len > 0 && type.len <= TYPE_MAX) {
		*action = (struct handshake_action){ .type = BYTES_INIT(TYPE_MAX), .status = HANDSHAKE_DONE };
		bytes_set(&action->type, type);
		run_action(handshake, action, &parameters);
		tell_refusal(handshake, action);
		handshake->count++;
		read = true;
	}
	json_clear(&parameters);
	json_clear(&doc);
	return read;
}

static bool
read_actions(struct handshake *handshake, const struct json_doc *doc, struct ssm_error *err)
{
	const struct json_member *asked = json_member(doc, "RequestedClientActions");
	struct view item;
	size_t at = 0;

	if (json_kind(asked) == JSON_NULL || json_kind(asked) == JSON_ABSENT)
		return true;
	if (json_kind(asked) != JSON_ARRAY)
		return false;
	while (jsonitems_next(asked->raw, &at, &item))
		if (handshake->count == HANDSHAKE_ACTIONS_MAX || !read_action(handshake, item, err))
			return false;
	return true;
}

/* Which session it is may be said behind the key; no key is asked for where the session is refused anyway. */
static void
settle_key(struct handshake *handshake)
{
	struct handshake_action *action = handshake->key.action;

	if (action == NULL)
		return;
	if (handshake->session == CHANNEL_PORT) {
		refuse(action, NO_PORT_KEY);
		tell_refusal(handshake, action);
	} else if (handshake->refusal.len > 0) {
		action->status = HANDSHAKE_FAILED;
		action->error = OTHER_REFUSED;
	}
}

bool
handshake_read_request(struct handshake *handshake, struct view payload)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT;
	bool read;

	handshake->asked = true;
	read = json_parse(&doc, payload, "the handshake", &err) == SSM_OK;
	if (read) {
		keep(&handshake->agent_version, json_text(&doc, "AgentVersion"));
		read = read_actions(handshake, &doc, &err);
		settle_key(handshake);
	}
	note_memory(&handshake->refusal, &err);
	json_clear(&doc);
	ssm_error_clear(&err);
	return read;
}

bool
handshake_wants_key(const struct handshake *handshake)
{
	const struct handshake_key *key = &handshake->key;

	return key->action != NULL && key->action->status == HANDSHAKE_DONE && key->ciphertext.len == 0;
}

void
handshake_take_key(struct handshake *handshake, struct view ciphertext)
{
	bytes_set(&handshake->key.ciphertext, ciphertext);
}

void
handshake_refuse_key(struct handshake *handshake, struct view reason)
{
	struct handshake_key *key = &handshake->key;

	keep(&key->reason, view_slice(reason, 0, reason.len < HANDSHAKE_TEXT_MAX ? reason.len : HANDSHAKE_TEXT_MAX - 1));
	key->action->status = HANDSHAKE_FAILED;
	key->action->error = bytes_cstr(&key->reason);
	keep(&handshake->refusal, bytes_view(&key->reason));
}

static void
write_key(struct bytes *out, const struct handshake_key *key)
{
	jsontext_name(out, "ActionResult");
	jsontext_begin(out);
	jsontext_member(out, "KMSCipherTextKey", bytes_view(&key->ciphertext));
	jsontext_member_raw(out, "KMSCipherTextHash", VIEW("null"));
	if (key->challenge.len > 0)
		jsontext_member_raw(out, "ChallengeAcknowledgement", VIEW("true"));
	jsontext_end(out);
}

static void
write_action(struct bytes *out, const struct handshake_action *action, const struct handshake_key *key)
{
	jsontext_begin(out);
	jsontext_member(out, "ActionType", bytes_view(&action->type));
	jsontext_member_number(out, "ActionStatus", action->status);
	if (action == key->action && key->ciphertext.len > 0)
		write_key(out, key);
	else
		jsontext_member_raw(out, "ActionResult", VIEW("null"));
	jsontext_member(out, "Error", action->error == NULL ? VIEW("") : view_of(action->error));
	jsontext_end(out);
}

static void
write_errors(struct bytes *out, const struct handshake *handshake)
{
	const char *between = "[";

	jsontext_name(out, "Errors");
	for (size_t i = 0; i < handshake->count; i++) {
		if (handshake->actions[i].error == NULL)
			continue;
		bytes_add_text(out, between);
		jsontext_string(out, view_of(handshake->actions[i].error));
		between = ",";
	}
	bytes_add_text(out, between[0] == '[' ? "null" : "]");
}

void
handshake_write_response(struct bytes *out, const struct handshake *handshake, struct view client_version)
{
	jsontext_begin(out);
	jsontext_member(out, "ClientVersion", client_version);
	jsontext_name(out, "ProcessedClientActions");
	bytes_add_char(out, '[');
	for (size_t i = 0; i < handshake->count; i++) {
		if (i > 0)
			bytes_add_char(out, ',');
		write_action(out, &handshake->actions[i], &handshake->key);
	}
	bytes_add_char(out, ']');
	write_errors(out, handshake);
	jsontext_end(out);
}

bool
handshake_read_complete(struct handshake *handshake, struct view payload)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT;
	bool read = json_parse(&doc, payload, "the handshake's end", &err) == SSM_OK;

	handshake->complete = true;
	if (read)
		keep(&handshake->customer_message, json_text(&doc, "CustomerMessage"));
	note_memory(&handshake->customer_message, &err);
	json_clear(&doc);
	ssm_error_clear(&err);
	return read;
}
