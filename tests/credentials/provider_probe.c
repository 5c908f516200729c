/*
 * provider_probe: one provider of the chain, as the environment and the shared files have it.
 *
 * usage: provider_probe [-ac] [-m code] [-n] [-p profile] [-r region] [-t seconds] METHOD
 *	-a look twice, as for a refresh  -c use the caches  -m what the person types when asked
 *	-n without a network  -p --profile  -r --region  -t the time it is
 *
 * Prints one line of JSON a look, {"found":..,"why_not":..,"origin":..,"credentials":{..}}, or
 * {"error":{"code":..,"message":..,"exit":N}}. Questions go to stderr, the keys to stdout: for tests, with
 * false ones.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "credentials/provider.h"
#include "json/json.h"
#include "json/text.h"
#include "service/aws_client.h"

static const struct {
	const char *method;
	provider_find *find;
} providers[] = {
	{ "assume-role", provider_assume_role },
	{ "assume-role-with-web-identity", provider_web_identity },
	{ "sso", provider_sso },
	{ "login", provider_login },
	{ "container-role", provider_container },
	{ "iam-role", provider_imds },
};

static enum ssm_err
type_code(void *context, const char *text, struct bytes *answer, struct ssm_error *err)
{
	(void)err;
	fprintf(stderr, "%s\n", text);
	bytes_set(answer, view_of(context));
	return SSM_OK;
}

static void
add_credentials(struct bytes *out, const struct credentials *who)
{
	jsontext_name(out, "credentials");
	jsontext_begin(out);
	jsontext_member(out, "AccessKeyId", bytes_view(&who->access_key_id));
	jsontext_member(out, "SecretAccessKey", bytes_view(&who->secret_access_key));
	if (who->session_token.len > 0)
		jsontext_member(out, "SessionToken", bytes_view(&who->session_token));
	if (who->account_id.len > 0)
		jsontext_member(out, "AccountId", bytes_view(&who->account_id));
	if (who->expires)
		jsontext_member_number(out, "Expiration", (long long)who->expiration);
	jsontext_end(out);
}

static void
add_result(struct bytes *out, enum ssm_err rc, const struct provider_result *result,
    const struct credentials *who, const struct ssm_error *err)
{
	jsontext_begin(out);
	if (rc != SSM_OK) {
		jsontext_name(out, "error");
		jsontext_begin(out);
		jsontext_member(out, "code", view_of(err->code));
		jsontext_member(out, "message", view_of(err->message));
		jsontext_member_number(out, "exit", ssm_exit_code(err->rc));
		jsontext_end(out);
		jsontext_member_number(out, "keys_left", (long long)who->access_key_id.len);
	} else {
		jsontext_member_bool(out, "found", result->found);
		jsontext_member(out, "why_not", view_of(result->why_not));
		jsontext_member(out, "origin", view_of(result->origin));
		add_credentials(out, who);
	}
	jsontext_end(out);
	bytes_add_char(out, '\n');
}

static provider_find *
find_provider(const char *method)
{
	for (size_t i = 0; i < ARRAY_LEN(providers); i++)
		if (strcmp(providers[i].method, method) == 0)
			return providers[i].find;
	return NULL;
}

static enum ssm_err
probe(provider_find *find, struct provider_search *search, int times, struct bytes *out,
    struct ssm_error *err)
{
	struct credentials who = CREDENTIALS_INIT;
	enum ssm_err rc = SSM_OK;

	while (times-- > 0) {
		struct provider_result result = { .found = false };

		rc = find(search, settings_profile(search->settings), &who, &result, err);
		add_result(out, rc, &result, &who, err);
	}
	credentials_clear(&who);
	return rc;
}

int
main(int argc, char **argv)
{
	struct provider_search search = { .now = time(NULL) };
	struct ssm_error err = SSM_ERROR_INIT;
	struct credentials nobody = CREDENTIALS_INIT;
	struct bytes out = BYTES_INIT(JSON_DOCUMENT_MAX);
	struct settings *settings = NULL;
	struct aws_client *client = NULL;
	const char *profile = NULL;
	int opt, times = 1;
	bool network = true;
	enum ssm_err rc;

	while ((opt = getopt(argc, argv, "acm:np:r:t:")) != -1)
		switch (opt) {
		case 'a': times = 2; break;
		case 'c': search.use_cache = true; break;
		case 'm': search.prompt = type_code; search.prompt_context = optarg; break;
		case 'n': network = false; break;
		case 'p': profile = optarg; break;
		case 'r': search.region_option = optarg; break;
		case 't': search.now = (time_t)strtoll(optarg, NULL, 10); break;
		default: return 252;
		}
	if (optind + 1 != argc || find_provider(argv[optind]) == NULL)
		return 252;
	signal(SIGPIPE, SIG_IGN);
	if ((rc = settings_open(&settings, view_of(profile), &err)) == SSM_OK &&
	    (!network || (rc = aws_client_open(&client, settings, &err)) == SSM_OK)) {
		search.settings = settings;
		search.client = client;
		rc = probe(find_provider(argv[optind]), &search, times, &out, &err);
	} else
		add_result(&out, rc, NULL, &nobody, &err);
	if (bytes_failed(&out))
		rc = SSM_E_OTHER;
	else
		fwrite(out.ptr, 1, out.len, stdout);
	bytes_clear(&out);
	ssm_error_clear(&err);
	aws_client_close(client);
	settings_close(settings);
	return ssm_exit_code(rc);
}
