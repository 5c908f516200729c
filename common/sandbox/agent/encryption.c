#include "sandbox/agent/encryption.h"

#include "core/base64.h"
#include "json/text.h"
#include "json/value.h"
#include "sandbox/agent/version.h"
#include "sandbox/service/keyring.h"
#include "stream/message.h"

#define MEMORY_MAX (4 * 1024 * 1024)
#define BLOB_MAX 6144
#define FIRST_WITH_RANDOM "3.3.808.0"
#define ACTION "KMSEncryption"

bool
encryption_is_for(enum agent_session session)
{
	return session == AGENT_SHELL || session == AGENT_INTERACTIVE || session == AGENT_COMMAND ||
	    session == AGENT_COMMAND_SEPARATE;
}

void
encryption_open(struct encryption *encryption, const struct agent_options *options)
{
	struct bytes text = BYTES_INIT(sizeof encryption->random - 1);
	char random[ENCRYPTION_RANDOM_LEN];

	*encryption = (struct encryption){ .plan = options->encryption, .plain = BYTES_INIT(MESSAGE_MAX) };
	if (encryption->plan == NULL)
		return;
	options->random(options->context, encryption->nonce, sizeof encryption->nonce);
	options->random(options->context, encryption->challenge, sizeof encryption->challenge);
	options->random(options->context, (unsigned char *)random, sizeof random);
	if (encryption->plan->challenge != ENCRYPTION_NONE &&
	    version_compare(view_of(options->version), VIEW(FIRST_WITH_RANDOM)) >= 0)
		base64_add(&text, (struct view){ random, sizeof random });
	if (text.len > 0)
		memcpy(encryption->random, text.ptr, text.len);
	bytes_clear(&text);
}

void
encryption_clear(struct encryption *encryption)
{
	cipher_free(encryption->cipher);
	bytes_clear(&encryption->plain);
	explicit_bzero(encryption, sizeof *encryption);
}

void
encryption_write_action(struct bytes *out, const struct encryption *encryption)
{
	jsontext_begin(out);
	jsontext_member(out, "ActionType", VIEW(ACTION));
	jsontext_name(out, "ActionParameters");
	jsontext_begin(out);
	jsontext_member(out, "KMSKeyId", view_of(encryption->plan->key_id));
	if (encryption->random[0] != '\0')
		jsontext_member(out, "Challenge", view_of(encryption->random));
	jsontext_end(out);
	jsontext_end(out);
}

static struct view
text_of(const struct value *object, struct view name)
{
	const struct value *member = value_member(object, name);

	return member != NULL && member->kind == VALUE_STRING ? value_text(member) : VIEW_NONE;
}

/* What the client says of the key; NULL: nothing. The last one counts. */
static const struct value *
find_result(const struct value *response)
{
	const struct value *actions = value_member(response, VIEW("ProcessedClientActions")), *result = NULL;

	for (uint32_t i = 0; actions != NULL && actions->kind == VALUE_ARRAY && i < actions->count; i++)
		if (view_is(text_of(actions->of.items[i], VIEW("ActionType")), ACTION))
			result = value_member(actions->of.items[i], VIEW("ActionResult"));
	return result;
}

static bool
use_key(struct encryption *encryption, struct bytes *why, struct view key)
{
	if (key.len == CIPHER_KEY_LEN) {
		cipher_free(encryption->cipher);
		encryption->cipher = cipher_new((const unsigned char *)key.ptr, CIPHER_NODE);
	} else {
		bytes_print(why, "Fetching data key failed: Error creating NewCipher, crypto/aes: invalid key size %zu",
		    key.len / 2);
	}
	return key.len == CIPHER_KEY_LEN && encryption->cipher != NULL;
}

/* The agent asks the key service, as the node that it takes itself for. */
static bool
fetch_key(struct encryption *encryption, struct bytes *why, struct view encoded, bool acknowledged)
{
	const struct encryption_plan *plan = encryption->plan;
	struct bytes blob = BYTES_INIT(BLOB_MAX), key = BYTES_INIT(BLOB_MAX);
	struct keyring_pair context[] = {
		{ VIEW("aws:ssm:SessionId"), view_of(plan->session_id) },
		{ VIEW("aws:ssm:TargetId"), view_of(plan->target) },
		{ VIEW("aws:ssm:RandomChallenge"), view_of(encryption->random) },
	};
	size_t count = ARRAY_LEN(context) - (acknowledged ? 0 : 1);
	const struct keyring_key *unused;
	bool fetched = false;

	if (!base64_decode(&blob, encoded) ||
	    !keyring_open(plan->keyring, &key, &unused, bytes_view(&blob), context, count))
		bytes_add(why, VIEW("Fetching data key failed: Unable to retrieve data key, Error when decrypting data "
		    "key InvalidCiphertextException: "));
	else
		fetched = use_key(encryption, why, bytes_view(&key));
	bytes_clear(&blob);
	bytes_clear(&key);
	return fetched;
}

