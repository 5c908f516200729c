#include "request/maker.h"

#include "aws/endpoint.h"
#include "aws/partition.h"
#include "cli/asktool.h"
#include "cli/settings_tell.h"
#include "json/text.h"

#define REGION_ANSWER_MAX 4096

static void
add_headers(struct bytes *head, const struct operation *operation)
{
	jsontext_begin(head);
	if (operation->service->query_version != NULL) {
		jsontext_member(head, "accept", VIEW("application/json"));
		jsontext_member(head, "content-type", VIEW(OPERATION_QUERY_CONTENT_TYPE));
	} else {
		jsontext_member(head, "content-type", VIEW(OPERATION_CONTENT_TYPE));
		jsontext_name(head, "x-amz-target");
		bytes_print(head, "\"%s.%s\"", operation->service->target_prefix, operation->name);
	}
	jsontext_end(head);
}

static void
add_shared_members(struct maker *maker, struct view url, struct view region)
{
	const struct operation *operation = maker->operation;
	struct bytes *head = &maker->head, *tail = &maker->tail;
	const char *profile = maker->given->profile;

	jsontext_begin(head);
	jsontext_member(head, "method", VIEW("POST"));
	jsontext_member(head, "url", url);
	jsontext_name(head, "headers");
	add_headers(head, operation);
	jsontext_name(head, "body");
	bytes_add_char(tail, ',');
	jsontext_member(tail, "service", view_of(operation->service->name));
	jsontext_member(tail, "region", region);
	jsontext_member(tail, "operation", view_of(operation->name));
	if (profile != NULL && *profile != '\0')
		jsontext_member(tail, "profile", view_of(profile));
}

static enum ssm_err
choose_url(struct bytes *url, const struct cli *cli, const struct settings *settings,
    const struct maker *maker, struct view region, bool fips, struct ssm_error *err)
{
	const char *service = maker->operation->service->name;
	bool dual_stack = settings_is_true(settings, SETTING_USE_DUALSTACK_ENDPOINT);
	struct setting_value custom;
	enum ssm_err rc;

	rc = settings_endpoint(settings, maker->given->endpoint_url, service, &custom, err);
	if (rc != SSM_OK)
		return rc;
	settings_tell(cli, settings, SETTING_IGNORE_ENDPOINT_URLS, NULL);
	settings_tell_value(cli, "endpoint_url", &custom);
	if (custom.text.ptr != NULL)
		return endpoint_custom(url, custom.text, custom.origin, err);
	settings_tell(cli, settings, SETTING_USE_FIPS_ENDPOINT, NULL);
	settings_tell(cli, settings, SETTING_USE_DUALSTACK_ENDPOINT, NULL);
	fips = fips || settings_is_true(settings, SETTING_USE_FIPS_ENDPOINT);
	endpoint_service_url(url, service, region, fips, dual_stack);
	return SSM_OK;
}

/* Nobody has configured one. The metadata service of an EC2 instance has it, but no socket is opened here. */
static enum ssm_err
ask_region(struct bytes *region, const struct cli *cli, const struct maker_options *given,
    struct ssm_error *err)
{
	const struct asktool_question question = { .tool = "ssm-credentials", .options = { "--show-region" },
	    .profile = view_of(given->profile), .failure = "NoRegionError" };
	struct bytes answer = BYTES_INIT(REGION_ANSWER_MAX);
	enum ssm_err rc = asktool(&answer, cli, &question, err);

	if (rc == SSM_OK) {
		bytes_set(region, view_trim(bytes_view(&answer)));
		ssm_error_clear(err);		/* that there is none */
		rc = bytes_failed(region) ? ssm_fail_memory(err) : region_check(bytes_view(region), err);
	}
	bytes_clear(&answer);
	return rc;
}

static enum ssm_err
choose_region(struct bytes *region, const struct cli *cli, const struct settings *settings,
    const struct maker_options *given, bool *fips, struct ssm_error *err)
{
	enum ssm_err rc = settings_region(settings, given->region, region, fips, err);

	if (rc != SSM_OK && strcmp(err->code, "NoRegionError") == 0 && !given->strict &&
	    !settings_is_true(settings, SETTING_METADATA_DISABLED))
		rc = ask_region(region, cli, given, err);
	settings_tell_profile(cli, settings);
	settings_tell(cli, settings, SETTING_REGION, given->region);
	if (rc == SSM_OK && *fips)
		cli_verbose(cli, "a FIPS pseudo-region: region %.*s, FIPS endpoint",
		    VIEW_ARG(bytes_view(region)));
	return rc;
}

enum ssm_err
maker_prepare(struct maker *maker, const struct cli *cli, const struct operation *operation,
    const struct maker_options *given, struct ssm_error *err)
{
	struct settings *settings = NULL;
	struct bytes region = BYTES_INIT(1024), url = BYTES_INIT(JSON_DOCUMENT_MAX);
	const char *path;
	bool fips = false;
	int errnum;
	enum ssm_err rc;

	maker->operation = operation;
	maker->given = given;
	if ((rc = settings_open(&settings, view_of(given->profile), err)) == SSM_OK &&
	    (rc = choose_region(&region, cli, settings, given, &fips, err)) == SSM_OK &&
	    (rc = choose_url(&url, cli, settings, maker, bytes_view(&region), fips, err)) == SSM_OK) {
		if ((errnum = settings_unreadable(settings, &path)) != 0 && given->strict)
			rc = ssm_fail(err, SSM_E_CONFIG, "ConfigurationError", "cannot read '%s': %s", path,
			    strerror(errnum));
		else if (errnum != 0)
			cli_warn(cli, "cannot read '%s': %s", path, strerror(errnum));
		add_shared_members(maker, bytes_view(&url), bytes_view(&region));
		if (bytes_failed(&url) || bytes_failed(&region) || bytes_failed(&maker->head) ||
		    bytes_failed(&maker->tail))
			rc = ssm_fail_memory(err);
		cli_verbose(cli, "region %.*s, endpoint %.*s", VIEW_ARG(bytes_view(&region)),
		    VIEW_ARG(bytes_view(&url)));
	}
	settings_close(settings);
	bytes_clear(&region);
	bytes_clear(&url);
	return rc;
}

enum ssm_err
maker_add(struct maker *maker, const struct json_doc *parameters, struct view id,
    struct bytes *result, struct ssm_error *err)
{
	bytes_reset(&maker->body);
	operation_body(&maker->body, maker->operation, parameters);
	bytes_add(result, bytes_view(&maker->head));
	jsontext_string(result, bytes_view(&maker->body));
	bytes_add(result, bytes_view(&maker->tail));
	if (id.len > 0)
		jsontext_member_raw(result, "id", id);
	jsontext_end(result);
	return bytes_failed(&maker->body) ? ssm_fail_memory(err) : SSM_OK;
}

void
maker_clear(struct maker *maker)
{
	bytes_clear(&maker->head);
	bytes_clear(&maker->tail);
	bytes_clear(&maker->body);
}
