/*
 * sumdigest: a sum in place of SHA-256, for a target with hundreds of messages a run: it stands before libcrypto's when
 * it is linked. It tells two texts apart that chance has made differ; whoever wants to can make two alike.
 */
#include "sign/digest.h"

#include <stdint.h>

struct digest {
	char none;
};

struct digest *
digest_new(void)
{
	static struct digest digest;

	return &digest;
}

void
digest_free(struct digest *digest)
{
	(void)digest;
}

static uint64_t
add(uint64_t sum, uint64_t word)
{
	sum = (sum ^ word) * 0x9E3779B97F4A7C15U;
	return sum ^ sum >> 32;
}

enum ssm_err
digest_sha256(struct digest *digest, struct view text, unsigned char out[DIGEST_LEN], struct ssm_error *err)
{
	uint64_t sum = text.len, word;
	size_t at = 0;

	(void)digest;
	(void)err;
	for (; at + sizeof word <= text.len; at += sizeof word) {
		memcpy(&word, text.ptr + at, sizeof word);
		sum = add(sum, word);
	}
	for (; at < text.len; at++)
		sum = add(sum, (unsigned char)text.ptr[at]);
	for (at = 0; at < DIGEST_LEN; at += sizeof sum)
		memcpy(out + at, &sum, sizeof sum);
	return SSM_OK;
}
