#include "provider.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "agentkeys.h"
#include "apicall.h"
#include "url.h"

#define METHOD "iam-role"
#define BASE "http://169.254.169.254/"
#define BASE_IPV6 "http://[fd00:ec2::254]/"
#define TOKEN_PATH "latest/api/token"
#define ROLE_PATH "latest/meta-data/iam/security-credentials/"
#define TOKEN_SECONDS "21600"
#define TEXT_MAX 65536			/* of a token */
#define ROLE_MAX 256
#define PAUSE 1				/* millisecond: the next try comes at once */
#define WINDOW 900			/* seconds before the end, in which new keys are due */
#define JITTER_MIN 120
#define JITTER_MAX 600

/* The service as configured, and what it said so far. */
struct imds {
	struct provider_search *search;
	struct provision *provision;
	struct view base;
	unsigned timeout, attempts;	/* milliseconds; of each request */
	struct bytes url, token, role;
	bool has_token;
	struct apicall_result result;
};

#define IMDS_INIT { .url = BYTES_INIT(URL_LEN_MAX), .token = BYTES_INIT(TEXT_MAX), \
	.role = BYTES_INIT(TEXT_MAX), .result = APICALL_RESULT_INIT }

/* How a step ended. */
enum step {
	STEP_DONE,
	STEP_ABSENT,			/* why_not is said */
	STEP_FAILED,			/* *err is set */
};

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

static enum step
absent(struct imds *imds, const char *why)
{
	provider_absent(imds->provision, "%.*s: %s", (int)(imds->base.len < 200 ? imds->base.len : 200),
	    imds->base.ptr, why);
	return STEP_ABSENT;
}

/* Nobody there, or nobody who speaks: what it looks like outside of EC2. */
static enum step
no_answer(struct imds *imds, const struct ssm_error *err)
{
	char why[64];

	if (strstr(err->code, "Timeout") != NULL) {
		snprintf(why, sizeof why, "timed out after %u s", imds->timeout / 1000);
		return absent(imds, why);
	}
	return absent(imds, strcmp(err->code, "EndpointConnectionError") == 0 ? "no connection" :
	    strcmp(err->code, "ConnectionClosedError") == 0 ? "the connection was closed" :
	    "no answer");
}

static enum step
bad_status(struct imds *imds, const char *what)
{
	char why[128];

	snprintf(why, sizeof why, "HTTP status %d for %s", imds->result.status, what);
	return absent(imds, why);
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
	const struct apicall_header header = { "x-aws-ec2-metadata-token-ttl-seconds",
	    VIEW(TOKEN_SECONDS) };
	struct apicall_request request = { .method = "PUT", .headers = &header, .header_count = 1,
	    .direct = true, .attempts_max = 1, .timeout = imds->timeout, .pause = PAUSE };
	enum ssm_err rc = set_url(imds, TOKEN_PATH, VIEW_NONE, err);

	if (rc != SSM_OK)
		return rc;
	request.url = bytes_view(&imds->url);
	for (unsigned i = 0; i < imds->attempts; i++) {
		rc = apicall_perform(imds->search->calls, &request, &imds->result, err);
		if (rc == SSM_OK ? !is_token_worth_another(RETRY_STANDARD, imds->result.status, VIEW_NONE) :
		    rc != SSM_E_AGAIN || strcmp(err->code, "ReadTimeoutError") == 0)
			break;
	}
	return rc;
}

static bool
keep(struct bytes *to, struct view text, struct ssm_error *err)
{
	bytes_set(to, text);
	if (bytes_failed(to))
		ssm_fail_memory(err);
	return !bytes_failed(to);
}

static bool
is_header_text(struct view text)
{
	if (text.len > TEXT_MAX)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < ' ' || text.ptr[i] >= 0x7F)
			return false;
	return true;
}

/* A service that gives no token may be of the first version, which needs none. */
static enum step
fetch_token(struct imds *imds, struct ssm_error *err)
{
	enum ssm_err rc = put(imds, err);

	if (rc != SSM_OK && rc != SSM_E_AGAIN)
		return STEP_FAILED;
	if (rc == SSM_OK && imds->result.status == 400)
		return bad_status(imds, "a token");
	imds->has_token = rc == SSM_OK && imds->result.status == 200;
	if (imds->has_token && !is_header_text(bytes_view(&imds->result.body)))
		return absent(imds, "a token that is no header value");
	if (imds->has_token && !keep(&imds->token, bytes_view(&imds->result.body), err))
		return STEP_FAILED;
	if (imds->token.len > 0 ||
	    !settings_is_true(imds->search->settings, SETTING_METADATA_V1_DISABLED))
		return STEP_DONE;
	ssm_fail(err, rc == SSM_E_AGAIN ? SSM_E_AGAIN : SSM_E_CONFIG, "MetadataRetrievalError",
	    "Error retrieving metadata: Unable to retrieve token for use in IMDSv2 call and IMDSv1 has "
	    "been disabled");
	return STEP_FAILED;
}

static bool
is_role_worth_another(enum retry_mode mode, int status, struct view body)
{
	(void)mode;
	return status != 200 || body.len == 0;
}

static bool
is_document_worth_another(enum retry_mode mode, int status, struct view body)
{
	(void)mode;
	return status != 200 || !agentkeys_is_object(body);
}

