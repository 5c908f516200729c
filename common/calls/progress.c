#include "calls/progress.h"

#include <stdio.h>
#include <stdlib.h>

#define REDRAW 100			/* ms between lines on a terminal, ten a second */
#define FIRST_AFTER 1000		/* short runs show none */
#define EVERY 10000			/* ms between lines elsewhere */
#define SMOOTHING 3000.0		/* ms that the rate looks back, about */
#define WIDTH 80

void
progress_start(struct progress *p, const char *name, enum progress_when when, bool terminal,
    long long now)
{
	*p = (struct progress){ .name = name, .terminal = terminal, .start = now, .last = now,
	    .rate = -1 };
	p->shown = when == PROGRESS_ALWAYS || (when == PROGRESS_AUTO && terminal);
}

static void
count_code(struct progress *p, const char *code)
{
	struct progress_code *row = p->codes, *end = p->codes + p->code_count;

	while (row < end && strncmp(row->code, code, PROGRESS_CODE_MAX - 1) != 0)
		row++;
	if (row == p->codes + PROGRESS_CODES_MAX) {
		p->others++;
		return;
	}
	if (row == end) {
		p->code_count++;
		snprintf(row->code, sizeof row->code, "%s", code);
	}
	row->count++;
}

void
progress_sent(struct progress *p)
{
	p->in_flight++;
}

void
progress_settled(struct progress *p, const char *code)
{
	p->in_flight--;
	if (code == NULL)
		p->done++;
	else
		progress_refused(p, code);
}

void
progress_refused(struct progress *p, const char *code)
{
	p->failed++;
	count_code(p, code);
}

unsigned
progress_due(const struct progress *p, long long now)
{
	long long at = p->last + (p->terminal ? REDRAW : EVERY);

	if (!p->shown)
		return PROGRESS_NEVER_DUE;
	if (p->terminal && at < p->start + FIRST_AFTER)
		at = p->start + FIRST_AFTER;
	return at > now ? (unsigned)(at - now) : 0;
}

/* Since the last line, and the longer that was the less of the old rate. */
static void
count_rate(struct progress *p, long long now)
{
	unsigned long long settled = p->done + p->failed;
	double time = (double)(now - p->last), part, rate;

	if (time <= 0)
		return;
	rate = (double)(settled - p->settled) * 1000 / time;
	part = p->rate < 0 ? 1 : time / (time + SMOOTHING);
	p->rate = p->rate < 0 ? rate : part * rate + (1 - part) * p->rate;
	p->settled = settled;
	p->last = now;
}

static void
add_time(struct bytes *out, unsigned long long seconds)
{
	char text[48];

	if (seconds < 60)
		snprintf(text, sizeof text, "%llu s", seconds);
	else if (seconds < 3600)
		snprintf(text, sizeof text, "%llu min %llu s", seconds / 60, seconds % 60);
	else
		snprintf(text, sizeof text, "%llu h %llu min", seconds / 3600, seconds / 60 % 60);
	bytes_add_text(out, text);
}

/* By the input's bytes: nobody knows how many documents are in those not read yet. */
static void
add_time_left(struct bytes *out, const struct progress *p, long long now)
{
	unsigned long long left = p->bytes_total - p->bytes_read;
	double seconds;

	if (p->bytes_read == 0 || p->bytes_total < p->bytes_read)
		return;
	seconds = (double)(now - p->start) / 1000 * (double)left / (double)p->bytes_read;
	if (seconds > 1e9)
		return;
	bytes_add(out, VIEW(", "));
	add_time(out, (unsigned long long)(seconds + 0.5));
	bytes_add(out, VIEW(" left"));
}

static void
add_counts(struct bytes *out, const struct progress *p, long long now)
{
	char text[160];

	bytes_add_text(out, p->name);
	snprintf(text, sizeof text, ": %llu done, %llu failed, %llu in flight, %.*f/s", p->done,
	    p->failed, p->in_flight, p->rate < 10 ? 1 : 0, p->rate < 0 ? 0 : p->rate);
	bytes_add_text(out, text);
	add_time_left(out, p, now);
}

static void
add_blanks(struct bytes *out, size_t count)
{
	while (count-- > 0)
		bytes_add_char(out, ' ');
}

/* Blanks cover what is left of a longer line: no terminal is too dumb for that. */
static void
draw(struct bytes *out, struct progress *p, struct view text, unsigned width)
{
	size_t columns = (width == 0 ? WIDTH : width) - 1;
	size_t len = text.len < columns ? text.len : columns;
	size_t before = p->drawn < columns ? p->drawn : columns;

	bytes_add_char(out, '\r');
	bytes_add(out, view_slice(text, 0, len));
	if (before > len)
		add_blanks(out, before - len);
	p->drawn = len;
}

void
progress_line(struct bytes *out, struct progress *p, long long now, unsigned width)
{
	struct bytes text = BYTES_INIT(1024);

	count_rate(p, now);
	p->last = now;
	add_counts(&text, p, now);
	if (p->terminal)
		draw(out, p, bytes_view(&text), width);
	else {
		bytes_add(out, bytes_view(&text));
		bytes_add_char(out, '\n');
	}
	bytes_clear(&text);
}

void
progress_wipe(struct bytes *out, struct progress *p)
{
	if (p->drawn == 0)
		return;
	bytes_add_char(out, '\r');
	add_blanks(out, p->drawn);
	bytes_add_char(out, '\r');
	p->drawn = 0;
}

static int
compare_counts(const void *a, const void *b)
{
	const struct progress_code *one = a, *other = b;

	return one->count != other->count ? (one->count < other->count ? 1 : -1) :
	    strcmp(one->code, other->code);
}

static void
add_number(struct bytes *out, const char *before, unsigned long long number, const char *behind)
{
	char text[64];

	snprintf(text, sizeof text, "%s%llu%s", before, number, behind);
	bytes_add_text(out, text);
}

static void
add_codes(struct bytes *out, const struct progress *p)
{
	struct progress_code codes[PROGRESS_CODES_MAX];

	memcpy(codes, p->codes, sizeof codes);
	qsort(codes, p->code_count, sizeof *codes, compare_counts);
	for (size_t i = 0; i < p->code_count; i++) {
		add_number(out, i == 0 ? " (" : ", ", codes[i].count, " ");
		bytes_add_text(out, codes[i].code);
	}
	if (p->others > 0)
		add_number(out, ", ", p->others, p->others == 1 ? " other" : " others");
	bytes_add_char(out, ')');
}

void
progress_summary(struct bytes *out, const struct progress *p, long long now)
{
	unsigned long long all = p->done + p->failed + p->in_flight, spent;
	char text[32];

	spent = now > p->start ? (unsigned long long)(now - p->start) : 0;
	add_number(out, "", all, all == 1 ? " request in " : " requests in ");
	snprintf(text, sizeof text, "%.1f s", (double)(spent / 100) / 10);
	if (spent < 60000)
		bytes_add_text(out, text);
	else
		add_time(out, spent / 1000);
	add_number(out, ": ", p->done, " answered");
	if (p->failed > 0) {
		add_number(out, ", ", p->failed, " failed");
		add_codes(out, p);
	}
	if (p->in_flight > 0)
		add_number(out, ", ", p->in_flight, " not finished");
}
