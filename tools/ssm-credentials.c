/* ssm-credentials: nothing in, one credentials document out: the keys of the default chain. */
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "apicall.h"
#include "chain.h"
#include "chain_tell.h"
#include "digest.h"
#include "exportformat.h"
#include "http.h"
#include "profilechain.h"
#include "settings_tell.h"
#include "terminal.h"

#define OUTPUT_MAX (1024 * 1024)

enum { OPT_PROFILE = CLI_LONG, OPT_REGION, OPT_FORMAT, OPT_NO_CACHE, OPT_NO_PROMPT, OPT_EXPLAIN,
	OPT_SHOW_SECRETS, OPT_LIST_PROFILES };

static const struct cli_option options[] = {
	{ 0, NULL, NULL, "Keys" },
	{ OPT_PROFILE, "profile", "NAME", "keys of this profile; the environment's are not used then" },
	{ OPT_REGION, "region", "REGION", "ask STS in this region" },
	{ OPT_NO_CACHE, "no-cache", NULL, "neither read nor write the caches shared with the AWS CLI" },
	{ OPT_NO_PROMPT, "no-prompt", NULL, "fail where a code would have to be asked for" },
	{ 0, NULL, NULL, "Output" },
	{ OPT_FORMAT, "format", "process|env|env-no-export|fish|json|powershell|windows-cmd",
	    "the form of what is printed (process)" },
	{ OPT_EXPLAIN, "explain", NULL, "say where the keys come from in place of printing them" },
	{ OPT_SHOW_SECRETS, "show-secrets", NULL, "on a terminal too" },
	{ OPT_LIST_PROFILES, "list-profiles", NULL, "print the names of the profiles there are" },
	CLI_COMMON_OPTIONS,
	CLI_OPTIONS_END,
};

static const char *const examples[] = {
	"eval \"$(ssm-credentials --format env --profile prod)\"",
	"credential_process = ssm-credentials --profile prod",
	"ssm-credentials --explain",
	NULL,
};

static void (*const libraries[])(struct bytes *) = { http_library, digest_library, NULL };

static const struct cli_tool tool = {
	.name = "ssm-credentials",
	.synopsis = "[options]",
	.purpose = "Find AWS credentials and print them.",
	.options = options,
	.examples = examples,
	.libraries = libraries,
	.holds_secrets = true,
};

struct options {
	const char *profile, *region;
	const struct exportformat *format;
	bool no_cache, no_prompt, explain, show_secrets, list_profiles;
};

static void
read_options(struct cli *cli, struct options *opt)
{
	const char *value;
	int key;

	opt->format = exportformat_find("process");
	while ((key = cli_option(cli, &value)) != CLI_END)
		switch (key) {
		case OPT_PROFILE: opt->profile = value; break;
		case OPT_REGION: opt->region = value; break;
		case OPT_FORMAT: opt->format = exportformat_find(value); break;
		case OPT_NO_CACHE: opt->no_cache = true; break;
		case OPT_NO_PROMPT: opt->no_prompt = true; break;
		case OPT_EXPLAIN: opt->explain = true; break;
		case OPT_SHOW_SECRETS: opt->show_secrets = true; break;
		case OPT_LIST_PROFILES: opt->list_profiles = true; break;
		}
	cli_operands_max(cli, 0);
}

/* What this process starts must know whose keys are being looked for. */
static enum ssm_err
join_profile_chain(const struct settings *settings, struct ssm_error *err)
{
	struct bytes chain = BYTES_INIT(PROFILECHAIN_TEXT_MAX);
	enum ssm_err rc;

	rc = profilechain_extend(&chain, view_of(getenv(PROFILECHAIN_VARIABLE)),
	    settings_profile(settings), err);
	if (rc == SSM_OK && (bytes_cstr(&chain) == NULL ||
	    setenv(PROFILECHAIN_VARIABLE, chain.ptr, 1) != 0))
		rc = ssm_fail_memory(err);
	bytes_clear(&chain);
	return rc;
}

/* One line for each source, then one of what to do; an error document says it all in itself. */
static void
tell_nothing_found(const struct cli *cli, const struct chain *chain,
    const struct settings *settings, struct ssm_error *err)
{
	struct bytes tried = BYTES_INIT(CHAIN_PROVIDERS_MAX * 2 * PROVIDER_TEXT_MAX);
	struct view profile = settings_profile(settings);

	if (cli->json_errors)
		chain_tell_line(&tried, chain);
	else if (!cli->verbose)
		chain_tell_attempts(cli, chain);
	if (settings_profile_is_explicit(settings))
		ssm_fail(err, SSM_E_CONFIG, "NoCredentialsError", "Unable to retrieve credentials: no "
		    "credentials found for profile '%.*s'; give it some with 'aws configure --profile "
		    "%.*s'%s%.*s", VIEW_ARG(profile), VIEW_ARG(profile), tried.len > 0 ? "; " : "",
		    VIEW_ARG(bytes_view(&tried)));
	else
		ssm_fail(err, SSM_E_CONFIG, "NoCredentialsError", "Unable to retrieve credentials: no "
		    "credentials found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, run 'aws "
		    "configure', or name a profile with --profile%s%.*s", tried.len > 0 ? "; " : "",
		    VIEW_ARG(bytes_view(&tried)));
	bytes_clear(&tried);
}

