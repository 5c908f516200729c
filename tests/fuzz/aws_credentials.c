/* aws/credentials: keys that are taken can stand in a header; a refusal tells none. */
#include "aws/credentials.h"
#include "fuzz.h"

static void
check_part(const struct bytes *part)
{
	for (size_t i = 0; i < part->len; i++)
		HOLDS(part->ptr[i] >= ' ' && part->ptr[i] < 0x7F);
}

static void
read_document(struct view text)
{
	struct credentials who = CREDENTIALS_INIT;
	struct ssm_error err = SSM_ERROR_INIT;

	if (credentials_from_json(&who, text, "custom-process", &err) == SSM_OK) {
		HOLDS(credentials_check(&who, "custom-process", &err) == SSM_OK);
		HOLDS(who.access_key_id.len > 0 && who.secret_access_key.len > 0);
		check_part(&who.access_key_id);
		check_part(&who.secret_access_key);
		check_part(&who.session_token);
	} else {
		HOLDS(err.rc == SSM_E_CONFIG && !fuzz_error_tells(&err));
	}
	credentials_clear(&who);
	ssm_error_clear(&err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes marked = BYTES_INIT(SIZE_MAX);

	read_document(fuzz_view(data, size));
	fuzz_add_secret(&marked, fuzz_view(data, size));
	read_document(bytes_view(&marked));
	bytes_clear(&marked);
	return 0;
}
