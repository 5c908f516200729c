/*
 * role_probe: the keys of a role, as the environment and the shared files have it.
 *
 * usage: role_probe [-ac] [-m code] [-n] [-p profile] [-r region] [-t seconds] METHOD
 *	-a look twice, as for a refresh  -c use the caches  -m what the person types when asked
 *	-n without a network  -p --profile  -r --region  -t the time it is
 *
 * METHOD is assume-role or assume-role-with-web-identity. Prints one line of JSON as provider_probe
 * does; each question goes to stderr. The keys go to stdout: for tests, with false ones.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "apicall.h"
#include "json.h"
#include "jsontext.h"
#include "provider.h"

static enum ssm_err
type_code(void *context, const char *text, struct bytes *answer, struct ssm_error *err)
{
	(void)err;
	fprintf(stderr, "%s\n", text);
	bytes_set(answer, view_of(context));
	return SSM_OK;
}

static void
add_keys(struct bytes *out, const struct credentials *who)
{
	jsontext_name(out, "credentials");
	jsontext_begin(out);
	jsontext_member(out, "AccessKeyId", bytes_view(&who->access_key_id));
	jsontext_member(out, "SecretAccessKey", bytes_view(&who->secret_access_key));
	jsontext_member(out, "SessionToken", bytes_view(&who->session_token));
	jsontext_member(out, "AccountId", bytes_view(&who->account_id));
	jsontext_member_number(out, "Expiration", who->expires ? (long long)who->expiration : 0);
	jsontext_end(out);
}

static void
print_result(enum ssm_err rc, const struct provision *provision, const struct credentials *who,
    const struct ssm_error *err)
{
	struct bytes out = BYTES_INIT(JSON_DOCUMENT_MAX);

	jsontext_begin(&out);
	if (rc != SSM_OK) {
		jsontext_member(&out, "code", view_of(err->code));
		jsontext_member(&out, "message", view_of(err->message));
		jsontext_member_number(&out, "exit", ssm_exit_code(err->rc));
		jsontext_member_number(&out, "keys_left", (long long)who->access_key_id.len);
	} else {
		jsontext_member_bool(&out, "found", provision->found);
		jsontext_member(&out, "why_not", view_of(provision->why_not));
		jsontext_member(&out, "origin", view_of(provision->origin));
		add_keys(&out, who);
	}
	jsontext_end(&out);
	bytes_add_char(&out, '\n');
	fwrite(out.ptr, 1, out.len, stdout);
	bytes_clear(&out);
}

static enum ssm_err
probe(struct provider_search *search, provider_find *find, int times, struct ssm_error *err)
{
	struct credentials who = CREDENTIALS_INIT;
	enum ssm_err rc = SSM_OK;

	while (times-- > 0) {
		struct provision provision = { .found = false };

		rc = find(search, settings_profile(search->settings), &who, &provision, err);
		print_result(rc, &provision, &who, err);
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
	struct settings *settings = NULL;
	struct apicall *calls = NULL;
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
	if (optind + 1 != argc)
		return 252;
	json_start();
	signal(SIGPIPE, SIG_IGN);
	if ((rc = settings_open(&settings, view_of(profile), &err)) == SSM_OK &&
	    (!network || (rc = apicall_open(&calls, settings, &err)) == SSM_OK)) {
		search.settings = settings;
		search.calls = calls;
		rc = probe(&search, strcmp(argv[optind], "assume-role") == 0 ? provider_assume_role :
		    provider_web_identity, times, &err);
	} else
		print_result(rc, NULL, &nobody, &err);
	ssm_error_clear(&err);
	apicall_close(calls);
	settings_close(settings);
	return ssm_exit_code(rc);
}
