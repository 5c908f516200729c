/* ssm-credentials: nothing in, one credentials document out: the keys of the default chain. */
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cli/settings_tell.h"
#include "credentials/chain.h"
#include "credentials/chain_tell.h"
#include "credentials/exportformat.h"
#include "credentials/imds_region.h"
#include "http/http.h"
#include "process/terminal.h"
#include "role/xmltext.h"
#include "service/aws_client.h"
#include "sign/digest.h"

#define OUTPUT_MAX (16 * 1024 * 1024)	/* the names of all profiles in two shared files, 4 MiB each */
#define CHAIN_VARIABLE "_AWS_CLI_PROFILE_CHAIN"
#define CHAIN_MAX 4
#define CHAIN_TEXT_MAX (64 * 1024)

enum { OPT_PROFILE = CLI_LONG, OPT_REGION, OPT_FORMAT, OPT_NO_CACHE, OPT_NO_PROMPT, OPT_EXPLAIN,
	OPT_SHOW_SECRETS, OPT_SHOW_REGION, OPT_LIST_PROFILES };

static const struct cli_option options[] = {
	{ 0, NULL, NULL, "Keys" },
	{ OPT_PROFILE, "profile", "PROFILE", "keys of this profile; the environment's are not used then" },
	{ OPT_REGION, "region", "REGION", "ask STS in this region" },
	{ OPT_NO_CACHE, "no-cache", NULL, "neither read nor write the caches shared with the AWS CLI" },
	{ OPT_NO_PROMPT, "no-prompt", NULL, "fail where a code would have to be asked for" },
	{ 0, NULL, NULL, "Output" },
	{ OPT_FORMAT, "format", "process|env|env-no-export|fish|json",
	    "the form of what is printed (process)" },
	{ OPT_EXPLAIN, "explain", NULL, "say where the keys come from in place of printing them" },
	{ OPT_SHOW_SECRETS, "show-secrets", NULL, "on a terminal too" },
	{ OPT_SHOW_REGION, "show-region", NULL, "print the region, and look for no keys" },
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

static void (*const libraries[])(struct bytes *) = { http_library, digest_library, xmltext_library,
	NULL };

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
	bool no_cache, no_prompt, explain, show_secrets, show_region, list_profiles;
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
		case OPT_SHOW_REGION: opt->show_region = true; break;
		case OPT_LIST_PROFILES: opt->list_profiles = true; break;
		}
	cli_operands_max(cli, 0);
}

/* "a -> b -> " of a,b: how many there are, and whether profile is one of them. */
static unsigned
read_profile_chain(struct bytes *path, struct view chain, struct view profile, bool *seen)
{
	unsigned count = 0;

	for (bool more = chain.len > 0; more; count++) {
		struct view name = view_slice(chain, 0, view_find(chain, ','));

		more = name.len < chain.len;
		chain = view_slice(chain, name.len + more, chain.len);
		*seen = *seen || view_equal(name, profile);
		bytes_add(path, name);
		bytes_add(path, VIEW(" -> "));
	}
	return count;
}

/*
 * A credential_process may be this tool or the AWS CLI with another profile, and lead back here. Both note
 * whose keys they look for, for those that they start.
 */
static enum ssm_err
join_profile_chain(struct view profile, struct ssm_error *err)
{
	struct view chain = view_of(getenv(CHAIN_VARIABLE));
	struct bytes longer = BYTES_INIT(CHAIN_TEXT_MAX), path = BYTES_INIT(4 * CHAIN_TEXT_MAX);
	bool seen = false;
	enum ssm_err rc = SSM_OK;

	if (read_profile_chain(&path, chain, profile, &seen) >= CHAIN_MAX && !bytes_failed(&path))
		rc = ssm_fail(err, SSM_E_CONFIG, "ConfigurationError", "Maximum recursive credential "
		    "process resolution reached (%d).\nProfiles seen: %.*s", CHAIN_MAX, (int)path.len - 4,
		    path.ptr);
	else if (seen)
		rc = ssm_fail(err, SSM_E_CONFIG, "ConfigurationError", "Credential process resolution "
		    "detected an infinite loop, profile cycle: %.*s%.*s", VIEW_ARG(bytes_view(&path)),
		    VIEW_ARG(profile));
	bytes_set(&longer, chain);
	bytes_add_text(&longer, chain.len > 0 ? "," : "");
	bytes_add(&longer, profile);
	if (rc == SSM_OK && (bytes_failed(&path) || bytes_cstr(&longer) == NULL ||
	    setenv(CHAIN_VARIABLE, longer.ptr, 1) != 0))
		rc = ssm_fail_memory(err);
	bytes_clear(&longer);
	bytes_clear(&path);
	return rc;
}

