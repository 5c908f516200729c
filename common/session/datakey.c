#include "session/datakey.h"

#include "core/base64.h"
#include "json/items.h"
#include "json/text.h"
#include "stream/handshake.h"

#define PATIENCE 13000			/* milliseconds: two less than the node's */
#define PLAINTEXT_MAX 4096		/* bytes: KMS's own limit */

static bool
lacks_memory(const struct sessiondatakey *data_key)
{
	return bytes_failed(&data_key->key_id) || bytes_failed(&data_key->challenge) ||
	    bytes_failed(&data_key->target) || bytes_failed(&data_key->parameters);
}

static unsigned
time_left(const struct sessiondatakey *data_key)
{
	uint64_t now = loop_now(data_key->how.loop);

	return now < data_key->until ? (unsigned)(data_key->until - now) : 0;
}

/* As one document, in which no value is taken for a file's name, whatever the node calls its key. */
static void
write_parameters(struct sessiondatakey *data_key)
{
	struct bytes *out = &data_key->parameters;

	bytes_reset(out);
	jsontext_begin(out);
	jsontext_member(out, "KeyId", bytes_view(&data_key->key_id));
	jsontext_name(out, "EncryptionContext");
	jsontext_begin(out);
	jsontext_member(out, "aws:ssm:SessionId", view_of(data_key->how.session_id));
	jsontext_member(out, "aws:ssm:TargetId", bytes_view(&data_key->target));
	if (data_key->challenge.len > 0)
		jsontext_member(out, "aws:ssm:RandomChallenge", bytes_view(&data_key->challenge));
	jsontext_end(out);
	jsontext_member_number(out, "NumberOfBytes", CHANNEL_KEY_LEN);
	jsontext_end(out);
	data_key->how.parameters = bytes_cstr(out);
}

static void
ask_key(struct sessiondatakey *data_key)
{
	write_parameters(data_key);
	if (lacks_memory(data_key)) {
		data_key->state = SESSIONDATAKEY_IDLE;
		ssm_fail_memory(&data_key->err);
		return;
	}
	data_key->state = SESSIONDATAKEY_ASKS_KEY;
	sessionask_start(&data_key->ask, SESSIONASK_DATA_KEY, &data_key->how, time_left(data_key));
}

void
sessiondatakey_start(struct sessiondatakey *data_key, const struct sessionask_how *how,
    const struct channel_event *event, const char *target)
{
	data_key->how = *how;
	data_key->until = loop_now(how->loop) + PATIENCE;
	bytes_set(&data_key->key_id, event->text);
	bytes_set(&data_key->challenge, event->bytes);
	bytes_set(&data_key->target, view_of(target));
	if (target != NULL) {
		ask_key(data_key);
		return;
	}
	data_key->state = SESSIONDATAKEY_ASKS_TARGET;
	sessionask_start(&data_key->ask, SESSIONASK_TARGET, &data_key->how, time_left(data_key));
}

/* Of the session in the list; its filter leaves one, or none. */
static bool
find_target(struct sessiondatakey *data_key)
{
	struct json_doc list = JSON_DOC_INIT, session = JSON_DOC_INIT;
	const struct json_member *sessions;
	struct ssm_error err = SSM_ERROR_INIT;
	struct view item;
	size_t at = 0;

	if (json_parse(&list, bytes_view(&data_key->ask.answer), "the list of sessions", &err) == SSM_OK &&
	    json_kind(sessions = json_member(&list, "Sessions")) == JSON_ARRAY &&
	    jsonitems_next(sessions->raw, &at, &item) && json_parse(&session, item, "a session", &err) == SSM_OK)
		bytes_set(&data_key->target, json_text(&session, "Target"));
	json_clear(&session);
	json_clear(&list);
	ssm_error_clear(&err);
	return data_key->target.len > 0;
}

