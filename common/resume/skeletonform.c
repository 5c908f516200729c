#include "resume/skeletonform.h"

enum skeletonform
skeletonform_take(struct cli *cli, const char *value, const char **name)
{
	if (value == NULL && *cli->rest != NULL && (*cli->rest)[0] != '-')
		value = *cli->rest++;
	*name = value == NULL ? "input" : value;
	return (enum skeletonform)(SKELETONFORM_INPUT +
	    cli_word(cli, "--generate-cli-skeleton", *name, VIEW(SKELETONFORM_WORDS)));
}
