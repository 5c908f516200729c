#include "sendrate.h"

#define SECOND 1000.0
#define DIGITS_MAX 15			/* that a double tells apart */
#define RATE_MIN (1.0 / (7 * 86400))
#define RATE_MAX 1000000.0
#define WAIT_MAX 2000000000.0
#define NEARLY 1e-9			/* of a token: what counting in fractions may lose */

static bool
take_digit(struct view *text, double *number)
{
	if (text->len == 0 || text->ptr[0] < '0' || text->ptr[0] > '9')
		return false;
	*number = *number * 10 + (text->ptr[0] - '0');
	*text = view_slice(*text, 1, text->len);
	return true;
}

/* 1, 1.5 or .5, off the front of *text. */
static bool
take_number(struct view *text, double *number)
{
	size_t digits = 0;
	double scale = 1;

	*number = 0;
	while (digits <= DIGITS_MAX && take_digit(text, number))
		digits++;
	if (text->len > 0 && text->ptr[0] == '.') {
		*text = view_slice(*text, 1, text->len);
		if (text->len == 0 || text->ptr[0] < '0' || text->ptr[0] > '9')
			return false;
		for (; digits <= DIGITS_MAX && take_digit(text, number); digits++)
			scale *= 10;
	}
	*number /= scale;
	return digits > 0 && digits <= DIGITS_MAX;
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
