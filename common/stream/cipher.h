/*
 * stream/cipher: what a session with a KMS key carries: AES-256-GCM with the halves of a data key.
 *
 * Purpose:   seals payloads for the other side and opens its own; each side has a key of its own.
 * Source:    ssm-data-channel(7), ENCRYPTION: a nonce of 12 bytes, the ciphertext, a tag of 16; no other data. The first
 *            half of the key is what the node seals with, the second the client.
 * Units:     bytes.
 * Ownership: cipher_free() ends a cipher and wipes its keys; the caller wipes what he has of them.
 * Errors:    false, or NULL: libcrypto refuses, there is no memory or no random number; of cipher_open(), too, when it
 *            was not sealed with this key, or was changed since. `out` is as it was then.
 */
#ifndef SSM_STREAM_CIPHER_H
#define SSM_STREAM_CIPHER_H

#include "core/bytes.h"

#define CIPHER_KEY_LEN 64
#define CIPHER_NONCE_LEN 12
#define CIPHER_TAG_LEN 16
#define CIPHER_OVERHEAD (CIPHER_NONCE_LEN + CIPHER_TAG_LEN)

enum cipher_side { CIPHER_CLIENT, CIPHER_NODE };

struct cipher;

struct cipher *cipher_new(const unsigned char key[CIPHER_KEY_LEN], enum cipher_side side);
void cipher_free(struct cipher *cipher);

/* Appends what is sent: another nonce each time, so the same text is never the same twice. */
bool cipher_seal(struct cipher *cipher, struct bytes *out, struct view text) __attribute__((warn_unused_result));

/* The same with this nonce, which no other text may have had with this key. */
bool cipher_seal_with(struct cipher *cipher, const unsigned char nonce[CIPHER_NONCE_LEN], struct bytes *out,
    struct view text) __attribute__((warn_unused_result));

/* Appends what was sealed by the other side. */
bool cipher_open(struct cipher *cipher, struct bytes *out, struct view sealed) __attribute__((warn_unused_result));

#endif
