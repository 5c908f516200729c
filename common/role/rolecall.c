#include "role/rolecall.h"

#include "aws/endpoint.h"
#include "aws/partition.h"
#include "credentials/imds_region.h"

#define KEY_MAX (1024 * 1024)
#define DOCUMENT_MAX (1024 * 1024)

enum ssm_err
rolecall_open(struct rolecall *call, struct provider_search *search,
    const struct sts_request *request, bool use_cache, struct ssm_error *err)
{
	struct bytes key = BYTES_INIT(KEY_MAX);
	enum ssm_err rc = SSM_OK;

	call->search = search;
	call->request = request;
	call->cached = use_cache && search->use_cache;
	if (!call->cached)
		return SSM_OK;
	sts_request_cache_key(&key, request);
	rc = bytes_failed(&key) ? ssm_fail_memory(err) :
	    role_cache_open(&call->cache, bytes_view(&key), err);
	bytes_clear(&key);
	return rc;
}

bool
rolecall_cached(const struct rolecall *call, struct credentials *who)
{
	return call->cached && role_cache_load(&call->cache, call->search->now, who);
}

bool
rolecall_cached_now(struct rolecall *call, struct credentials *who)
{
	if (call->cached)
		role_cache_lock(&call->cache);
	return rolecall_cached(call, who);
}

/*
 * Without a region STS is at its global place. A configured place has no region to sign for; what is not
 * signed needs none.
 */
static enum ssm_err
find_global_sts(struct rolecall *call, bool is_signed, struct bytes *region, struct ssm_error *err)
{
	const struct settings *settings = call->search->settings;
	struct setting_value value;
	bool fips = false;
	enum ssm_err rc = settings_endpoint(settings, NULL, "sts", &value, err);

	bytes_set(region, VIEW("us-east-1"));
	if (rc != SSM_OK)
		return rc;
	if (value.text.ptr == NULL)
		bytes_set(&call->url, VIEW("https://sts.amazonaws.com/"));
	else if (is_signed)
		return settings_region(settings, NULL, region, &fips, err);
	else
		return endpoint_custom(&call->url, value.text, value.origin, err);
	return SSM_OK;
}

/* Nobody has configured a region: the one of the instance, as version 2 of the AWS CLI has it. */
static enum ssm_err
find_unconfigured_sts(struct rolecall *call, bool is_signed, struct bytes *region, struct ssm_error *err)
{
	struct provider_result unused;
	struct view found;
	enum ssm_err rc = imds_region_find(call->search, &found, &unused, err);

	if (rc != SSM_OK || found.len == 0)
		return rc != SSM_OK ? rc : find_global_sts(call, is_signed, region, err);
	bytes_set(region, found);
	return settings_service_url(call->search->settings, "sts", found, &call->url, err);
}

/* The region is that of the client that is being built. */
static enum ssm_err
find_sts(struct rolecall *call, bool is_signed, struct bytes *region, struct ssm_error *err)
{
	const struct provider_search *search = call->search;
	struct setting_value value;
	bool fips = false;
	enum ssm_err rc;

	bytes_reset(&call->url);
	if (!settings_get(search->settings, SETTING_REGION, search->region_option, &value))
		return find_unconfigured_sts(call, is_signed, region, err);
	if ((rc = settings_region(search->settings, search->region_option, region, &fips,
	    err)) != SSM_OK)
		return rc;
	return settings_service_url(search->settings, "sts", value.text, &call->url, err);
}

static enum ssm_err
send(struct rolecall *call, const struct credentials *source, struct aws_client_response *response,
    struct ssm_error *err)
{
	const struct header_field type = { VIEW("content-type"),
	    VIEW("application/x-www-form-urlencoded; charset=utf-8") };
	struct bytes body = BYTES_INIT(STS_BODY_MAX), region = BYTES_INIT(REGION_LEN_MAX + 1);
	struct aws_client_request request = { .method = "POST", .headers = &type, .header_count = 1,
	    .who = source, .service = VIEW("sts"), .retryable = sts_is_retryable };
	enum ssm_err rc;

	sts_request_body(&body, call->request);
	if ((rc = find_sts(call, source != NULL, &region, err)) == SSM_OK) {
		request.url = bytes_view(&call->url);
		request.region = bytes_view(&region);
		request.body = bytes_view(&body);
		rc = bytes_failed(&body) || bytes_failed(&region) || bytes_failed(&call->url) ?
		    ssm_fail_memory(err) : aws_client_call(call->search->client, &request, response, err);
	}
	bytes_clear(&body);
	bytes_clear(&region);
	return rc;
}

static void
keep(const struct rolecall *call, const struct sts_answer *answer,
    const struct aws_client_response *response)
{
	struct bytes document = BYTES_INIT(DOCUMENT_MAX);

	if (!call->cached)
		return;
	sts_answer_document(&document, answer, response);
	if (!bytes_failed(&document))
		role_cache_store(&call->cache, bytes_view(&document));
	bytes_clear(&document);
}

/* New keys have a life before them: if they have not, it may be this machine that lives in the future. */
static enum ssm_err
fail_expired(const struct rolecall *call, struct credentials *who, struct ssm_error *err)
{
	long long skew = aws_client_skew(call->search->client);

	credentials_clear(who);
	ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError", "Credentials were refreshed, but the refreshed "
	    "credentials are still expired.");
	if (skew > 0)
		ssm_error_add(err, " This machine's clock is %lld s ahead: set it.", skew);
	return err->rc;
}

enum ssm_err
rolecall_perform(struct rolecall *call, const struct credentials *source, struct credentials *who,
    struct ssm_error *err)
{
	struct aws_client_response response = AWS_CLIENT_RESPONSE_INIT;
	struct sts_answer answer = STS_ANSWER_INIT;
	enum ssm_err rc;

	if ((rc = sts_request_check(call->request, err)) == SSM_OK &&
	    (rc = send(call, source, &response, err)) == SSM_OK &&
	    (rc = sts_answer_read(&answer, &response, call->request, source, err)) == SSM_OK) {
		keep(call, &answer, &response);
		credentials_clear(who);
		*who = answer.who;
		answer.who = (struct credentials)CREDENTIALS_INIT;
		if (who->expiration <= call->search->now)
			rc = fail_expired(call, who, err);
	}
	sts_answer_clear(&answer);
	aws_client_response_clear(&response);
	return rc;
}

void
rolecall_close(struct rolecall *call)
{
	role_cache_close(&call->cache);
	bytes_clear(&call->url);
}