/* One line for each source, then one of what to do; an error document says it all in itself. */
static void
tell_nothing_found(const struct cli *cli, const struct chain *chain,
    const struct settings *settings, struct ssm_error *err)
{
	struct bytes tried = BYTES_INIT(SOURCES * 2 * PROVIDER_TEXT_MAX);
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

static void
tell_skew(const struct cli *cli, long long skew)
{
	if (skew != 0)
		cli_warn(cli, "this machine's clock is %lld s %s; signed again with the service's time",
		    skew < 0 ? -skew : skew, skew < 0 ? "behind" : "ahead");
}

static enum ssm_err
search_chain(const struct cli *cli, const struct options *opt, const struct settings *settings,
    struct chain *chain, struct credentials *who, struct ssm_error *err)
{
	struct provider_search search = { .settings = settings, .region_option = opt->region,
	    .use_cache = !opt->no_cache, .now = time(NULL), .prompt = terminal_ask,
	    .asked = opt->no_prompt };
	enum ssm_err rc;

	if ((rc = aws_client_open(&search.client, settings, err)) != SSM_OK)
		return rc;
	rc = chain_find(chain, &search, who, err);
	tell_skew(cli, aws_client_skew(search.client));
	aws_client_close(search.client);
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
	int errnum = settings_unreadable(settings, &path);
	char doubt[CREDENTIALS_DOUBT_MAX];

	if (errnum != 0)
		cli_warn(cli, "cannot read '%s': %s", path, strerror(errnum));
	settings_tell_profile(cli, settings);
	settings_tell(cli, settings, SETTING_REGION, opt->region);
	if ((rc = join_profile_chain(settings_profile(settings), err)) != SSM_OK)
		return rc;
	if ((rc = search_chain(cli, opt, settings, chain, who, err)) == SSM_OK) {
		if (credentials_doubt(doubt, who))
			cli_warn(cli, "%s: %s", chain->attempts[chain->count - 1].result.origin, doubt);
		return SSM_OK;
	}
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

/* The metadata service's, for who has configured none; empty when it has none either. */
static enum ssm_err
ask_region(struct bytes *region, const struct settings *settings, struct provider_result *result,
    struct ssm_error *err)
{
	struct provider_search search = { .settings = settings, .now = time(NULL) };
	struct view found = VIEW_NONE;
	enum ssm_err rc;

	if ((rc = aws_client_open(&search.client, settings, err)) == SSM_OK)
		rc = imds_region_find(&search, &found, result, err);
	aws_client_close(search.client);
	bytes_set(region, found);
	return rc == SSM_OK && bytes_failed(region) ? ssm_fail_memory(err) : rc;
}

/* Of a region that is configured --verbose tells. */
static enum ssm_err
explain_region(struct bytes *text, const struct options *opt, const struct settings *settings,
    struct ssm_error *err)
{
	struct bytes region = BYTES_INIT(PROVIDER_TEXT_MAX);
	struct provider_result result;
	struct setting_value value;
	enum ssm_err rc;

	if (settings_get(settings, SETTING_REGION, opt->region, &value) ||
	    settings_is_true(settings, SETTING_METADATA_DISABLED))
		return SSM_OK;
	if ((rc = ask_region(&region, settings, &result, err)) == SSM_OK)
		chain_tell_region(text, bytes_view(&region), &result);
	bytes_clear(&region);
	return rc;
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
		if (opt->explain) {
			chain_tell_table(text, &chain, settings, &who, time(NULL));
			rc = explain_region(text, opt, settings, err);
		} else {
			rc = format_keys(text, opt, &who, err);
		}
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

static enum ssm_err
require_region(struct bytes *region, const struct cli *cli, const struct settings *settings,
    struct ssm_error *err)
{
	struct provider_result result;
	enum ssm_err rc = ask_region(region, settings, &result, err);

	if (rc != SSM_OK)
		return rc;
	if (!result.found)
		return ssm_fail(err, SSM_E_CONFIG, "NoRegionError", "You must specify a region. You can also "
		    "configure your region by running \"aws configure\". The metadata service has none: %s",
		    result.why_not);
	cli_verbose(cli, "region: %.*s (%s)", VIEW_ARG(bytes_view(region)), result.origin);
	return SSM_OK;
}

static enum ssm_err
show_region(struct bytes *text, const struct cli *cli, const struct options *opt, struct ssm_error *err)
{
	struct settings *settings = NULL;
	struct setting_value value;
	bool fips;
	enum ssm_err rc;

	if ((rc = settings_open(&settings, view_of(opt->profile), err)) == SSM_OK) {
		settings_tell_profile(cli, settings);
		settings_tell(cli, settings, SETTING_REGION, opt->region);
		rc = settings_get(settings, SETTING_REGION, opt->region, &value) ?
		    settings_region(settings, opt->region, text, &fips, err) :
		    require_region(text, cli, settings, err);
	}
	bytes_add_char(text, '\n');
	settings_close(settings);
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
	rc = opt.list_profiles ? list_profiles(&text, &err) :
	    opt.show_region ? show_region(&text, &cli, &opt, &err) : answer(&text, &cli, &opt, &err);
	code = rc == SSM_OK ? cli_print(&cli, &text) : cli_fail(&cli, &err);
	bytes_clear(&text);
	ssm_error_clear(&err);
	cli_end(code);
}
