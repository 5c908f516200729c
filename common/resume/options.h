/*
 * resume/options: the command line of ssm-resume-session.
 *
 * Purpose:   the options of aws ssm resume-session, the AWS CLI's global ones, and the suite's; checked
 *            as the AWS CLI checks them before it does anything.
 * Ownership: texts are argv's and the environment's.
 * Errors:    usage errors end the process with 252, as in cli.
 */
#ifndef SSM_RESUME_OPTIONS_H
#define SSM_RESUME_OPTIONS_H

#include "cli/calloptions.h"
#include "resume/errorstyle.h"
#include "resume/skeletonform.h"

struct resumeoptions {
	const char *session_id, *input, *input_json, *input_yaml;
	struct calloptions call;
	const char *output, *query, *color, *skeleton_name;
	bool no_sign_request, show_pipeline;
	int answer;			/* a file in memory that takes it, where it is formatted here; else -1 */
	bool output_given;		/* else output is the configured one, NULL for json */
	enum skeletonform skeleton;
	enum errorstyle error_style;	/* of a single session */
	const char *time;		/* of the signature, when it is not this machine's */
};

/* What cli_start() takes; "help" for the only argument becomes --help. */
extern const struct cli_tool resumeoptions_tool;
void resumeoptions_help(int argc, char **argv);

void resumeoptions_read(struct resumeoptions *given, struct cli *cli);

/* Many sessions, as far as is known before they are read. */
bool resumeoptions_is_batch(const struct resumeoptions *given);

/* Whether answers are formatted: what the AWS CLI prints, unless the suite's form is asked for. */
bool resumeoptions_formats(const struct resumeoptions *given, const struct cli *cli);

/* Whether that takes ssm-format. A single answer as JSON, without a query, is printed by ssm-call. */
bool resumeoptions_takes_format(const struct resumeoptions *given, const struct cli *cli);

/*
 * AWS_DEFAULT_OUTPUT's word, or the profile's (NULL: the current one), or json; a constant. SSM_E_CONFIG for
 * a word that is no format. What else is wrong with the files is for ssm-request to say.
 */
enum ssm_err resumeoptions_configured_output(const char **word, const char *profile,
    struct ssm_error *err);

#endif
