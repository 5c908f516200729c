/*
 * sandbox_random: made-up ids and tokens, from the system's random numbers.
 */
#ifndef SSM_SANDBOX_RANDOM_H
#define SSM_SANDBOX_RANDOM_H

#include "bytes.h"

#define UUID_LEN 36

/* `digits` lower-case hexadecimal digits. */
void sandbox_random_hex(struct bytes *out, size_t digits);

/* Base64 of 3 * groups bytes: 4 * groups characters, no padding. */
void sandbox_random_base64(struct bytes *out, size_t groups);

/* A version 4 UUID, and a NUL. */
void sandbox_random_uuid(char out[UUID_LEN + 1]);

#endif
