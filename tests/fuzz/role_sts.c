/* role/sts: any body is keys or a reason; nothing that was sent with the request comes back in it. */
#include "fuzz.h"
#include "role/sts.h"

static const int statuses[] = { 200, 400, 403, 500, 503 };

static void
read_answer(int status, struct view body)
{
	const struct sts_request request = { .operation = STS_WEB_IDENTITY, .method = "assume-role",
	    .role_arn = VIEW("arn:aws:iam::111122223333:role/r"), .web_identity_token = VIEW(FUZZ_SECRET) };
	struct aws_client_response response = AWS_CLIENT_RESPONSE_INIT;
	struct sts_answer answer = STS_ANSWER_INIT;
	struct ssm_error err = SSM_ERROR_INIT, no = SSM_ERROR_INIT;

	response.status = status;
	bytes_set(&response.body, body);
	sts_is_retryable(RETRY_STANDARD, status, body);
	if (sts_answer_read(&answer, &response, &request, NULL, &err) == SSM_OK)
		HOLDS(status == 200 && credentials_check(&answer.who, "assume-role", &no) == SSM_OK);
	else
		HOLDS(err.message[0] != '\0' && !fuzz_error_tells(&err));
	sts_answer_clear(&answer);
	aws_client_response_clear(&response);
	ssm_error_clear(&err);
	ssm_error_clear(&no);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes marked = BYTES_INIT(SIZE_MAX);

	fuzz_add_secret(&marked, fuzz_view(data, size));
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
		read_answer(statuses[i], fuzz_view(data, size));
		read_answer(statuses[i], bytes_view(&marked));
	}
	bytes_clear(&marked);
	return 0;
}
