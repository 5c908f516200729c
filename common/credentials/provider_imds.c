#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "credentials/container_credentials.h"
#include "credentials/imds.h"

#define METHOD "iam-role"
#define ROLE_PATH "latest/meta-data/iam/security-credentials/"
#define ROLE_MAX 256
#define WINDOW 900			/* seconds before the end, in which new keys are due */
#define JITTER_MIN 120
#define JITTER_MAX 600

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
	return status != 200 || !container_credentials_is_object(body);
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

static enum imds_step
fetch_role(struct imds *imds, char role[ROLE_MAX + 1], struct ssm_error *err)
{
	enum imds_step step = imds_get(imds, ROLE_PATH, VIEW_NONE, is_role_worth_another,
	    "the role's name", err);
	struct view body = bytes_view(&imds->response.body), name;

	if (step != IMDS_DONE)
		return step;
	name = view_slice(body, 0, view_find(body, '\n'));
	if (name.len > 0 && name.ptr[name.len - 1] == '\r')
		name.len--;
	if (!is_role(name))
		return imds_absent(imds, body.len == 0 ? "no role" : "a role's name that cannot be one");
	snprintf(role, ROLE_MAX + 1, "%.*s", VIEW_ARG(name));
	return IMDS_DONE;
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

/* With the reason that the document gives in place of keys. */
static enum imds_step
without(struct imds *imds, const char *missing)
{
	struct bytes reason = BYTES_INIT(PROVIDER_TEXT_MAX);
	struct redact redact = REDACT_INIT;
	char why[PROVIDER_TEXT_MAX];

	redact_note(&redact, bytes_view(&imds->token));
	container_credentials_reason(&reason, bytes_view(&imds->response.body), &redact);
	snprintf(why, sizeof why, "an answer without '%s'%.*s", missing, VIEW_ARG(bytes_view(&reason)));
	bytes_clear(&reason);
	return imds_absent(imds, why);
}

static enum imds_step
fetch_keys(struct imds *imds, const char *role, struct credentials *who, struct ssm_error *err)
{
	struct provider_result *result = imds->result;
	const char *missing;
	bool extended = false;
	enum imds_step step = imds_get(imds, ROLE_PATH, view_of(role), is_document_worth_another,
	    "the role's keys", err);
	enum ssm_err rc;

	if (step != IMDS_DONE)
		return step;
	rc = container_credentials_read(who, bytes_view(&imds->response.body), METHOD, &missing, err);
	if (rc != SSM_OK)
		return rc == SSM_E_INPUT ? imds_absent(imds, "an answer that is no JSON object") : IMDS_FAILED;
	if (missing != NULL)
		return without(imds, missing);
	bytes_clear(&who->account_id);		/* not the metadata service's to say */
	if (!extend(who, imds->search->now, err, &extended))
		return IMDS_FAILED;
	result->found = true;
	snprintf(result->origin, sizeof result->origin, "%.*s, role %s%s", IMDS_BASE(imds), role,
	    extended ? ", expiration extended" : "");
	return IMDS_DONE;
}

enum ssm_err
provider_imds(struct provider_search *search, struct view profile, struct credentials *who,
    struct provider_result *result, struct ssm_error *err)
{
	struct imds imds = IMDS_INIT;
	char role[ROLE_MAX + 1];
	enum imds_step step;

	(void)profile;				/* settings are those of the profile that was asked for */
	if ((step = imds_start(&imds, search, result, err)) == IMDS_DONE &&
	    (step = fetch_role(&imds, role, err)) == IMDS_DONE)
		step = fetch_keys(&imds, role, who, err);
	if (step == IMDS_FAILED)
		credentials_clear(who);
	else
		ssm_error_clear(err);		/* an earlier step's */
	imds_clear(&imds);
	return step == IMDS_FAILED ? err->rc : SSM_OK;
}
