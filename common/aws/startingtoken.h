/*
 * aws/startingtoken: what the AWS CLI prints as NextToken and takes as --starting-token.
 *
 * Purpose: a service's token by itself, TOKEN___N, or base64 of {"NextToken":TOKEN,
 *          "boto_truncate_amount":N}: the page to go on with, and how many of its items have been
 *          shown already.
 */
#ifndef SSM_AWS_STARTINGTOKEN_H
#define SSM_AWS_STARTINGTOKEN_H

#include "core/err.h"

/*
 * The service's token into *next (empty: the first page) and the items already shown into *shown.
 * text is UTF-8.
 */
enum ssm_err startingtoken_read(struct bytes *next, unsigned long *shown, struct view text,
    struct ssm_error *err);

/*
 * Appends what goes on at the page that next stands for (empty: the first), without the first *shown
 * of its items. shown is NULL when the page is wanted from its start: a page ended where the limit was.
 */
void startingtoken_add(struct bytes *out, struct view next, const unsigned long *shown);

#endif