static bool
take_result(struct encryption *encryption, struct bytes *why, const struct value *result)
{
	const struct value *acknowledged = value_member(result, VIEW("ChallengeAcknowledgement"));
	bool yes = acknowledged != NULL && acknowledged->kind == VALUE_TRUE;

	if (encryption->plan->challenge == ENCRYPTION_REQUIRED && encryption->random[0] != '\0' && !yes) {
		bytes_add(why, VIEW("client does not support required encryption context random challenge"));
		return false;
	}
	return fetch_key(encryption, why, text_of(result, VIEW("KMSCipherTextKey")),
	    yes && encryption->random[0] != '\0');
}

bool
encryption_take_response(struct encryption *encryption, struct bytes *why, struct view response)
{
	struct arena arena = ARENA_INIT(MEMORY_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	const struct value *value, *result = NULL;
	bool right;

	if (value_parse(&value, &arena, response, "the answer", &err) == SSM_OK)
		result = find_result(value);
	right = result == NULL || take_result(encryption, why, result);
	arena_clear(&arena);
	ssm_error_clear(&err);
	return right;
}

/* Little-endian: the first byte counts fastest. */
static bool
seal(struct encryption *encryption, struct bytes *out, struct view text)
{
	bool sealed = encryption->cipher != NULL &&
	    cipher_seal_with(encryption->cipher, encryption->nonce, out, text);

	for (size_t i = 0; i < sizeof encryption->nonce && ++encryption->nonce[i] == 0; i++)
		;
	return sealed;
}

bool
encryption_write_challenge(struct encryption *encryption, struct bytes *out)
{
	struct view challenge = { (const char *)encryption->challenge, sizeof encryption->challenge };
	struct bytes sealed = BYTES_INIT(sizeof encryption->challenge + CIPHER_OVERHEAD);
	bool written = seal(encryption, &sealed, challenge);

	if (written) {
		jsontext_begin(out);
		jsontext_name(out, "Challenge");
		bytes_add_char(out, '"');
		base64_add(out, bytes_view(&sealed));
		bytes_add_char(out, '"');
		jsontext_end(out);
	}
	bytes_clear(&sealed);
	return written;
}

/* NULL: it is right. */
static const char *
compare(struct encryption *encryption, struct view sealed)
{
	struct view challenge = { (const char *)encryption->challenge, sizeof encryption->challenge };

	bytes_reset(&encryption->plain);
	if (encryption->cipher == NULL || !cipher_open(encryption->cipher, &encryption->plain, sealed))
		return "Error decrypting encrypted text, cipher: message authentication failed";
	return view_equal(bytes_view(&encryption->plain), challenge) ? NULL : "Encryption challenge does not match!";
}

/* One that is wrong is remembered: not even a right one behind it helps. */
enum encryption_verdict
encryption_judge(struct encryption *encryption, struct view response)
{
	struct arena arena = ARENA_INIT(MEMORY_MAX);
	struct bytes sealed = BYTES_INIT(BLOB_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	const struct value *value;
	const char *fault = NULL;
	bool readable = value_parse(&value, &arena, response, "the answer", &err) == SSM_OK &&
	    base64_decode(&sealed, text_of(value, VIEW("Challenge")));

	if (readable && (fault = compare(encryption, bytes_view(&sealed))) != NULL)
		encryption->fault = fault;
	bytes_clear(&sealed);
	arena_clear(&arena);
	ssm_error_clear(&err);
	if (!readable || fault != NULL)
		return ENCRYPTION_REFUSED;
	return encryption->fault == NULL ? ENCRYPTION_PROVED : ENCRYPTION_DISPROVED;
}

bool
encryption_seal(struct encryption *encryption, uint32_t payload_type, struct view *payload, struct bytes *sealed)
{
	if (encryption->plan == NULL || (payload_type != PAYLOAD_OUTPUT && payload_type != PAYLOAD_STDERR &&
	    payload_type != PAYLOAD_EXIT_CODE))
		return true;
	if (!seal(encryption, sealed, *payload))
		return false;
	*payload = bytes_view(sealed);
	return true;
}

bool
encryption_unseal(struct encryption *encryption, uint32_t payload_type, struct view *payload)
{
	if (encryption->plan == NULL || payload_type != PAYLOAD_OUTPUT)
		return true;
	bytes_reset(&encryption->plain);
	if (encryption->cipher == NULL || !cipher_open(encryption->cipher, &encryption->plain, *payload))
		return false;
	*payload = bytes_view(&encryption->plain);
	return true;
}
