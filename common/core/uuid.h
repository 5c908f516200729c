/*
 * core/uuid: version 4 UUIDs (RFC 9562), from random bytes.
 *
 * Does not: draw the random bytes.
 */
#ifndef SSM_CORE_UUID_H
#define SSM_CORE_UUID_H

#define UUID_LEN 36
#define UUID_BYTES 16

/* Makes a version 4 UUID of random bytes. */
void uuid_mark(unsigned char id[UUID_BYTES]);

/* The text of a UUID of any version, in lower case, and a NUL. */
void uuid_text(char out[UUID_LEN + 1], const unsigned char id[UUID_BYTES]);

/* Both in one. */
void uuid_format(char out[UUID_LEN + 1], const unsigned char random[UUID_BYTES]);

#endif
