/*
 * resumeoptions: the command line of ssm-resume-session.
 *
 * Purpose:   the options of aws ssm resume-session, the AWS CLI's global ones, and the suite's; checked
 *            as the AWS CLI checks them before it does anything.
 * Ownership: texts are argv's and the environment's.
 * Errors:    usage errors end the process with 252, as in cli.
 */
#ifndef SSM_RESUMEOPTIONS_H
#define SSM_RESUMEOPTIONS_H

#include "cli.h"
#include "errorstyle.h"

/* Whether a sample is printed, and of what. */
enum resumeskeleton { RESUMESKELETON_NONE, RESUMESKELETON_INPUT, RESUMESKELETON_YAML,
	RESUMESKELETON_OUTPUT };

struct resumeoptions {
	const char *session_id, *input, *input_json, *input_yaml;
	const char *region, *profile, *endpoint_url;
	const char *connect_timeout, *read_timeout, *max_time, *ca_bundle, *retry_mode, *max_attempts;
	const char *max_concurrency, *rate, *deadline, *progress;
	const char *output, *query, *color, *skeleton_name;
	bool no_verify_ssl, no_sign_request, metadata, unordered, progress_given, show_pipeline;
	bool output_given;		/* else output is AWS_DEFAULT_OUTPUT's */
	enum resumeskeleton skeleton;
	enum errorstyle error_style;	/* of a single session */
	const char *time;		/* of the signature, when it is not this machine's */
};

/* What cli_start() takes; "help" for the only argument becomes --help. */
extern const struct cli_tool resumeoptions_tool;
void resumeoptions_help(int argc, char **argv);

void resumeoptions_read(struct resumeoptions *given, struct cli *cli);

/* Many sessions, as far as is known before they are read. */
bool resumeoptions_is_batch(const struct resumeoptions *given);

/* Whether answers go through ssm-format: what the AWS CLI prints, unless the suite's form is asked for. */
bool resumeoptions_formats(const struct resumeoptions *given, const struct cli *cli);

#endif