static bool
is_nothing_found(const struct ssm_error *err)
{
	return strcmp(err->code, "NoCredentialsError") == 0;
}

static enum ssm_err
search_chain(const struct cli *cli, const struct options *opt, const struct settings *settings,
    struct chain *chain, struct credentials *who, struct ssm_error *err)
{
	struct provider_search search = { .settings = settings, .region_option = opt->region,
	    .use_cache = !opt->no_cache, .now = time(NULL), .prompt = terminal_ask,
	    .asked = opt->no_prompt };
	enum ssm_err rc;

	if ((rc = apicall_open(&search.calls, settings, err)) != SSM_OK)
		return rc;
	rc = chain_find(chain, &search, who, err);
	apicall_close(search.calls);
	if (cli->verbose)
		chain_tell_verbose(cli, chain);
	else if (opt->explain && rc != SSM_OK && !is_nothing_found(err))
		chain_tell_attempts(cli, chain);
	return rc;
}

static enum ssm_err
find(const struct cli *cli, const struct options *opt, const struct settings *settings,
    struct chain *chain, struct credentials *who, struct ssm_error *err)
{
	const char *path;
	enum ssm_err rc;
	int number = settings_unreadable(settings, &path);

	if (number != 0)
		cli_warn(cli, "cannot read '%s': %s", path, strerror(number));
	settings_tell_profile(cli, settings);
	settings_tell(cli, settings, SETTING_REGION, opt->region);
	if ((rc = join_profile_chain(settings, err)) != SSM_OK)
		return rc;
	if ((rc = search_chain(cli, opt, settings, chain, who, err)) == SSM_OK)
		return SSM_OK;
	if (is_nothing_found(err))
		tell_nothing_found(cli, chain, settings, err);
	else
		ssm_error_prefix(err, "Unable to retrieve credentials: ");
	return rc;
}

static enum ssm_err
format_keys(struct bytes *out, const struct options *opt, const struct credentials *who,
    struct ssm_error *err)
{
	bool masked = !opt->show_secrets && isatty(STDOUT_FILENO) == 1;

	return exportformat_write(out, opt->format, who, masked, err);
}

/* Everything that can be printed of the keys that are found. */
static enum ssm_err
answer(struct bytes *text, const struct cli *cli, const struct options *opt, struct ssm_error *err)
{
	struct credentials who = CREDENTIALS_INIT;
	struct settings *settings = NULL;
	struct chain chain = { .count = 0 };
	enum ssm_err rc;

	if ((rc = settings_open(&settings, view_of(opt->profile), err)) == SSM_OK &&
	    (rc = find(cli, opt, settings, &chain, &who, err)) == SSM_OK) {
		if (opt->explain)
			chain_tell_table(text, &chain, settings, &who, time(NULL));
		else
			rc = format_keys(text, opt, &who, err);
	}
	credentials_clear(&who);
	settings_close(settings);
	return rc;
}

static enum ssm_err
list_profiles(struct bytes *text, struct ssm_error *err)
{
	struct profiles *profiles = NULL;
	enum ssm_err rc = settings_load_profiles(&profiles, err);
	struct view name;
	size_t at = 0;

	while (rc == SSM_OK && profiles_next_section(profiles, PROFILES_MERGED, &at, &name)) {
		bytes_add(text, name);
		bytes_add_char(text, '\n');
	}
	profiles_free(profiles);
	return rc;
}

int
main(int argc, char **argv)
{
	struct bytes text = BYTES_INIT(OUTPUT_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	struct options opt = { .profile = NULL };
	struct cli cli;
	enum ssm_err rc;
	int code;

	(void)argc;
	cli_start(&cli, &tool, argv);
	read_options(&cli, &opt);
	signal(SIGPIPE, SIG_IGN);		/* a server that hangs up is no end of ours */
	rc = opt.list_profiles ? list_profiles(&text, &err) : answer(&text, &cli, &opt, &err);
	code = rc == SSM_OK ? cli_print(&cli, &text) : cli_fail(&cli, &err);
	bytes_clear(&text);
	ssm_error_clear(&err);
	return code;
}
