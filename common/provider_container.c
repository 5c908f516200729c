#include "provider.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "agentkeys.h"
#include "agenturl.h"
#include "apicall.h"
#include "io.h"
#include "request.h"
#include "responsemeta.h"

#define METHOD "container-role"
#define FAILED "Error when retrieving credentials from " METHOD ": "
#define TIMEOUT 2000
#define PAUSE 1000
#define ATTEMPTS 3
#define TOKEN_MAX 65536
#define BODY_SHOWN_MAX 400

/* What the agent is asked with. */
struct question {
	struct bytes text, token;
	struct url url;
	bool has_token;
};

#define QUESTION_INIT { .text = BYTES_INIT(URL_LEN_MAX), .token = BYTES_INIT(TOKEN_MAX) }

static const char *
variable(const char *name)
{
	const char *text = getenv(name);

	return text != NULL && *text != '\0' ? text : NULL;
}

/* Of the file, which somebody rewrites from time to time, or of the variable: an empty one is sent. */
static enum ssm_err
read_token(struct question *question, struct ssm_error *err)
{
	const char *path = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	const char *text = getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN");
	struct bytes *token = &question->token;

	question->has_token = path != NULL || text != NULL;
	if (path != NULL && io_read_file(token, path) != 0)
		return ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError",
		    FAILED "cannot read the authorization token '%s': %s", path, strerror(errno));
	if (path == NULL)
		bytes_set(token, view_of(text));
	for (size_t i = 0; i < token->len; i++)
		if (token->ptr[i] < ' ' || token->ptr[i] >= 0x7F)
			return ssm_fail(err, SSM_E_CONFIG, "ValueError",
			    "Auth token value is not a legal header value");
	return bytes_failed(token) ? ssm_fail_memory(err) : SSM_OK;
}

static bool
is_worth_another(enum retry_mode mode, int status, struct view body)
{
	(void)mode;
	return status != 200 || !agentkeys_is_object(body);
}

static enum ssm_err
ask(struct apicall *calls, const struct question *question, struct apicall_result *result,
    struct ssm_error *err)
{
	const struct apicall_header headers[] = {
		{ "accept", VIEW("application/json") },
		{ "authorization", bytes_view(&question->token) },
	};
	const struct apicall_request request = { .method = "GET", .url = bytes_view(&question->text),
	    .headers = headers, .header_count = question->has_token ? 2 : 1, .direct = true,
	    .attempts_max = ATTEMPTS, .timeout = TIMEOUT, .pause = PAUSE,
	    .retryable = is_worth_another };
	enum ssm_err rc = apicall_perform(calls, &request, result, err);

	if (rc == SSM_E_AGAIN)
		ssm_error_prefix(err, "Error retrieving metadata: Received error when attempting to "
		    "retrieve container metadata: ");
	if (rc != SSM_OK)
		ssm_error_prefix(err, FAILED);
	return rc;
}

/* What may hold keys is not shown: JSON that is broken, or that names one. */
static bool
can_be_shown(struct view body)
{
	static const char *const names[] = { "AccessKeyId", "SecretAccessKey", "SessionToken",
	    "\"Token\"" };
	bool json = body.len > 0 && memchr("{[\"", body.ptr[0], 3) != NULL;

	for (size_t i = 0; i < ARRAY_LEN(names) && body.len > 0; i++)
		if (memmem(body.ptr, body.len, names[i], strlen(names[i])) != NULL)
			return false;
	return !json || agentkeys_is_object(body);
}

/* The body in one line, without the token that it may repeat. */
static void
add_shown(struct bytes *out, struct view body, const struct question *question)
{
	struct request_header token = { VIEW("authorization"), bytes_view(&question->token) };
	struct request request = { .headers = &token, .header_count = 1 };

	body = view_trim(body);
	if (!can_be_shown(body)) {
		bytes_add(out, VIEW("(not shown)"));
		return;
	}
	responsemeta_add_clean(out, body, &request, BODY_SHOWN_MAX);
	for (size_t i = 0; i < out->len; i++)
		if ((unsigned char)out->ptr[i] < ' ' || out->ptr[i] == 0x7F)
			out->ptr[i] = ' ';
}

