#include "sandbox/service/kms.h"

#include <stdlib.h>

#include "aws/partition.h"
#include "core/base64.h"
#include "json/text.h"
#include "sandbox/service/keyring.h"

#define KEY_ID_MAX 2048
#define SHOWN_MAX 400
#define BLOB_MAX 6144
#define DATA_KEY_MAX 1024
#define ALIAS "alias/"
#define ID_LEN 36

static const struct sandbox_rule key_rule = { "KeyId", "keyId", true, 1, KEY_ID_MAX, NULL };
static const struct sandbox_rule wanted_key_rule = { "KeyId", "keyId", false, 1, KEY_ID_MAX, NULL };
static const struct sandbox_rule spec_rule = { "KeySpec", "keySpec", false, 1, 32, "[AES_256, AES_128]" };
static const struct sandbox_rule blob_rule = { "CiphertextBlob", "ciphertextBlob", true, 1, 2 * BLOB_MAX, NULL };

/* arn:aws:kms:REGION:ACCOUNT: */
static void
add_prefix(struct bytes *out, const struct sandbox_call *call)
{
	struct view region = call->service->region;

	bytes_print(out, "arn:%s:kms:%.*s:" SANDBOX_ACCOUNT ":", partition_of_region(region)->id, VIEW_ARG(region));
}

static void
add_arn(struct bytes *out, const struct sandbox_call *call, const struct keyring_key *key)
{
	add_prefix(out, call);
	bytes_print(out, "key/%s", key->id);
}

static bool
refuse_unknown(struct sandbox_call *call, struct view given, struct view name)
{
	struct bytes arn = BYTES_INIT(KEY_ID_MAX);
	bool alias = view_starts(name, VIEW(ALIAS));

	add_prefix(&arn, call);
	if (!alias && name.len != ID_LEN)
		sandbox_refuse(call->answer, FAULT_NOT_FOUND, "Invalid keyId '%.*s'", VIEW_ARG_CUT(given, SHOWN_MAX));
	else
		sandbox_refuse(call->answer, FAULT_NOT_FOUND, alias ? "Alias %.*s%.*s is not found." :
		    "Key '%.*skey/%.*s' does not exist", VIEW_ARG(bytes_view(&arn)), VIEW_ARG_CUT(name, SHOWN_MAX));
	bytes_clear(&arn);
	return false;
}

/* By id, alias or the ARN of either. NULL: the answer is the error. */
static const struct keyring_key *
find_key(struct sandbox_call *call, struct view given)
{
	struct bytes prefix = BYTES_INIT(256);
	const struct keyring_key *key;
	struct view name = given;
	bool is_arn;

	add_prefix(&prefix, call);
	is_arn = view_starts(given, bytes_view(&prefix));
	if (is_arn)
		name = view_slice(given, prefix.len, given.len);
	if (is_arn && view_starts(name, VIEW("key/")))
		name = view_slice(name, sizeof "key/" - 1, name.len);
	if ((key = keyring_find(name)) == NULL)
		refuse_unknown(call, given, name);
	bytes_clear(&prefix);
	return key;
}

static void
refuse_caller(struct sandbox_call *call, const char *operation, struct view arn)
{
	struct bytes caller = BYTES_INIT(256);

	sandbox_caller(&caller, call);
	sandbox_refuse(call->answer, FAULT_ACCESS_DENIED, "User: %.*s is not authorized to perform: kms:%s on "
	    "resource: %.*s because no identity-based policy allows the kms:%s action",
	    VIEW_ARG(bytes_view(&caller)), operation, VIEW_ARG(arn), operation);
	bytes_clear(&caller);
}

/* As the key behaves. */
static bool
may_use(struct sandbox_call *call, const char *operation, const struct keyring_key *key)
{
	struct bytes arn = BYTES_INIT(256);

	add_arn(&arn, call, key);
	if (key->state == KEYRING_DENIED)
		refuse_caller(call, operation, bytes_view(&arn));
	else if (key->state == KEYRING_DISABLED)
		sandbox_refuse(call->answer, FAULT_DISABLED, "%.*s is disabled.", VIEW_ARG(bytes_view(&arn)));
	bytes_clear(&arn);
	return key->state == KEYRING_ENABLED;
}

/* An encryption context; pairs as many as its document has members. */
struct context {
	struct json_doc doc;
	struct keyring_pair *pairs;
};

static bool
read_context(struct sandbox_call *call, struct context *context)
{
	struct json_member *member = json_member(call->in, "EncryptionContext");
	struct ssm_error err = SSM_ERROR_INIT;
	enum json_kind kind = json_kind(member);
	bool right = kind == JSON_ABSENT || kind == JSON_NULL || (kind == JSON_OBJECT &&
	    json_parse(&context->doc, member->raw, "EncryptionContext", &err) == SSM_OK);

	for (size_t i = 0; right && i < context->doc.count; i++)
		right = json_kind(&context->doc.members[i]) == JSON_STRING;
	ssm_error_clear(&err);
	if (!right)
		return sandbox_refuse(call->answer, FAULT_SERIALIZATION, NULL);
	if ((context->pairs = calloc(context->doc.count + 1, sizeof *context->pairs)) == NULL)
		return sandbox_refuse(call->answer, FAULT_KMS_INTERNAL, NULL);
	for (size_t i = 0; i < context->doc.count; i++)
		context->pairs[i] = (struct keyring_pair){ context->doc.members[i].name, context->doc.members[i].text };
	return true;
}

