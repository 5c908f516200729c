/*
 * settings_of: settings of an environment and a config file that a test makes up.
 *
 * Ownership: settings_of_start() makes a directory, settings_of_end() removes it.
 */
#ifndef SSM_TESTS_SETTINGS_OF_H
#define SSM_TESTS_SETTINGS_OF_H

#include "config/settings.h"

void settings_of_start(void);
void settings_of_end(void);

/* "NAME=value", up to three and NULL; every other variable that settings reads is unset. */
struct settings *settings_of(const char *const environment[4], const char *config);

/* text with the config file's path in the place of its %s; good until the next call. */
const char *settings_of_text(const char *text);

#endif