static enum ssm_err
refused(const struct apicall_result *result, const struct question *question, struct ssm_error *err)
{
	struct bytes shown = BYTES_INIT(SSM_MESSAGE_MAX);
	bool later = result->status >= 500 || result->status == 429;
	enum ssm_err rc;

	add_shown(&shown, bytes_view(&result->body), question);
	rc = ssm_fail(err, later ? SSM_E_AGAIN : SSM_E_CONFIG, "CredentialRetrievalError",
	    FAILED "Error retrieving metadata: Received non 200 response %d from container metadata: "
	    "%.*s", result->status, VIEW_ARG(bytes_view(&shown)));
	bytes_clear(&shown);
	return rc;
}

static enum ssm_err
take_keys(struct provider_search *search, const struct apicall_result *result,
    struct credentials *who, struct ssm_error *err)
{
	const char *missing;
	enum ssm_err rc = agentkeys_read(who, bytes_view(&result->body), METHOD, &missing, err);

	if (rc == SSM_E_INPUT)
		return ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError", FAILED "Error retrieving "
		    "metadata: Unable to parse JSON returned from container metadata services");
	if (rc != SSM_OK)
		return rc;
	if (missing != NULL)
		return ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError",
		    FAILED "Missing required key in response: '%s'", missing);
	if (who->expiration > search->now)
		return SSM_OK;
	credentials_clear(who);
	return ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError",
	    "Credentials were refreshed, but the refreshed credentials are still expired.");
}

/* The path names the task's keys to whoever can reach the agent, so it is left out. */
static enum ssm_err
note_origin(struct provision *provision, const struct url *url, struct ssm_error *err)
{
	struct bytes host = BYTES_INIT(URL_LEN_MAX);
	const char *text;

	url_host_header(&host, url);
	if ((text = bytes_cstr(&host)) != NULL)
		snprintf(provision->origin, sizeof provision->origin, "%.*s://%s/",
		    VIEW_ARG(url->scheme), text);
	provision->found = text != NULL;
	bytes_clear(&host);
	return provision->found ? SSM_OK : ssm_fail_memory(err);
}

static enum ssm_err
find(struct provider_search *search, const char *relative, const char *full,
    struct credentials *who, struct provision *provision, struct ssm_error *err)
{
	struct question question = QUESTION_INIT;
	struct apicall_result result = APICALL_RESULT_INIT;
	enum ssm_err rc;

	if ((rc = agenturl_choose(&question.text, &question.url, relative, full, err)) == SSM_OK &&
	    (rc = read_token(&question, err)) == SSM_OK &&
	    (rc = ask(search->calls, &question, &result, err)) == SSM_OK &&
	    (rc = result.status != 200 ? refused(&result, &question, err) :
	    take_keys(search, &result, who, err)) == SSM_OK)
		rc = note_origin(provision, &question.url, err);
	apicall_result_clear(&result);
	bytes_clear(&question.text);
	bytes_clear(&question.token);
	if (rc != SSM_OK)
		credentials_clear(who);
	return rc;
}

enum ssm_err
provider_container(struct provider_search *search, struct view profile, struct credentials *who,
    struct provision *provision, struct ssm_error *err)
{
	const char *relative = getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full = getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI");

	(void)profile;				/* the agent knows nothing of profiles */
	if (relative == NULL && full == NULL)
		return provider_absent(provision, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and "
		    "AWS_CONTAINER_CREDENTIALS_FULL_URI are not set");
	if (search->calls == NULL)
		return provider_absent(provision, "the network is not used");
	return find(search, relative, full, who, provision, err);
}
