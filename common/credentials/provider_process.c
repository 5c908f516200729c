/* Keys that a program of the user's own prints: credential_process. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config/nested.h"
#include "core/shellwords.h"
#include "credentials/provider.h"
#include "process/child.h"

#define METHOD "custom-process"
#define DOCUMENT_MAX (1024 * 1024)
#define MESSAGES_MAX (64 * 1024)

static enum ssm_err
refuse(struct ssm_error *err, const char *why)
{
	return ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError",
	    "Error when retrieving credentials from " METHOD ": %s", why);
}

static enum ssm_err
split(struct shellwords *words, struct view command, struct ssm_error *err)
{
	enum ssm_err rc;

	if (nested_is(command))
		return refuse(err, "credential_process is a block of properties, not a command");
	if ((rc = shellwords_split(words, command, err)) == SSM_E_CONFIG)
		ssm_error_prefix(err, "Error when retrieving credentials from " METHOD ": ");
	else if (rc == SSM_OK && words->count == 0)
		return refuse(err, "the command of credential_process is empty");
	return rc;
}

/* A program's status that is not 0; what it said for itself comes first. */
static enum ssm_err
fail_status(const struct child *child, const char *program, struct ssm_error *err)
{
	struct view said = view_trim(bytes_view(&child->messages));

	if (said.len > 0)
		return ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError",
		    "Error when retrieving credentials from " METHOD ": %.*s", VIEW_ARG(said));
	if (WIFSIGNALED(child->status))
		return ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError",
		    "Error when retrieving credentials from " METHOD ": '%s' was ended by signal %d (%s)",
		    program, WTERMSIG(child->status), strsignal(WTERMSIG(child->status)));
	return ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError",
	    "Error when retrieving credentials from " METHOD ": '%s' ended with exit code %d and said "
	    "nothing", program, WEXITSTATUS(child->status));
}

static enum ssm_err
run(struct child *child, struct shellwords *words, struct ssm_error *err)
{
	int number;

	child->path = words->argv[0];
	child->argv = words->argv;
	if ((number = child_run(child)) != 0)
		return ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError",
		    "Error when retrieving credentials from " METHOD ": cannot run '%s': %s",
		    words->argv[0], strerror(number));
	if (child->too_long)
		return ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError",
		    "Error when retrieving credentials from " METHOD ": '%s' printed more than %d bytes",
		    words->argv[0], DOCUMENT_MAX);
	return child->status == 0 ? SSM_OK : fail_status(child, words->argv[0], err);
}

static void
take_account(struct credentials *who, const struct profiles *profiles, struct view profile)
{
	struct profiles_property account = PROFILES_PROPERTY_INIT;

	if (who->account_id.len == 0 && profiles_get(profiles, PROFILES_MERGED, profile,
	    VIEW("aws_account_id"), &account))
		bytes_set(&who->account_id, account.value);
}

enum ssm_err
provider_process(struct provider_search *search, struct view profile, struct credentials *who,
    struct provider_result *result, struct ssm_error *err)
{
	const struct profiles *profiles = settings_profiles(search->settings);
	struct profiles_property command = PROFILES_PROPERTY_INIT;
	struct child child = CHILD_INIT(DOCUMENT_MAX, MESSAGES_MAX);
	struct shellwords words = SHELLWORDS_INIT;
	enum ssm_err rc;

	if (!profiles_get(profiles, PROFILES_MERGED, profile, VIEW("credential_process"), &command))
		return provider_absent(result, "profile '%.*s' has no credential_process",
		    VIEW_ARG(profile));
	child.no_input = search->input_is_taken;
	child.pass_messages = isatty(STDERR_FILENO) == 1;
	if ((rc = split(&words, command.value, err)) == SSM_OK &&
	    (rc = run(&child, &words, err)) == SSM_OK &&
	    (rc = credentials_from_json(who, bytes_view(&child.out), METHOD, err)) == SSM_OK) {
		take_account(who, profiles, profile);
		snprintf(result->origin, sizeof result->origin,
		    "%s line %u [%.*s] credential_process: '%s'", command.path, command.line,
		    VIEW_ARG(command.section), words.argv[0]);
		result->found = true;
	}
	shellwords_clear(&words);
	child_clear(&child);
	return rc;
}
