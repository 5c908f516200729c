/*
 * config/sharedini: the line grammar of the shared AWS config files.
 *
 * Purpose:   one file as sections and properties, as botocore (Python's configparser, strict) reads
 *            it. libinih reads sections and names as they stand, where no build of it changes them:
 *            plain ones, short enough for its buffers. Others go through it as numbers: it cuts
 *            them at 49 bytes, at the first ']' and at " ;", and says nothing. Values always go as
 *            numbers: they may be secrets, and libinih leaves what it read on the stack, unwiped.
 *            Which lines belong together is not its to say either: to libinih the second of two
 *            names that are indented alike is a part of the first one's value.
 * Errors:    SSM_E_CONFIG "ConfigParseError", `Unable to parse config file: PATH (line N: why)`,
 *            never with the line itself; "out of memory".
 * Limits:    4 MiB a file, 65,536 bytes a line. Only ASCII letters of a name are made lower-case.
 * Does not:  know what a section means; expand paths.
 */
#ifndef SSM_CONFIG_SHAREDINI_H
#define SSM_CONFIG_SHAREDINI_H

#include "config/sharedini_tables.h"

/*
 * Reads the file into *file (SHAREDINI_INIT). A path that is empty or leads to no regular file is
 * an empty result, no error. So is a file that may not be opened: file->unreadable then says why,
 * for a warning. After an error *file is empty.
 */
enum ssm_err sharedini_load(struct sharedini *file, const char *path, struct ssm_error *err)
    __attribute__((warn_unused_result));

#endif