static void
take_target(struct sessiondatakey *data_key)
{
	struct ssm_error *err = &data_key->ask.err;

	data_key->state = SESSIONDATAKEY_IDLE;
	if (err->rc == SSM_OK && find_target(data_key))
		ask_key(data_key);
	else if (err->rc == SSM_OK)
		ssm_fail(&data_key->err, SSM_E_OTHER, "NoTarget", "the session is encrypted, and its target is not in "
		    "the service's list: name it with --target");
	else
		ssm_fail(&data_key->err, err->rc, err->code, "the session is encrypted, and its target is not known, name "
		    "it with --target: %s%s%s", err->service ? err->code : "", err->service ? ": " : "", err->message);
}

/* The two forms of the key; false when they cannot be right. */
static bool
read_key(unsigned char key[CHANNEL_KEY_LEN], const struct json_doc *answer)
{
	struct view ciphertext = json_text(answer, "CiphertextBlob");
	struct bytes plain = BYTES_INIT(PLAINTEXT_MAX);
	bool read = base64_decode(&plain, json_text(answer, "Plaintext")) && plain.len == CHANNEL_KEY_LEN &&
	    ciphertext.len > 0 && ciphertext.len <= HANDSHAKE_CIPHERTEXT_MAX;

	if (read)
		memcpy(key, plain.ptr, CHANNEL_KEY_LEN);
	bytes_clear(&plain);
	return read;
}

static void
take_key(struct sessiondatakey *data_key, struct channel *channel)
{
	struct json_doc answer = JSON_DOC_INIT;
	unsigned char key[CHANNEL_KEY_LEN] = { 0 };

	data_key->state = SESSIONDATAKEY_IDLE;
	if (data_key->ask.err.rc != SSM_OK) {
		data_key->err = data_key->ask.err;
		data_key->ask.err = (struct ssm_error)SSM_ERROR_INIT;
		return;
	}
	if (json_parse(&answer, bytes_view(&data_key->ask.answer), "the answer of KMS", &data_key->err) == SSM_OK) {
		if (read_key(key, &answer))
			channel_key(channel, key, json_text(&answer, "CiphertextBlob"), loop_now(data_key->how.loop));
		else
			ssm_fail(&data_key->err, SSM_E_OTHER, "ResponseParserError",
			    "the service's answer cannot be right: its data key is not one of %d bytes", CHANNEL_KEY_LEN);
	}
	explicit_bzero(key, sizeof key);
	json_clear(&answer);
}

static void
take_answer(struct sessiondatakey *data_key, struct channel *channel)
{
	sessionask_end(&data_key->ask);
	if (data_key->state == SESSIONDATAKEY_ASKS_TARGET)
		take_target(data_key);
	else
		take_key(data_key, channel);
	if (data_key->state == SESSIONDATAKEY_IDLE)
		sessionask_clear(&data_key->ask);
}

/* People who read the node's logs need not know who is in the session, as the service's words may say. */
static void
tell_channel(const struct sessiondatakey *data_key, struct channel *channel)
{
	struct bytes reason = BYTES_INIT(SSM_MESSAGE_MAX);

	bytes_print(&reason, "the client has no data key: %s", data_key->err.code);
	channel_key_refused(channel, bytes_failed(&reason) ? VIEW("the client has no data key") : bytes_view(&reason),
	    loop_now(data_key->how.loop));
	bytes_clear(&reason);
}

/* It may have failed before anybody was asked. The channel hears of a failure only once. */
void
sessiondatakey_poll(struct sessiondatakey *data_key, struct channel *channel)
{
	if (data_key->state != SESSIONDATAKEY_IDLE && sessionask_poll(&data_key->ask))
		take_answer(data_key, channel);
	if (data_key->err.rc != SSM_OK)
		tell_channel(data_key, channel);
}

bool
sessiondatakey_take_error(struct sessiondatakey *data_key, struct ssm_error *err)
{
	if (data_key->err.rc == SSM_OK)
		return false;
	ssm_error_clear(err);
	*err = data_key->err;
	data_key->err = (struct ssm_error)SSM_ERROR_INIT;
	return true;
}

void
sessiondatakey_clear(struct sessiondatakey *data_key)
{
	sessionask_end(&data_key->ask);
	sessionask_clear(&data_key->ask);
	bytes_clear(&data_key->key_id);
	bytes_clear(&data_key->challenge);
	bytes_clear(&data_key->target);
	bytes_clear(&data_key->parameters);
	ssm_error_clear(&data_key->err);
}
