#include "credentials/askcredentials.h"

#include "cli/asktool.h"

#define DOCUMENT_MAX (1024 * 1024)

enum ssm_err
askcredentials(struct credentials *who, const struct cli *cli, struct view profile, bool again,
    struct ssm_error *err)
{
	const struct asktool_question question = { .tool = ASKCREDENTIALS_TOOL, .profile = profile,
	    .options = { "--format", "process" }, .last_option = again ? "--no-prompt" : NULL,
	    .failure = "CredentialRetrievalError" };
	struct bytes document = BYTES_INIT(DOCUMENT_MAX);
	enum ssm_err rc = asktool(&document, cli, &question, err);

	if (rc == SSM_OK)
		rc = credentials_from_json(who, bytes_view(&document), ASKCREDENTIALS_TOOL, err);
	else if (strcmp(err->code, "NoCredentialsError") == 0)
		ssm_fail(err, rc, "NoCredentialsError", "Unable to locate credentials. You can configure "
		    "credentials by running \"aws configure\". " ASKCREDENTIALS_TOOL " tells what was tried.");
	bytes_clear(&document);
	return rc;
}
