#include "credentials/imds.h"

#include <stdio.h>

#include "core/utf8.h"
#include "credentials/container_credentials.h"
#include "service/cleantext.h"

#define BASE "http://169.254.169.254/"
#define BASE_IPV6 "http://[fd00:ec2::254]/"
#define TOKEN_PATH "latest/api/token"
#define TOKEN_SECONDS "21600"
#define SAID_MAX 200			/* of the reason for a status */
#define PAUSE 1				/* millisecond: the next try comes at once */

static enum ssm_err
choose_base(struct imds *imds, struct ssm_error *err)
{
	const struct settings *settings = imds->search->settings;
	struct setting_value value;
	const char *mode;
	struct url url;
	enum ssm_err rc;

	if ((rc = settings_choice(settings, SETTING_METADATA_ENDPOINT_MODE, NULL, &mode,
	    err)) != SSM_OK)
		return rc;
	if (!settings_get(settings, SETTING_METADATA_ENDPOINT_MODE, NULL, &value) &&
	    settings_is_true(settings, SETTING_METADATA_USE_IPV6))
		mode = "ipv6";
	imds->base = strcmp(mode, "ipv6") == 0 ? VIEW(BASE_IPV6) : VIEW(BASE);
	if (!settings_get(settings, SETTING_METADATA_ENDPOINT, NULL, &value))
		return SSM_OK;
	imds->base = value.text;
	if (url_parse(&url, value.text, "the endpoint", err) != SSM_OK || url.user_info.ptr != NULL ||
	    (!view_equal_nocase(url.scheme, VIEW("http")) &&
	    !view_equal_nocase(url.scheme, VIEW("https"))))
		return ssm_fail(err, SSM_E_CONFIG, "InvalidIMDSEndpointError",
		    "Invalid endpoint EC2 Instance Metadata endpoint: %.*s (%s)",
		    (int)(value.text.len < 200 ? value.text.len : 200), value.text.ptr, value.origin);
	return SSM_OK;
}

static enum ssm_err
configure(struct imds *imds, struct ssm_error *err)
{
	const struct settings *settings = imds->search->settings;
	long seconds, attempts;
	enum ssm_err rc;

	if ((rc = settings_number(settings, SETTING_METADATA_TIMEOUT, 1, 1, 3600, &seconds,
	    err)) != SSM_OK ||
	    (rc = settings_number(settings, SETTING_METADATA_ATTEMPTS, 1, 0, 1000, &attempts,
	    err)) != SSM_OK)
		return rc;
	imds->timeout = (unsigned)seconds * 1000;
	imds->attempts = (unsigned)attempts;
	return choose_base(imds, err);
}

enum imds_step
imds_absent(struct imds *imds, const char *why)
{
	provider_absent(imds->result, "%.*s: %s", IMDS_BASE(imds), why);
	return IMDS_ABSENT;
}

/* Nobody there, or nobody who speaks: what it looks like outside of EC2. */
static enum imds_step
no_answer(struct imds *imds, const struct ssm_error *err)
{
	char why[64];

	if (strcmp(err->code, "AttemptTimeoutError") == 0)
		return imds_absent(imds, "its answer came too slowly");
	if (strstr(err->code, "Timeout") != NULL) {
		snprintf(why, sizeof why, "timed out after %u s", imds->timeout / 1000);
		return imds_absent(imds, why);
	}
	return imds_absent(imds, strcmp(err->code, "EndpointConnectionError") == 0 ? "no connection" :
	    strcmp(err->code, "ConnectionClosedError") == 0 ? "the connection was closed" :
	    "no answer");
}

static enum imds_step
bad_status(struct imds *imds, const char *what)
{
	struct view body = view_trim(bytes_view(&imds->response.body));
	struct redact redact = REDACT_INIT;
	struct bytes said = BYTES_INIT(PROVIDER_TEXT_MAX);
	char why[PROVIDER_TEXT_MAX];

	redact_note(&redact, bytes_view(&imds->token));
	if (body.len > 0 && body.ptr[0] != '<' && utf8_check(body) == body.len)
		cleantext_add_body(&said, body, container_credentials_is_object(body), &redact, SAID_MAX);
	snprintf(why, sizeof why, "HTTP status %d for %s%s%.*s", imds->response.status, what,
	    said.len > 0 ? ": " : "", VIEW_ARG(bytes_view(&said)));
	bytes_clear(&said);
	return imds_absent(imds, why);
}

static enum ssm_err
set_url(struct imds *imds, const char *path, struct view rest, struct ssm_error *err)
{
	bytes_set(&imds->url, imds->base);
	if (imds->base.ptr[imds->base.len - 1] != '/')
		bytes_add_char(&imds->url, '/');
	bytes_add_text(&imds->url, path);
	bytes_add(&imds->url, rest);
	return bytes_failed(&imds->url) ? ssm_fail_memory(err) : SSM_OK;
}

