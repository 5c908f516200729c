/*
 * fuzz: what the fuzz targets of tests/fuzz share.
 *
 * Purpose:   a property that must hold, whatever came; a text in pieces that depend on nothing but the text,
 *            so that what was found happens again; a mark for what no message may tell.
 * Ownership: a piece lives until the next one, in a block of its own that ends where it does.
 * Errors:    a property that does not hold, and memory that ends, end the process with a core's signal: that
 *            is how libFuzzer is told.
 */
#ifndef SSM_TESTS_FUZZ_H
#define SSM_TESTS_FUZZ_H

#include <stdint.h>

#include "core/err.h"

/* What a target is; libFuzzer has main(). */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HOLDS(cond) ((cond) ? (void)0 : fuzz_broken(#cond, __FILE__, __LINE__))

/* The same for two texts that must be equal. */
#define SAME(a, b) (view_equal((a), (b)) ? (void)0 : fuzz_differ((a), (b), #a " is " #b, __FILE__, __LINE__))

_Noreturn void fuzz_differ(struct view a, struct view b, const char *what, const char *file, int line);
_Noreturn void fuzz_broken(const char *what, const char *file, int line);

static inline struct view
fuzz_view(const uint8_t *data, size_t size)
{
	return (struct view){ (const char *)data, size };
}

/* A text of many pieces: 100 at most, most of them short. */
struct fuzz_pieces {
	struct view rest;
	size_t least;
	uint32_t random;
	char *block;
};

struct fuzz_pieces fuzz_pieces(struct view text);

/* The next one; false, and the block is freed, when there is none. */
bool fuzz_next(struct fuzz_pieces *pieces, struct view *piece);

/*
 * The text with a mark somewhere in it that stands for a secret, as long as AWS's are, and whether a text or
 * an error has it (which is shown). A name that comes twice may be told: it is no secret.
 */
#define FUZZ_SECRET "Zq7SecretVx3Zq7SecretVx3Zq7SecretVx3Zq7S"
void fuzz_add_secret(struct bytes *out, struct view text);
bool fuzz_tells(struct view text);
bool fuzz_error_tells(const struct ssm_error *err);

/* A file of this text, whose name holds until fuzz_file_close(). */
struct fuzz_file {
	int fd;
	char path[32];
};

struct fuzz_file fuzz_file(struct view text);
void fuzz_file_close(struct fuzz_file *file);

#endif