static void
clear_context(struct context *context)
{
	json_clear(&context->doc);
	free(context->pairs);
}

static bool
read_count(struct sandbox_call *call, struct json_member *member, size_t *count)
{
	double number;

	if (!json_number(member, &number))
		return sandbox_refuse(call->answer, FAULT_SERIALIZATION, NULL);
	if (number < 1 || number > DATA_KEY_MAX)
		return sandbox_refuse(call->answer, FAULT_VALIDATION, "1 validation error detected: Value '%.0f' at "
		    "'numberOfBytes' failed to satisfy constraint: Member must have value %s", number,
		    number < 1 ? "greater than or equal to 1" : "less than or equal to 1024");
	*count = (size_t)number;
	return true;
}

/* How many bytes are asked for: by their number, or the name of a cipher. */
static bool
read_size(struct sandbox_call *call, size_t *count)
{
	struct json_member *member = json_member(call->in, "NumberOfBytes");
	bool given = json_kind(member) > JSON_NULL;
	struct view spec;

	if (!sandbox_parameter(call, &spec_rule, &spec) || (given && !read_count(call, member, count)))
		return false;
	if (given == (spec.len > 0))
		return sandbox_refuse(call->answer, FAULT_VALIDATION,
		    "Please specify either number of bytes or key spec.");
	if (!given)
		*count = view_is(spec, "AES_256") ? 32 : 16;
	return true;
}

static void
add_base64(struct bytes *out, const char *name, struct view raw)
{
	jsontext_name(out, name);
	bytes_add_char(out, '"');
	base64_add(out, raw);
	bytes_add_char(out, '"');
}

static void
answer_data_key(struct sandbox_call *call, const struct keyring_key *key, size_t count, struct context *context)
{
	struct bytes *out = &call->answer->body, blob = BYTES_INIT(BLOB_MAX), arn = BYTES_INIT(256);
	char text[DATA_KEY_MAX];

	arc4random_buf(text, count);
	add_arn(&arn, call, key);
	if (!keyring_seal(call->service->keyring, &blob, key, (struct view){ text, count }, context->pairs,
	    context->doc.count)) {
		sandbox_refuse(call->answer, FAULT_KMS_INTERNAL, NULL);
	} else {
		jsontext_begin(out);
		add_base64(out, "CiphertextBlob", bytes_view(&blob));
		jsontext_member(out, "KeyId", bytes_view(&arn));
		add_base64(out, "Plaintext", (struct view){ text, count });
		jsontext_end(out);
	}
	explicit_bzero(text, sizeof text);
	bytes_clear(&arn);
	bytes_clear(&blob);
}

static void
generate_data_key(struct sandbox_call *call)
{
	struct context context = { .doc = JSON_DOC_INIT };
	const struct keyring_key *key;
	struct view given;
	size_t count = 0;

	if (sandbox_parameter(call, &key_rule, &given) && read_size(call, &count) && read_context(call, &context) &&
	    (key = find_key(call, given)) != NULL && may_use(call, "GenerateDataKey", key))
		answer_data_key(call, key, count, &context);
	clear_context(&context);
}

static void
answer_plaintext(struct sandbox_call *call, const struct keyring_key *key, struct view text)
{
	struct bytes *out = &call->answer->body, arn = BYTES_INIT(256);

	add_arn(&arn, call, key);
	jsontext_begin(out);
	jsontext_member(out, "EncryptionAlgorithm", VIEW("SYMMETRIC_DEFAULT"));
	jsontext_member(out, "KeyId", bytes_view(&arn));
	add_base64(out, "Plaintext", text);
	jsontext_end(out);
	bytes_clear(&arn);
}

static void
open_blob(struct sandbox_call *call, struct view encoded, struct view given, struct context *context)
{
	struct bytes blob = BYTES_INIT(BLOB_MAX), text = BYTES_INIT(BLOB_MAX);
	const struct keyring_key *key, *wanted = NULL;

	if (given.len > 0 && (wanted = find_key(call, given)) == NULL)
		;	/* that is the answer */
	else if (!base64_decode(&blob, encoded) || !keyring_open(call->service->keyring, &text, &key,
	    bytes_view(&blob), context->pairs, context->doc.count))
		sandbox_refuse(call->answer, FAULT_INVALID_CIPHERTEXT, NULL);
	else if (wanted != NULL && wanted != key)
		sandbox_refuse(call->answer, FAULT_INCORRECT_KEY, "The key ID in the request does not identify a CMK "
		    "that can perform this operation.");
	else if (may_use(call, "Decrypt", key))
		answer_plaintext(call, key, bytes_view(&text));
	bytes_clear(&text);
	bytes_clear(&blob);
}

static void
decrypt(struct sandbox_call *call)
{
	struct context context = { .doc = JSON_DOC_INIT };
	struct view encoded, given;

	if (sandbox_parameter(call, &blob_rule, &encoded) && sandbox_parameter(call, &wanted_key_rule, &given) &&
	    read_context(call, &context))
		open_blob(call, encoded, given, &context);
	clear_context(&context);
}

const struct sandbox_operation kms_operations[] = {
	{ "GenerateDataKey", generate_data_key },
	{ "Decrypt", decrypt },
	{ NULL, NULL },
};
