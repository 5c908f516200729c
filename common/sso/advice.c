#include "sso/advice.h"

#include <stdio.h>
#include <string.h>

#define COMMAND_MAX 256

/* `aws sso login --profile NAME`; a name that takes more than a word is quoted for a shell. */
static void
set_command(char command[COMMAND_MAX], const char *what, struct view profile)
{
	const char *quote = view_find(profile, ' ') < profile.len ? "\"" : "";

	if (view_is(profile, "default"))
		snprintf(command, COMMAND_MAX, "aws %s", what);
	else
		snprintf(command, COMMAND_MAX, "aws %s --profile %s%.*s%s", what, quote,
		    VIEW_ARG_CUT(profile, COMMAND_MAX / 2), quote);
}

void
ssoadvice_add(struct ssm_error *err, struct view profile)
{
	char command[COMMAND_MAX];

	if (strcmp(err->code, "UnauthorizedSSOTokenError") == 0)
		return;				/* says it */
	if (err->rc == SSM_E_AGAIN) {
		ssm_error_add(err, "; try again later");
	} else if (strcmp(err->code, "InvalidConfigError") == 0) {
		set_command(command, "configure sso", profile);
		ssm_error_add(err, "; mend the profile with '%s'", command);
	} else if (err->rc == SSM_E_SERVICE) {
		set_command(command, "configure sso", profile);
		ssm_error_add(err, "; check sso_account_id and sso_role_name, '%s' offers those that are yours", command);
	} else if (err->rc == SSM_E_CONFIG) {
		set_command(command, "sso login", profile);
		ssm_error_add(err, "; log in with '%s'", command);
	}
}
