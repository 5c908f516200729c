#include "credentials/provider.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "aws/request.h"
#include "core/io.h"
#include "core/pathexpand.h"
#include "credentials/container_credentials.h"
#include "credentials/container_url.h"
#include "service/aws_client.h"
#include "service/cleantext.h"

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

static enum ssm_err
read_token_file(struct bytes *token, const char *path, struct ssm_error *err)
{
	struct bytes expanded = BYTES_INIT(PATHEXPAND_MAX);
	const char *name = pathexpand_given(&expanded, view_of(path));
	enum ssm_err rc = SSM_OK;

	if (name == NULL)
		rc = ssm_fail_memory(err);
	else if (io_read_file(token, name) != 0)
		rc = ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError",
		    FAILED "cannot read the authorization token '%s': %s", name, strerror(errno));
	bytes_clear(&expanded);
	return rc;
}

/* Of the file, which somebody rewrites from time to time, or of the variable: an empty one is sent. */
static enum ssm_err
read_token(struct question *question, struct ssm_error *err)
{
	const char *path = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	const char *text = getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN");
	struct bytes *token = &question->token;
	enum ssm_err rc;

	question->has_token = path != NULL || text != NULL;
	if (path == NULL)
		bytes_set(token, view_of(text));
	else if ((rc = read_token_file(token, path, err)) != SSM_OK)
		return rc;
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
	return status != 200 || !container_credentials_is_object(body);
}

static enum ssm_err
ask(struct aws_client *client, const struct question *question, struct aws_client_response *response,
    struct ssm_error *err)
{
	const struct header_field headers[] = {
		{ VIEW("accept"), VIEW("application/json") },
		{ VIEW("authorization"), bytes_view(&question->token) },
	};
	const struct aws_client_request request = { .method = "GET", .url = bytes_view(&question->text),
	    .headers = headers, .header_count = question->has_token ? 2 : 1, .direct = true,
	    .attempts_max = ATTEMPTS, .timeout = TIMEOUT, .pause = PAUSE,
	    .retryable = is_worth_another };
	enum ssm_err rc = aws_client_call(client, &request, response, err);

	if (rc == SSM_E_AGAIN)
		ssm_error_prefix(err, "Error retrieving metadata: Received error when attempting to "
		    "retrieve container metadata: ");
	if (rc != SSM_OK)
		ssm_error_prefix(err, FAILED);
	return rc;
}

static enum ssm_err
refused(const struct aws_client_response *response, const struct question *question, struct ssm_error *err)
{
	struct bytes shown = BYTES_INIT(SSM_MESSAGE_MAX);
	struct view body = bytes_view(&response->body);
	struct redact redact = REDACT_INIT;
	bool later = response->status >= 500 || response->status == 429;
	enum ssm_err rc;

	redact_note(&redact, bytes_view(&question->token));
	cleantext_add_body(&shown, body, container_credentials_is_object(body), &redact, BODY_SHOWN_MAX);
	rc = ssm_fail(err, later ? SSM_E_AGAIN : SSM_E_CONFIG, "CredentialRetrievalError",
	    FAILED "Error retrieving metadata: Received non 200 response %d from container metadata: "
	    "%.*s", response->status, VIEW_ARG(bytes_view(&shown)));
	bytes_clear(&shown);
	return rc;
}

static enum ssm_err
fail_missing(const struct aws_client_response *response, const struct question *question,
    const char *missing, struct ssm_error *err)
{
	struct bytes reason = BYTES_INIT(SSM_MESSAGE_MAX);
	struct redact redact = REDACT_INIT;
	enum ssm_err rc;

	redact_note(&redact, bytes_view(&question->token));
	container_credentials_reason(&reason, bytes_view(&response->body), &redact);
	rc = ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError",
	    FAILED "Missing required key in response: '%s'%.*s", missing, VIEW_ARG(bytes_view(&reason)));
	bytes_clear(&reason);
	return rc;
}

static enum ssm_err
take_keys(struct provider_search *search, const struct aws_client_response *response,
    const struct question *question, struct credentials *who, struct ssm_error *err)
{
	const char *missing;
	enum ssm_err rc = container_credentials_read(who, bytes_view(&response->body), METHOD,
	    &missing, err);

	if (rc == SSM_E_INPUT)
		return ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError", FAILED "Error retrieving "
		    "metadata: Unable to parse JSON returned from container metadata services");
	if (rc != SSM_OK)
		return rc;
	if (missing != NULL)
		return fail_missing(response, question, missing, err);
	if (who->expiration > search->now)
		return SSM_OK;
	credentials_clear(who);
	return ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError",
	    "Credentials were refreshed, but the refreshed credentials are still expired.");
}

/* The path names the task's keys to whoever can reach the agent, so it is left out. */
static enum ssm_err
note_origin(struct provider_result *result, const struct url *url, struct ssm_error *err)
{
	struct bytes host = BYTES_INIT(URL_LEN_MAX);
	const char *text;

	url_host_header(&host, url);
	if ((text = bytes_cstr(&host)) != NULL)
		snprintf(result->origin, sizeof result->origin, "%.*s://%s/",
		    VIEW_ARG(url->scheme), text);
	result->found = text != NULL;
	bytes_clear(&host);
	return result->found ? SSM_OK : ssm_fail_memory(err);
}

static enum ssm_err
find(struct provider_search *search, const char *relative, const char *full,
    struct credentials *who, struct provider_result *result, struct ssm_error *err)
{
	struct question question = QUESTION_INIT;
	struct aws_client_response response = AWS_CLIENT_RESPONSE_INIT;
	enum ssm_err rc;

	if ((rc = container_url_choose(&question.text, &question.url, relative, full, err)) == SSM_OK &&
	    (rc = read_token(&question, err)) == SSM_OK &&
	    (rc = ask(search->client, &question, &response, err)) == SSM_OK &&
	    (rc = response.status != 200 ? refused(&response, &question, err) :
	    take_keys(search, &response, &question, who, err)) == SSM_OK)
		rc = note_origin(result, &question.url, err);
	aws_client_response_clear(&response);
	bytes_clear(&question.text);
	bytes_clear(&question.token);
	if (rc != SSM_OK)
		credentials_clear(who);
	return rc;
}

enum ssm_err
provider_container(struct provider_search *search, struct view profile, struct credentials *who,
    struct provider_result *result, struct ssm_error *err)
{
	const char *relative = getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full = getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI");

	(void)profile;				/* the agent knows nothing of profiles */
	if (relative == NULL && full == NULL)
		return provider_absent(result, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and "
		    "AWS_CONTAINER_CREDENTIALS_FULL_URI are not set");
	if (search->client == NULL)
		return provider_absent(result, "the network is not used");
	return find(search, relative, full, who, result, err);
}