static bool
is_refusal_of_token(int status)
{
	return status == 403 || status == 404 || status == 405;
}

static bool
is_token_worth_another(enum retry_mode mode, int status, struct view body)
{
	(void)mode;
	(void)body;
	return status != 200 && status != 400 && !is_refusal_of_token(status);
}

/* One PUT after the other: a silence ends it, what else goes wrong may go better. */
static enum ssm_err
put(struct imds *imds, struct ssm_error *err)
{
	const struct header_field header = { VIEW("x-aws-ec2-metadata-token-ttl-seconds"),
	    VIEW(TOKEN_SECONDS) };
	struct aws_client_request request = { .method = "PUT", .headers = &header, .header_count = 1,
	    .direct = true, .attempts_max = 1, .timeout = imds->timeout, .pause = PAUSE };
	enum ssm_err rc = set_url(imds, TOKEN_PATH, VIEW_NONE, err);

	if (rc != SSM_OK)
		return rc;
	request.url = bytes_view(&imds->url);
	for (unsigned i = 0; i < imds->attempts; i++) {
		rc = aws_client_call(imds->search->client, &request, &imds->response, err);
		if (rc == SSM_OK ? !is_token_worth_another(RETRY_STANDARD, imds->response.status, VIEW_NONE) :
		    rc != SSM_E_AGAIN || strcmp(err->code, "ReadTimeoutError") == 0)
			break;
	}
	return rc;
}

static bool
is_header_text(struct view text)
{
	if (text.len > IMDS_TEXT_MAX)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < ' ' || text.ptr[i] >= 0x7F)
			return false;
	return true;
}

/* A service that gives no token may be of the first version, which needs none. */
static enum imds_step
fetch_token(struct imds *imds, struct ssm_error *err)
{
	enum ssm_err rc = put(imds, err);

	if (rc != SSM_OK && rc != SSM_E_AGAIN)
		return IMDS_FAILED;
	if (rc == SSM_OK && imds->response.status == 400)
		return bad_status(imds, "a token");
	imds->has_token = rc == SSM_OK && imds->response.status == 200;
	if (imds->has_token && !is_header_text(bytes_view(&imds->response.body)))
		return imds_absent(imds, "a token that is no header value");
	bytes_set(&imds->token, imds->has_token ? bytes_view(&imds->response.body) : VIEW_NONE);
	if (bytes_failed(&imds->token)) {
		ssm_fail_memory(err);
		return IMDS_FAILED;
	}
	if (imds->token.len > 0 ||
	    !settings_is_true(imds->search->settings, SETTING_METADATA_V1_DISABLED))
		return IMDS_DONE;
	ssm_fail(err, rc == SSM_E_AGAIN ? SSM_E_AGAIN : SSM_E_CONFIG, "MetadataRetrievalError",
	    "Error retrieving metadata: Unable to retrieve token for use in IMDSv2 call and IMDSv1 has "
	    "been disabled");
	return IMDS_FAILED;
}

enum imds_step
imds_get(struct imds *imds, const char *path, struct view rest, aws_client_retryable *retryable,
    const char *what, struct ssm_error *err)
{
	const struct header_field header = { VIEW("x-aws-ec2-metadata-token"),
	    bytes_view(&imds->token) };
	struct aws_client_request request = { .method = "GET", .headers = &header,
	    .header_count = imds->has_token ? 1 : 0, .direct = true, .attempts_max = imds->attempts,
	    .timeout = imds->timeout, .pause = PAUSE, .retryable = retryable };
	enum ssm_err rc = set_url(imds, path, rest, err);

	if (rc != SSM_OK)
		return IMDS_FAILED;
	request.url = bytes_view(&imds->url);
	rc = aws_client_call(imds->search->client, &request, &imds->response, err);
	if (rc == SSM_E_AGAIN)
		return no_answer(imds, err);
	if (rc != SSM_OK)
		return IMDS_FAILED;
	return imds->response.status == 200 ? IMDS_DONE : bad_status(imds, what);
}

enum imds_step
imds_start(struct imds *imds, struct provider_search *search, struct provider_result *result,
    struct ssm_error *err)
{
	imds->search = search;
	imds->result = result;
	if (settings_is_true(search->settings, SETTING_METADATA_DISABLED) || search->client == NULL) {
		provider_absent(result, search->client == NULL ? "the network is not used" :
		    "AWS_EC2_METADATA_DISABLED is true");
		return IMDS_ABSENT;
	}
	if (configure(imds, err) != SSM_OK)
		return IMDS_FAILED;
	if (imds->attempts == 0)
		return imds_absent(imds, "metadata_service_num_attempts is 0");
	return fetch_token(imds, err);
}

void
imds_clear(struct imds *imds)
{
	bytes_clear(&imds->url);
	bytes_clear(&imds->token);
	aws_client_response_clear(&imds->response);
}
