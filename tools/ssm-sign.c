/* ssm-sign: request documents in, the same documents signed (AWS Signature Version 4) out. */
#include <stdlib.h>
#include <time.h>

#include "aws/partition.h"
#include "cli/records.h"
#include "core/iso8601.h"
#include "credentials/credentials_cache.h"
#include "json/text.h"
#include "sign/signer.h"

enum { OPT_PROFILE = CLI_LONG, OPT_REGION, OPT_SERVICE, OPT_TIME, OPT_CREDENTIALS, OPT_SHOW };

static const struct cli_option options[] = {
	{ 0, NULL, NULL, "Signing" },
	{ OPT_PROFILE, "profile", "PROFILE", "keys of this profile (else the document's, else the default)" },
	{ OPT_CREDENTIALS, "credentials", "FILE", "keys of this credentials document" },
	{ OPT_REGION, "region", "REGION", "sign for this region, whatever the document says" },
	{ OPT_SERVICE, "service", "NAME", "sign for this service, whatever the document says" },
	{ OPT_TIME, "time", "TIME", "sign as of 20150830T123600Z in place of now" },
	{ OPT_SHOW, "show", "canonical-request|string-to-sign|signed-headers|signature",
	    "print that stage in place of the document" },
	CLI_DOCUMENT_OPTIONS,
	CLI_COMMON_OPTIONS,
	CLI_OPTIONS_END,
};

static const char *const examples[] = {
	"ssm-request resume-session --session-id \"$id\" | ssm-sign | ssm-call",
	"ssm-sign --profile prod --show canonical-request < request.json",
	"ssm-sign --credentials <(aws configure export-credentials) < requests.ndjson",
	NULL,
};

static void (*const libraries[])(struct bytes *) = { digest_library, NULL };

static const struct cli_tool tool = {
	.name = "ssm-sign",
	.synopsis = "[options] < requests",
	.purpose = "Sign request documents with AWS Signature Version 4.",
	.options = options,
	.examples = examples,
	.libraries = libraries,
	.holds_secrets = true,
};

struct sign {
	const char *region, *service, *show;
	bool fixed_time;
	time_t when;
	struct credentials_cache *cache;
	struct signer *signer;
	struct signature signature;
};

/* The option, unless it is empty, else the document's member, which must then be there. */
static enum ssm_err
choose(struct view *chosen, const char *option, struct view member, const char *name,
    struct ssm_error *err)
{
	*chosen = option != NULL && *option != '\0' ? view_of(option) : member;
	if (chosen->len == 0)
		return ssm_fail(err, SSM_E_INPUT, "InvalidDocument",
		    "member '%s' is missing; it can be given as --%s", name, name);
	return SSM_OK;
}

/* A service's signing name has the same alphabet as a region. */
static enum ssm_err
check_scope(struct view region, struct view service, struct ssm_error *err)
{
	if (!region_is_valid(region)) {
		region_check(region, err);
		return err->rc = SSM_E_INPUT;
	}
	return region_is_valid(service) ? SSM_OK : ssm_fail(err, SSM_E_INPUT, "InvalidDocument",
	    "member 'service' is not a service's signing name");
}

static void
add_headers(struct bytes *out, const struct request *request, const struct sign *sign,
    const struct credentials *who)
{
	const struct json_doc *headers = &request->header_object;

	jsontext_begin(out);
	for (size_t i = 0; i < headers->count; i++) {
		const struct json_member *member = &headers->members[i];

		if (signer_replaces_header(member->name))
			continue;
		jsontext_name_view(out, member->raw_name);
		bytes_add(out, member->raw);
	}
	if (sign->signature.content_sha256[0] != '\0')
		jsontext_member(out, "x-amz-content-sha256", view_of(sign->signature.content_sha256));
	jsontext_member(out, "x-amz-date", view_of(sign->signature.amz_date));
	if (who->session_token.len > 0)
		jsontext_member(out, "x-amz-security-token", bytes_view(&who->session_token));
	jsontext_member(out, "authorization", bytes_view(&sign->signature.authorization));
	jsontext_end(out);
}

