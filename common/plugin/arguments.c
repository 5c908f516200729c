#include "plugin/arguments.h"

#include <stdlib.h>

#include "json/json.h"

#define VARIABLE "AWS_SSM_START_SESSION_RESPONSE"	/* what the name of one begins with */
#define FEWEST 3			/* of a session */
#define MOST 6
#define CONCEALED '*'
#define TOKEN "TokenValue"

static bool
is_variable(const struct pluginarguments *arguments)
{
	return view_starts(view_of(arguments->response), VIEW(VARIABLE));
}

enum pluginarguments_form
pluginarguments_read(struct pluginarguments *arguments, char **argv)
{
	static char none[] = "";
	char *texts[MOST] = { none, none, none, none, none, none };
	size_t count = 0;

	while (argv[0] != NULL && count < MOST && argv[count + 1] != NULL) {
		texts[count] = argv[count + 1];
		count++;
	}
	*arguments = (struct pluginarguments){ texts[0], texts[1], texts[2], texts[3], texts[4], texts[5] };
	if (count == 0)
		return PLUGINARGUMENTS_NONE;
	if (count == 1 && strcmp(texts[0], "--version") == 0)
		return PLUGINARGUMENTS_VERSION;
	if (count < FEWEST)
		return PLUGINARGUMENTS_UNKNOWN;
	return strcmp(arguments->operation, "StartSession") == 0 ? PLUGINARGUMENTS_SESSION : PLUGINARGUMENTS_INVALID;
}

enum ssm_err
pluginarguments_take_response(struct bytes *text, const struct pluginarguments *arguments, struct ssm_error *err)
{
	char *value = is_variable(arguments) ? getenv(arguments->response) : arguments->response;
	bool too_long;

	if (value == NULL)
		return ssm_fail(err, SSM_E_INPUT, "InputError", "there is no variable '%s' with the response",
		    arguments->response);
	too_long = strlen(value) > text->max;
	bytes_add_text(text, value);
	if (is_variable(arguments)) {
		explicit_bzero(value, strlen(value));	/* unsetenv alone leaves /proc/PID/environ as it was */
		unsetenv(arguments->response);
	}
	if (too_long)
		return ssm_fail(err, SSM_E_INPUT, "InputError", "the response is longer than %zu bytes", text->max);
	return bytes_failed(text) ? ssm_fail_memory(err) : SSM_OK;
}

/* As the response has it, between the quotes, which may be with escapes. */
static void
conceal_members(const struct pluginarguments *arguments)
{
	struct json_doc doc = JSON_DOC_INIT;
	struct ssm_error ignored = SSM_ERROR_INIT;

	if (json_parse(&doc, view_of(arguments->response), "the response", &ignored) != SSM_OK)
		doc.count = 0;
	for (size_t i = 0; i < doc.count; i++) {
		struct view raw = doc.members[i].raw;

		if (view_equal_nocase(doc.members[i].name, VIEW(TOKEN)) && json_kind(&doc.members[i]) == JSON_STRING)
			memset(arguments->response + (raw.ptr - arguments->response) + 1, CONCEALED, raw.len - 2);
	}
	json_clear(&doc);
	ssm_error_clear(&ignored);
}

void
pluginarguments_conceal(const struct pluginarguments *arguments, struct view token)
{
	size_t len = strlen(arguments->response);
	char *place = arguments->response;

	conceal_members(arguments);
	while (token.len > 0 && (place = memmem(place, len - (size_t)(place - arguments->response), token.ptr,
	    token.len)) != NULL) {
		memset(place, CONCEALED, token.len);
		place += token.len;
	}
}
