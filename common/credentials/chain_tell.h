/*
 * credentials/chain_tell: what a search for keys came to, for the person who asks.
 *
 * Purpose:   --explain's table on success, one line a source when there are no keys, --verbose.
 * Does not:  show a secret key or a session token.
 */
#ifndef SSM_CREDENTIALS_CHAIN_TELL_H
#define SSM_CREDENTIALS_CHAIN_TELL_H

#include "cli/cli.h"
#include "credentials/chain.h"

/* The table: every source that was asked, the keys that were found, until when they are good. */
void chain_tell_table(struct bytes *out, const struct chain *chain,
    const struct settings *settings, const struct credentials *who, time_t now);

/* A row more: the region that the metadata service has, or why it has none. */
void chain_tell_region(struct bytes *out, struct view region, const struct provider_result *result);

/* "env: AWS_ACCESS_KEY_ID is not set": a line on standard error for each source that has no keys. */
void chain_tell_attempts(const struct cli *cli, const struct chain *chain);

/* The same as a text in one line, for an error document. */
void chain_tell_line(struct bytes *out, const struct chain *chain);

/* With --verbose: each source, and what it came to. */
void chain_tell_verbose(const struct cli *cli, const struct chain *chain);

#endif
