/* document: what a session is begun with, and what is refused before its token goes anywhere. */
#include "session/document.h"

#include "tap.h"

#define HOST "wss://ssmmessages.eu-west-1.amazonaws.com"
#define URL HOST "/v1/data-channel/alice-0123456789abcdef0?role=publish_subscribe&cell-number=AA+B/c=="
#define BOTH "\"TokenValue\":\"secret\",\"StreamUrl\":\"" URL "\""
#define ID "\"SessionId\":\"alice-0123456789abcdef0\","

static enum ssm_err
read(struct sessiondocument *document, const char *text, struct ssm_error *err)
{
	const struct streamurl_rules rules = { .allowed_count = 0 };

	return sessiondocument_read(document, view_of(text), "the session document", &rules, err);
}

static void
check_good(const char *text, const char *title)
{
	struct sessiondocument document = SESSIONDOCUMENT_INIT;
	struct ssm_error err = SSM_ERROR_INIT;

	is_number(read(&document, text, &err), SSM_OK, "%s", title);
	is_view(bytes_view(&document.token_value), VIEW("secret"), "%s: the token", title);
	is_view(bytes_view(&document.stream_url), VIEW(URL), "%s: the URL", title);
	is_view(sessiondocument_id(&document), VIEW("alice-0123456789abcdef0"), "%s: the id is the URL's", title);
	ok(!document.presigned, "%s: to be signed", title);
	sessiondocument_clear(&document);
	ssm_error_clear(&err);
}

static void
check_bad(const char *text, enum ssm_err rc, const char *message)
{
	struct sessiondocument document = SESSIONDOCUMENT_INIT;
	struct ssm_error err = SSM_ERROR_INIT;

	is_number(read(&document, text, &err), rc, "refused: %s", message);
	ok(strstr(err.message, message) != NULL, "and why: %s", err.message);
	ok(strstr(err.message, "secret") == NULL, "without the token");
	sessiondocument_clear(&document);
	ssm_error_clear(&err);
}

static void
check_refusals(void)
{
	check_bad("{" BOTH "}", SSM_E_INPUT, "has no 'SessionId'");
	check_bad("{" ID "\"StreamUrl\":\"" URL "\"}", SSM_E_NO, "no TokenValue");
	check_bad("{" ID "\"TokenValue\":\"\",\"StreamUrl\":\"" URL "\"}", SSM_E_NO, "no TokenValue");
	check_bad("{" ID "\"TokenValue\":null,\"StreamUrl\":\"" URL "\"}", SSM_E_NO, "no TokenValue");
	check_bad("{" ID "\"TokenValue\":\"secret\"}", SSM_E_NO, "no StreamUrl");
	check_bad("{" ID "\"TokenValue\":[\"secret\"],\"StreamUrl\":\"" URL "\"}", SSM_E_INPUT, "is an array");
	check_bad("{" ID BOTH ",\"tokenvalue\":\"secret\"}", SSM_E_INPUT, "two members 'TokenValue'");
	check_bad("{" ID "\"TokenValue\":\"secret\",\"StreamUrl\":\"wss://example.com/v1/data-channel/x\"}", SSM_E_NO, "");
	check_bad("{" ID "\"TokenValue\":\"secret\",\"StreamUrl\":\"ws://127.0.0.1:9/v1/data-channel/x\"}", SSM_E_NO, "");
	check_bad("{\"Error\":{\"Code\":\"X\",\"Message\":\"denied\",\"ExitCode\":254}}", SSM_E_SERVICE, "denied");
	check_bad("[]", SSM_E_INPUT, "");
	check_bad("{" ID BOTH "} {}", SSM_E_INPUT, "");
}

static void
check_presigned(void)
{
	struct sessiondocument document = SESSIONDOCUMENT_INIT;
	struct ssm_error err = SSM_ERROR_INIT;

	is_number(read(&document, "{" ID "\"TokenValue\":\"secret\",\"StreamUrl\":\"" HOST
	    "/v1/data-channel/alice-0123456789abcdef0?X-Amz-Algorithm=A&X-Amz-Signature=00\"}", &err), SSM_OK,
	    "a presigned URL");
	ok(document.presigned, "is known");
	sessiondocument_clear(&document);
	ssm_error_clear(&err);
}

int
main(void)
{
	check_good("{" ID BOTH "}", "as the AWS CLI has it");
	check_good("{\"sessionId\":\"alice-0123456789abcdef0\",\"tokenValue\":\"secret\",\"streamUrl\":\"" URL "\"}",
	    "as SDKs for ECS have it");
	check_good("{\"SessionId\":\"another text\"," BOTH ",\"ResponseMetadata\":{\"a\":[]}}", "with an id that is none");
	check_refusals();
	check_presigned();
	return done_testing();
}
