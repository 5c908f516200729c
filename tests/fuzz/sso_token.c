/* sso/token: a token that is taken is one, and a refusal tells none of the file. */
#include "fuzz.h"
#include "sso/token.h"

static void
load(struct view text)
{
	struct fuzz_file file = fuzz_file(text);
	struct ssotoken_source source = { .session = VIEW("dev"), .start_url = VIEW("https://d.awsapps.com/start"),
	    .region = VIEW("us-east-1"), .path = file.path };
	struct ssotoken token = SSOTOKEN_INIT;
	struct ssm_error err = SSM_ERROR_INIT;

	if (ssotoken_load(&token, &source, &err) == SSM_OK) {
		HOLDS(token.access_token.len > 0 && token.expires_at >= 0);
		for (size_t i = 0; i < token.access_token.len; i++)
			HOLDS(token.access_token.ptr[i] > ' ' && token.access_token.ptr[i] < 0x7F);
	} else {
		HOLDS(err.rc == SSM_E_CONFIG && !fuzz_error_tells(&err) && token.access_token.len == 0);
	}
	ssotoken_clear(&token);
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
