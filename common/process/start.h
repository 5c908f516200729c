/*
 * process/start: what comes before everything else in a process that may see keys.
 *
 * Purpose:   no core dump and no tracing, since both show the environment; and none of the variables by
 *            which libraries would load foreign code, trust other authorities or write keys of TLS to a
 *            file: OPENSSL_CONF and its kin, SSL_CERT_FILE, SSLKEYLOGFILE. It is done before main() and
 *            before any library's own start.
 * Ownership: variables that were taken out are kept for programs that are not ours.
 * Does not:  help against LD_PRELOAD and the like, which the loader has obeyed by then.
 */
#ifndef SSM_PROCESS_START_H
#define SSM_PROCESS_START_H

#include <stdbool.h>

/*
 * Names this module, so that it is linked; does its work where nothing comes before main(). Long-term secrets
 * are wiped and go out of the environment of a process that has no use for them.
 */
void start_first(bool holds_secrets);

/*
 * The environment of a program that this process starts: what was taken out is in it again, long-term secrets
 * are when it may have them. The caller frees the array, not the entries; NULL when memory ends.
 */
char **start_environment(char *const *environment, bool with_secrets);

#endif
