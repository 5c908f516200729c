#include "retry/sendrate.h"

#include <stdlib.h>

#include "core/ascii.h"

#define SECOND 1000.0
#define DIGITS_MAX 15			/* that a double tells apart */
#define RATE_MIN (1.0 / (7 * 86400))
#define RATE_MAX 1000000.0
#define WAIT_MAX 2000000000.0
#define NEARLY 1e-9			/* of a token: what counting in fractions may lose */

/* 1, 1.5 or .5, off the front of *text. */
static bool
take_number(struct view *text, double *number)
{
	char copy[DIGITS_MAX + 2];		/* with a point */
	size_t len = 0, digits = 0;

	for (; len < text->len && len + 1 < sizeof copy; len++) {
		char c = text->ptr[len];

		if (!ascii_is_digit(c) && (c != '.' || digits < len))
			break;
		digits += ascii_is_digit(c);
		copy[len] = c;
	}
	copy[len] = '\0';
	*number = strtod(copy, NULL);
	*text = view_slice(*text, len, text->len);
	return digits > 0 && digits <= DIGITS_MAX && copy[len - 1] != '.';
}

bool
sendrate_parse(struct view text, double *rate)
{
	if (!take_number(&text, rate))
		return false;
	if (view_is(text, "/m"))
		*rate /= 60;
	else if (text.len > 0 && !view_is(text, "/s"))
		return false;
	return *rate >= RATE_MIN && *rate <= RATE_MAX;
}

void
sendrate_start(struct sendrate *bucket, double rate, double now)
{
	double capacity = rate / 10 > 1 ? rate / 10 : 1;

	*bucket = (struct sendrate){ .rate = rate, .capacity = capacity, .tokens = capacity, .last = now };
}

static void
refill(struct sendrate *bucket, double now)
{
	if (now <= bucket->last)
		return;
	bucket->tokens += (now - bucket->last) / SECOND * bucket->rate;
	if (bucket->tokens > bucket->capacity)
		bucket->tokens = bucket->capacity;
	bucket->last = now;
}

void
sendrate_change(struct sendrate *bucket, double rate, double capacity, double now)
{
	refill(bucket, now);
	bucket->rate = rate;
	bucket->capacity = capacity;
	if (bucket->tokens > capacity)
		bucket->tokens = capacity;
}

unsigned
sendrate_wait(struct sendrate *bucket, double now)
{
	double wait;
	unsigned whole;

	if (bucket->rate == 0)
		return 0;
	refill(bucket, now);
	if (bucket->tokens >= 1 - NEARLY)
		return 0;
	wait = (1 - bucket->tokens) / bucket->rate * SECOND;
	whole = (unsigned)(wait < WAIT_MAX ? wait : WAIT_MAX);
	return whole < wait ? whole + 1 : whole;
}

void
sendrate_take(struct sendrate *bucket, double now)
{
	if (bucket->rate == 0)
		return;
	refill(bucket, now);
	bucket->tokens -= 1;
}
