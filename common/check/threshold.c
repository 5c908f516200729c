#include "check/threshold.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A decimal number and nothing else: strtod() alone would take blanks, hex and nan. */
static bool
parse_number(double *number, struct view text)
{
	char copy[THRESHOLD_TEXT_MAX], *end;
	size_t i = text.len > 0 && (text.ptr[0] == '-' || text.ptr[0] == '+') ? 1 : 0;

	if (text.len >= sizeof copy || i == text.len)
		return false;
	for (; i < text.len; i++)
		if ((text.ptr[i] < '0' || text.ptr[i] > '9') && text.ptr[i] != '.')
			return false;
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	*number = strtod(copy, &end);
	return *end == '\0' && end[-1] != '.' && isfinite(*number);
}

bool
threshold_parse(struct threshold *threshold, struct view text)
{
	struct threshold read = { .set = true, .high = INFINITY };
	struct view rest = text, start, end;
	size_t colon;

	if (text.len == 0 || text.len >= sizeof read.text)
		return false;
	read.inside = text.ptr[0] == '@';
	rest = view_slice(rest, read.inside ? 1 : 0, rest.len);
	colon = view_find(rest, ':');
	start = view_slice(rest, 0, colon == rest.len ? 0 : colon);
	end = view_slice(rest, colon == rest.len ? 0 : colon + 1, rest.len);
	if (view_is(start, "~"))
		read.low = -INFINITY;
	else if (start.len > 0 && !parse_number(&read.low, start))
		return false;
	if ((end.len > 0 || start.len == 0) && !parse_number(&read.high, end))
		return false;
	if (read.low > read.high)
		return false;
	snprintf(read.text, sizeof read.text, "%.*s", VIEW_ARG(text));
	*threshold = read;
	return true;
}

bool
threshold_alerts(const struct threshold *threshold, double value)
{
	bool within = value >= threshold->low && value <= threshold->high;

	return threshold->set && within == threshold->inside;
}
