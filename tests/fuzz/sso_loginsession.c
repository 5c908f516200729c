/* sso/loginsession: a session that is taken has keys that can be used; a refusal tells none of the file. */
#include "fuzz.h"
#include "sso/loginsession.h"

static void
load(struct view text)
{
	struct fuzz_file file = fuzz_file(text);
	struct loginsession session = LOGINSESSION_INIT;
	struct credentials who = CREDENTIALS_INIT;
	struct ssm_error err = SSM_ERROR_INIT;

	if (loginsession_load(&session, file.path, VIEW("arn:aws:sts::1:x"), &err) == SSM_OK)
		HOLDS(session.access_key_id.len > 0 && session.secret_access_key.len > 0 &&
		    session.refresh_token.len > 0);
	else
		HOLDS(err.rc == SSM_E_CONFIG && !fuzz_error_tells(&err));
	if (err.rc == SSM_OK && loginsession_keys(&session, &who, &err) != SSM_OK)
		HOLDS(!fuzz_error_tells(&err));
	loginsession_clear(&session);
	credentials_clear(&who);
	ssm_error_clear(&err);
	fuzz_file_close(&file);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes marked = BYTES_INIT(SIZE_MAX);

	load(fuzz_view(data, size));
	fuzz_add_secret(&marked, fuzz_view(data, size));
	load(bytes_view(&marked));
	bytes_clear(&marked);
	return 0;
}
