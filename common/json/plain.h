/*
 * json/plain: the plain inside of a string, which is most of any document.
 *
 * Purpose: finds the next byte that means something (a quote, a backslash, a control character, a longer
 *          character), eight bytes at a time, or sixteen where the processor has SSE2.
 */
#ifndef SSM_JSON_PLAIN_H
#define SSM_JSON_PLAIN_H

#include <endian.h>
#include <stdint.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/bytes.h"

#define PLAIN_EACH(byte) (0x0101010101010101U * (byte))

/* The highest bit of the first zero byte of word, and perhaps of bytes behind it. */
static inline uint64_t
plain_zero(uint64_t word)
{
	return (word - PLAIN_EACH(1)) & ~word;
}

/* The same of the first byte that is not plain. */
static inline uint64_t
plain_end(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof word);
	word = le64toh(word);
	return (word | ((word - PLAIN_EACH(0x20)) & ~word) | plain_zero(word ^ PLAIN_EACH('"')) |
	    plain_zero(word ^ PLAIN_EACH('\\'))) & PLAIN_EACH(0x80);
}

/* Whether one of eight bytes is a control character, of which ASCII has 33. */
static inline bool
plain_has_control(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof word);
	return ((((word - PLAIN_EACH(0x20)) & ~word) | plain_zero(word ^ PLAIN_EACH(0x7F))) & PLAIN_EACH(0x80)) != 0;
}

static inline bool
plain_is(unsigned char c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

#ifdef __SSE2__
/* A bit for each of sixteen bytes that is not plain: as signed ones, longer characters' are below the blank too. */
static inline unsigned
plain_ends(const char *at)
{
	__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
	__m128i ends = _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)),
	    _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));

	return (unsigned)_mm_movemask_epi8(ends);
}
#endif

/* How many plain bytes there are from offset `at` on. */
static inline size_t
plain_run(struct view text, size_t at)
{
	size_t from = at;

#ifdef __SSE2__
	for (; text.len - at >= sizeof(__m128i); at += sizeof(__m128i)) {
		unsigned ends = plain_ends(text.ptr + at);

		if (ends != 0)
			return at - from + (size_t)__builtin_ctz(ends);
	}
#endif
	for (; text.len - at >= sizeof(uint64_t); at += sizeof(uint64_t)) {
		uint64_t end = plain_end(text.ptr + at);

		if (end != 0)
			return at - from + (size_t)__builtin_ctzll(end) / 8;
	}
	while (at < text.len && plain_is((unsigned char)text.ptr[at]))
		at++;
	return at - from;
}

#endif
