/*
 * cli/complete: what could come next on a command line, for the completions of shells.
 *
 * Purpose: `TOOL [ARGUMENT ...] --complete WORD`: candidates for WORD behind the ARGUMENTs, out of the
 *          tool's option table, so that new options, values and tools need nothing else. One candidate
 *          a line, whatever WORD begins with: a whole word, a tab, what it means. A line that begins
 *          with a colon is for the shell: `:files`, names of files are candidates; `:command`, behind
 *          `--` comes a command line.
 * Values:  an argument that the table calls PROFILE is a profile, REGION a region, FILE a file; one in small
 *          letters, a|b|c, is the words themselves. An operand that the synopsis calls OPERATION is one.
 */
#ifndef SSM_CLI_COMPLETE_H
#define SSM_CLI_COMPLETE_H

#include "cli/tool.h"

/* Whether the arguments ask for candidates: the last but one is --complete, and no `--` is before it. */
bool complete_is_asked(char *const *arguments);

/* The answer to such arguments. */
void complete_answer(struct bytes *out, const struct cli_tool *tool, char *const *arguments);

#endif
