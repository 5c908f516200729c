/*
 * http/useragent: how the suite names itself to a service.
 *
 * Purpose: `ssm-tools/VERSION ua/2.1 os/linux#RELEASE md/arch#MACHINE lang/c cfg/retry-mode#MODE`, and
 *          `app/ID` when there is one; what no part of a User-Agent may hold becomes '-'.
 */
#ifndef SSM_HTTP_USERAGENT_H
#define SSM_HTTP_USERAGENT_H

#include "core/bytes.h"

#define USERAGENT_APP_ID_MAX 1000
#define USERAGENT_MAX 1280

/* mode and app_id may be empty: standard, and none. */
void useragent_format(char text[USERAGENT_MAX], struct view mode, struct view app_id);

#endif
