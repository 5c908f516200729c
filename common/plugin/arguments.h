/*
 * plugin/arguments: the command line by which the AWS CLI and others call session-manager-plugin.
 *
 * Purpose:   RESPONSE REGION OPERATION [PROFILE REQUEST ENDPOINT]: which of the forms it is, and what stands in it. The
 *            response may be in the environment, in a variable that RESPONSE names.
 * Ownership: texts are argv's; "" for what was not given.
 */
#ifndef SSM_PLUGIN_ARGUMENTS_H
#define SSM_PLUGIN_ARGUMENTS_H

#include "core/err.h"

enum pluginarguments_form {
	PLUGINARGUMENTS_NONE,		/* nothing at all: callers ask whether it is there */
	PLUGINARGUMENTS_VERSION,
	PLUGINARGUMENTS_UNKNOWN,	/* one or two others */
	PLUGINARGUMENTS_INVALID,	/* an operation that there is not */
	PLUGINARGUMENTS_SESSION,
};

struct pluginarguments {
	char *response;
	const char *region, *operation, *profile, *request, *endpoint;
};

/* What lies behind the sixth argument is nobody's. */
enum pluginarguments_form pluginarguments_read(struct pluginarguments *arguments, char **argv);

/*
 * The response's text. A variable is wiped and gone from the environment then: programs that are started have no use for
 * a token, and no right to it.
 */
enum ssm_err pluginarguments_take_response(struct bytes *text, const struct pluginarguments *arguments,
    struct ssm_error *err);

/*
 * The token is made unreadable where it stands in argv, for others to see: the response's own, however it is written, and
 * the same text elsewhere in it. Nothing else is changed there.
 */
void pluginarguments_conceal(const struct pluginarguments *arguments, struct view token);

#endif