static enum step
get(struct imds *imds, struct view role, apicall_retryable *retryable, const char *what,
    struct ssm_error *err)
{
	const struct apicall_header header = { "x-aws-ec2-metadata-token", bytes_view(&imds->token) };
	struct apicall_request request = { .method = "GET", .headers = &header,
	    .header_count = imds->has_token ? 1 : 0, .direct = true, .attempts_max = imds->attempts,
	    .timeout = imds->timeout, .pause = PAUSE, .retryable = retryable };
	enum ssm_err rc = set_url(imds, ROLE_PATH, role, err);

	if (rc != SSM_OK)
		return STEP_FAILED;
	request.url = bytes_view(&imds->url);
	rc = apicall_perform(imds->search->calls, &request, &imds->result, err);
	if (rc == SSM_E_AGAIN)
		return no_answer(imds, err);
	if (rc != SSM_OK)
		return STEP_FAILED;
	return imds->result.status == 200 ? STEP_DONE : bad_status(imds, what);
}

/* A name of AWS's has none of what would make another URL of it. */
static bool
is_role(struct view name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] <= ' ' || name.ptr[i] >= 0x7F || strchr("/?#%\\", name.ptr[i]) != NULL)
			return false;
	return name.len > 0 && name.len <= ROLE_MAX;
}

static enum step
fetch_role(struct imds *imds, struct ssm_error *err)
{
	enum step step = get(imds, VIEW_NONE, is_role_worth_another, "the role's name", err);
	struct view body = bytes_view(&imds->result.body), name;

	if (step != STEP_DONE)
		return step;
	name = view_slice(body, 0, view_find(body, '\n'));
	if (name.len > 0 && name.ptr[name.len - 1] == '\r')
		name.len--;
	if (!is_role(name))
		return absent(imds, body.len == 0 ? "no role" : "a role's name that cannot be one");
	return keep(&imds->role, name, err) ? STEP_DONE : STEP_FAILED;
}

/*
 * While the service is ill it hands out keys near or past their end, which AWS then honours: they are
 * used on, and asked for again at a time that differs between machines.
 */
static bool
extend(struct credentials *who, time_t now, struct ssm_error *err, bool *extended)
{
	unsigned number;
	time_t window;

	if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number) {
		ssm_fail(err, SSM_E_OTHER, "RandomError", "no random numbers to be had");
		return false;
	}
	window = WINDOW + JITTER_MIN + (time_t)(number % (JITTER_MAX - JITTER_MIN + 1));
	*extended = now >= who->expiration - window;
	if (*extended)
		who->expiration = now + window;
	return true;
}

static enum step
fetch_keys(struct imds *imds, struct credentials *who, struct ssm_error *err)
{
	struct provision *provision = imds->provision;
	const char *missing;
	bool extended = false;
	char why[64];
	enum step step = get(imds, bytes_view(&imds->role), is_document_worth_another,
	    "the role's keys", err);
	enum ssm_err rc;

	if (step != STEP_DONE)
		return step;
	rc = agentkeys_read(who, bytes_view(&imds->result.body), METHOD, &missing, err);
	if (rc != SSM_OK)
		return rc == SSM_E_INPUT ? absent(imds, "an answer that is no JSON object") : STEP_FAILED;
	if (missing != NULL) {
		snprintf(why, sizeof why, "an answer without '%s'", missing);
		return absent(imds, why);
	}
	bytes_clear(&who->account_id);		/* not the metadata service's to say */
	if (!extend(who, imds->search->now, err, &extended))
		return STEP_FAILED;
	provision->found = true;
	snprintf(provision->origin, sizeof provision->origin, "%.*s, role %.*s%s",
	    (int)(imds->base.len < 200 ? imds->base.len : 200), imds->base.ptr,
	    VIEW_ARG(bytes_view(&imds->role)), extended ? ", expiration extended" : "");
	return STEP_DONE;
}

static enum step
ask(struct imds *imds, struct credentials *who, struct ssm_error *err)
{
	enum step step;

	if (configure(imds, err) != SSM_OK)
		return STEP_FAILED;
	if (imds->attempts == 0)
		return absent(imds, "metadata_service_num_attempts is 0");
	if ((step = fetch_token(imds, err)) == STEP_DONE &&
	    (step = fetch_role(imds, err)) == STEP_DONE)
		step = fetch_keys(imds, who, err);
	return step;
}

enum ssm_err
provider_imds(struct provider_search *search, struct view profile, struct credentials *who,
    struct provision *provision, struct ssm_error *err)
{
	struct imds imds = IMDS_INIT;
	enum step step;

	(void)profile;				/* settings are those of the profile that was asked for */
	if (settings_is_true(search->settings, SETTING_METADATA_DISABLED))
		return provider_absent(provision, "AWS_EC2_METADATA_DISABLED is true");
	if (search->calls == NULL)
		return provider_absent(provision, "the network is not used");
	imds.search = search;
	imds.provision = provision;
	step = ask(&imds, who, err);
	if (step == STEP_FAILED)
		credentials_clear(who);
	else
		ssm_error_clear(err);		/* an earlier step's */
	bytes_clear(&imds.url);
	bytes_clear(&imds.token);
	bytes_clear(&imds.role);
	apicall_result_clear(&imds.result);
	return step == STEP_FAILED ? err->rc : SSM_OK;
}
