#include "stream/sealing.h"

#include "core/base64.h"
#include "json/json.h"
#include "json/text.h"

#define CHALLENGE_MAX 1024		/* bytes: agents have 92 */

#define NOT_GENUINE "what the node sent cannot be decrypted: it was changed on its way, or has another key"
#define NO_KEY_YET "the node sent output of an encrypted session before there was a key"
#define STARTED_WITHOUT "the node began an encrypted session without a key"
#define WRONG_CHALLENGE "the node's encryption challenge cannot be decrypted: its key is another, or it has none"

static bool
is_wanted(const struct channel *channel)
{
	return channel->handshake.key.action != NULL;
}

static bool
is_sealed_by_node(uint32_t payload_type)
{
	return payload_type == PAYLOAD_OUTPUT || payload_type == PAYLOAD_STDERR || payload_type == PAYLOAD_EXIT_CODE;
}

bool
sealing_open(struct channel *channel, uint32_t payload_type, struct view *payload)
{
	if (!is_wanted(channel) || !is_sealed_by_node(payload_type))
		return true;
	if (channel->cipher == NULL) {
		channel_break(channel, NO_KEY_YET);
		return false;
	}
	bytes_reset(&channel->opened);
	if (!cipher_open(channel->cipher, &channel->opened, *payload)) {
		if (bytes_failed(&channel->opened))
			channel_die(channel, CHANNEL_NO_MEMORY);
		else
			channel_break(channel, NOT_GENUINE);
		return false;
	}
	*payload = bytes_view(&channel->opened);
	return true;
}

/* Input is taken when the handshake is complete: in a session with a key there is one then. */
bool
sealing_seal(struct channel *channel, uint32_t payload_type, struct view *payload)
{
	if (channel->cipher == NULL || payload_type != PAYLOAD_OUTPUT)
		return true;
	bytes_reset(&channel->sealed);
	if (!cipher_seal(channel->cipher, &channel->sealed, *payload)) {
		channel_die(channel, bytes_failed(&channel->sealed) ? CHANNEL_NO_MEMORY : CHANNEL_NO_CIPHER);
		return false;
	}
	*payload = bytes_view(&channel->sealed);
	return true;
}

/* What the node has sealed in its challenge, into `opened`; false when it did not. */
static bool
open_challenge(struct channel *channel, struct view payload)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT;
	bool opened = false;

	bytes_reset(&channel->sealed);
	bytes_reset(&channel->opened);
	if (channel->cipher != NULL && json_parse(&doc, payload, "the challenge", &err) == SSM_OK)
		opened = base64_decode(&channel->sealed, json_text(&doc, "Challenge")) &&
		    channel->sealed.len <= CHALLENGE_MAX &&
		    cipher_open(channel->cipher, &channel->opened, bytes_view(&channel->sealed));
	channel->opened.failed |= err.rc == SSM_E_OTHER;
	json_clear(&doc);
	ssm_error_clear(&err);
	return opened;
}

static bool
write_answer(struct channel *channel)
{
	struct bytes text = BYTES_INIT(2 * MESSAGE_MAX);
	bool sealed;

	bytes_reset(&channel->sealed);
	bytes_reset(&channel->payload);
	sealed = cipher_seal(channel->cipher, &channel->sealed, bytes_view(&channel->opened));
	base64_add(&text, bytes_view(&channel->sealed));
	jsontext_begin(&channel->payload);
	jsontext_member(&channel->payload, "Challenge", bytes_view(&text));
	jsontext_end(&channel->payload);
	sealed = sealed && !bytes_failed(&text) && !bytes_failed(&channel->payload);
	bytes_clear(&text);
	return sealed;
}

/* There is one, in front of the handshake's end. */
bool
sealing_challenge(struct channel *channel, struct view payload)
{
	if (!is_wanted(channel) || channel->phase != CHANNEL_STARTING || channel->challenged)
		return false;
	if (!open_challenge(channel, payload)) {
		if (bytes_failed(&channel->sealed) || bytes_failed(&channel->opened))
			channel_die(channel, CHANNEL_NO_MEMORY);
		else
			channel_break(channel, WRONG_CHALLENGE);
		return false;
	}
	channel->challenged = true;
	if (write_answer(channel))
		return true;
	channel_die(channel, bytes_failed(&channel->sealed) ? CHANNEL_NO_MEMORY : CHANNEL_NO_CIPHER);
	return false;
}

bool
sealing_may_start(struct channel *channel)
{
	if (!is_wanted(channel) || channel->cipher != NULL)
		return true;
	channel_break(channel, STARTED_WITHOUT);
	return false;
}