/* The document as it came, but for its headers. */
static void
add_signed_document(struct bytes *out, const struct json_doc *doc, const struct request *request,
    const struct sign *sign, const struct credentials *who)
{
	bool had_headers = false;

	jsontext_begin(out);
	for (size_t i = 0; i < doc->count; i++) {
		const struct json_member *member = &doc->members[i];

		jsontext_name_view(out, member->raw_name);
		if (view_is(member->name, "headers")) {
			add_headers(out, request, sign, who);
			had_headers = true;
		} else {
			bytes_add(out, member->raw);
		}
	}
	if (!had_headers) {
		jsontext_name(out, "headers");
		add_headers(out, request, sign, who);
	}
	jsontext_end(out);
}

static struct view
shown_stage(const struct sign *sign)
{
	const struct signature *s = &sign->signature;

	return strcmp(sign->show, "canonical-request") == 0 ? bytes_view(&s->canonical_request) :
	    strcmp(sign->show, "string-to-sign") == 0 ? bytes_view(&s->string_to_sign) :
	    strcmp(sign->show, "signed-headers") == 0 ? bytes_view(&s->signed_headers) :
	    view_of(s->hex);
}

static enum ssm_err
sign_document(void *context, struct json_doc *doc, struct bytes *result, struct ssm_error *err)
{
	struct sign *sign = context;
	struct request request = REQUEST_INIT;
	const struct credentials *who;
	struct view region, service;
	time_t now = time(NULL);
	enum ssm_err rc;

	if ((rc = request_from_json(&request, doc, err)) == SSM_OK &&
	    (rc = choose(&region, sign->region, request.region, "region", err)) == SSM_OK &&
	    (rc = choose(&service, sign->service, request.service, "service", err)) == SSM_OK &&
	    (rc = check_scope(region, service, err)) == SSM_OK &&
	    (rc = credentials_cache_find(sign->cache, request.profile, now, &who, err)) == SSM_OK &&
	    (rc = signer_sign(sign->signer, &request, who, region, service,
	    sign->fixed_time ? sign->when : now, &sign->signature, err)) == SSM_OK) {
		if (sign->show != NULL)
			bytes_add(result, shown_stage(sign));
		else
			add_signed_document(result, doc, &request, sign, who);
	}
	request_clear(&request);
	return rc;
}

static void
take_time(const struct cli *cli, struct sign *sign, const char *value)
{
	if (!iso8601_parse(view_of(value), &sign->when))
		cli_usage(cli, "option '--time' takes a UTC time like 20150830T123600Z, not '%s'", value);
	sign->fixed_time = true;
}

static void
read_options(struct cli *cli, struct sign *sign, struct credentials_cache_source *source)
{
	const char *value;
	int key;

	while ((key = cli_option(cli, &value)) != CLI_END)
		switch (key) {
		case OPT_PROFILE: source->profile = value; break;
		case OPT_CREDENTIALS: source->file = value; break;
		case OPT_REGION: sign->region = value; break;
		case OPT_SERVICE: sign->service = value; break;
		case OPT_TIME: take_time(cli, sign, value); break;
		case OPT_SHOW: sign->show = value; break;
		}
	cli_operands_max(cli, 0);
}

int
main(int argc, char **argv)
{
	struct sign sign = { .signature = SIGNATURE_INIT };
	struct credentials_cache_source source = { .profile = NULL };
	struct ssm_error err = SSM_ERROR_INIT;
	struct records records;
	struct cli cli;

	(void)argc;
	cli_start(&cli, &tool, argv);
	digest_alone();
	read_options(&cli, &sign, &source);
	source.cli = &cli;
	sign.cache = credentials_cache_new(&source);
	sign.signer = signer_new();
	records_start(&records, &cli);
	input_start(&records.in, 0, "standard input", JSON_DOCUMENT_MAX);
	if (sign.cache == NULL || sign.signer == NULL) {
		ssm_fail_memory(&err);
		records_fail(&records, &err);
	} else {
		records.form = sign.show != NULL ? RECORDS_LINES : RECORDS_DOCUMENTS;
		records_documents(&records, sign_document, &sign);
	}
	credentials_cache_free(sign.cache);
	signer_free(sign.signer);
	signature_clear(&sign.signature);
	cli_end(records_finish(&records));
}
