#include "askcredentials.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "io.h"
#include "json.h"
#include "toolpath.h"

#define DOCUMENT_MAX (1024 * 1024)
#define MESSAGES_MAX (1024 * 1024)
#define PROFILE_MAX (64 * 1024)

static enum ssm_err
class_of_code(int code)
{
	static const enum ssm_err classes[] = { SSM_E_NO, SSM_E_AGAIN, SSM_E_INPUT, SSM_E_CONFIG,
	    SSM_E_SERVICE };

	for (size_t i = 0; i < ARRAY_LEN(classes); i++)
		if (ssm_exit_code(classes[i]) == code)
			return classes[i];
	return SSM_E_OTHER;
}

/* An error document's Code and Message; false when the line is none. */
static bool
take_document(struct view line, enum ssm_err rc, struct ssm_error *err)
{
	struct json_doc outer = JSON_DOC_INIT, inner = JSON_DOC_INIT;
	struct ssm_error unread = SSM_ERROR_INIT;
	struct view code, message;
	struct json_member *member;
	bool taken = false;

	if (json_parse(&outer, line, "", &unread) == SSM_OK &&
	    json_kind(member = json_member(&outer, "Error")) == JSON_OBJECT &&
	    json_parse(&inner, member->raw, "", &unread) == SSM_OK &&
	    json_string_required(&inner, "Code", &code, &unread) == SSM_OK &&
	    json_string_required(&inner, "Message", &message, &unread) == SSM_OK) {
		char name[96];
		size_t len = code.len < sizeof name ? code.len : sizeof name - 1;

		memcpy(name, code.ptr, len);
		name[len] = '\0';
		ssm_fail(err, rc, name, "%.*s", VIEW_ARG(message));
		taken = true;
	}
	json_clear(&inner);
	json_clear(&outer);
	ssm_error_clear(&unread);
	return taken;
}

/* Whether there is an error document among the lines; the others are passed on. */
static bool
take_messages(const struct cli *cli, struct view text, enum ssm_err rc, struct ssm_error *err)
{
	bool taken = false;

	while (text.len > 0) {
		size_t end = view_find(text, '\n');
		struct view line = view_slice(text, 0, end);

		if (rc != SSM_OK && take_document(line, rc, err))
			taken = true;
		else if (!cli->quiet && line.len > 0 &&
		    io_write_all(STDERR_FILENO, view_slice(text, 0, end < text.len ? end + 1 : end)) != 0)
			break;
		text = view_slice(text, end < text.len ? end + 1 : end, text.len);
	}
	return taken;
}

static enum ssm_err
fail(const struct cli *cli, const struct child *child, struct ssm_error *err)
{
	enum ssm_err rc = WIFEXITED(child->status) ? class_of_code(WEXITSTATUS(child->status)) :
	    SSM_E_OTHER;

	if (take_messages(cli, bytes_view(&child->messages), rc, err)) {
		if (strcmp(err->code, "NoCredentialsError") == 0)
			ssm_fail(err, rc, err->code, "Unable to locate credentials. You can configure "
			    "credentials by running \"aws configure\". " ASKCREDENTIALS_TOOL " tells what was "
			    "tried.");
		return rc;
	}
	if (WIFSIGNALED(child->status))
		return ssm_fail(err, rc, "CredentialRetrievalError",
		    ASKCREDENTIALS_TOOL " was ended by signal %d (%s)", WTERMSIG(child->status),
		    strsignal(WTERMSIG(child->status)));
	return ssm_fail(err, rc, "CredentialRetrievalError", ASKCREDENTIALS_TOOL
	    " ended with exit code %d", WEXITSTATUS(child->status));
}

static enum ssm_err
run(struct child *child, const struct cli *cli, char *const *arguments, struct ssm_error *err)
{
	char path[TOOLPATH_MAX];
	int number;

	if (!toolpath(path, ASKCREDENTIALS_TOOL))
		return ssm_fail(err, SSM_E_OTHER, "CredentialRetrievalError",
		    "cannot tell where " ASKCREDENTIALS_TOOL " is");
	child->path = path;
	child->argv = arguments;
	child->no_input = true;
	number = child_run(child);
	child->path = NULL;
	if (number != 0)
		return ssm_fail(err, SSM_E_OTHER, "CredentialRetrievalError", "cannot run '%s': %s", path,
		    strerror(number));
	if (child->too_long)
		return ssm_fail(err, SSM_E_OTHER, "CredentialRetrievalError",
		    ASKCREDENTIALS_TOOL " printed more than %d bytes", DOCUMENT_MAX);
	if (child->status != 0)
		return fail(cli, child, err);
	take_messages(cli, bytes_view(&child->messages), SSM_OK, err);
	return SSM_OK;
}

enum ssm_err
askcredentials(struct credentials *who, const struct cli *cli, struct view profile, bool again,
    struct ssm_error *err)
{
	struct child child = CHILD_INIT(DOCUMENT_MAX, MESSAGES_MAX);
	struct bytes named = BYTES_INIT(PROFILE_MAX);
	char tool[] = ASKCREDENTIALS_TOOL, format[] = "--format", process[] = "process",
	    name[] = "--profile", error_format[] = "--error-format", json[] = "json",
	    verbose[] = "--verbose", no_prompt[] = "--no-prompt";
	char *arguments[10] = { tool, format, process };
	size_t count = 3;
	enum ssm_err rc;

	bytes_set(&named, profile);
	bytes_cstr(&named);
	if (profile.len > 0) {
		arguments[count++] = name;
		arguments[count++] = named.ptr;
	}
	arguments[count++] = error_format;
	arguments[count++] = json;
	if (cli->verbose)
		arguments[count++] = verbose;
	if (again)
		arguments[count++] = no_prompt;
	if (bytes_cstr(&named) == NULL)
		rc = ssm_fail_memory(err);
	else if ((rc = run(&child, cli, arguments, err)) == SSM_OK)
		rc = credentials_from_json(who, bytes_view(&child.out), ASKCREDENTIALS_TOOL, err);
	child_clear(&child);
	bytes_clear(&named);
	return rc;
}
