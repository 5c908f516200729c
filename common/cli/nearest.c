#include "cli/nearest.h"

#include "core/ascii.h"

#define LEN_MAX 40
#define COST_FAR 4
#define PART_MIN 3			/* shorter beginnings and parts say nothing */

typedef unsigned cost_table[LEN_MAX + 1][LEN_MAX + 1];

static char
fold(char c)
{
	return c == '_' ? '-' : ascii_lower(c);
}

static bool
same(struct view a, size_t i, struct view b, size_t k)
{
	return fold(a.ptr[i]) == fold(b.ptr[k]);
}

static unsigned
lesser(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* cost[i][k]: the edits that make the first k characters of b of the first i of a. */
static void
fill(cost_table cost, struct view a, struct view b)
{
	for (size_t i = 0; i <= a.len; i++)
		for (size_t k = 0; k <= b.len; k++) {
			if (i == 0 || k == 0) {
				cost[i][k] = (unsigned)(i + k);
				continue;
			}
			cost[i][k] = lesser(cost[i - 1][k - 1] + !same(a, i - 1, b, k - 1),
			    lesser(cost[i - 1][k], cost[i][k - 1]) + 1);
			if (i > 1 && k > 1 && same(a, i - 1, b, k - 2) && same(a, i - 2, b, k - 1))
				cost[i][k] = lesser(cost[i][k], cost[i - 2][k - 2] + 1);
		}
}

/* Whether text is in name, between hyphens or the ends. */
static bool
is_part(struct view text, struct view name)
{
	for (size_t at = 0; at + text.len <= name.len; at++) {
		size_t i = 0;

		while (i < text.len && same(text, i, name, at + i))
			i++;
		if (i == text.len && (at == 0 || name.ptr[at - 1] == '-') &&
		    (at == 0 || at + i == name.len || name.ptr[at + i] == '-'))
			return true;
	}
	return false;
}

static unsigned
cost_of(struct view typed, struct view name)
{
	cost_table cost;
	unsigned best;

	if (typed.len >= PART_MIN && typed.len < name.len && is_part(typed, name))
		return 1;
	fill(cost, typed, name);
	best = cost[typed.len][name.len];
	best = best * 2 < name.len ? best : COST_FAR;
	for (size_t k = PART_MIN; k < name.len; k++)		/* a beginning, misspelt */
		if (cost[typed.len][k] * 3 < typed.len)
			best = lesser(best, cost[typed.len][k] + 1);
	return best;
}

struct nearest
nearest_to(struct view typed)
{
	return (struct nearest){ .typed = typed, .name = VIEW_NONE, .cost = COST_FAR };
}

void
nearest_offer(struct nearest *nearest, struct view name)
{
	unsigned cost;

	if (name.len == 0 || name.len > LEN_MAX || nearest->typed.len > LEN_MAX)
		return;
	cost = cost_of(nearest->typed, name);
	if (cost < nearest->cost) {
		nearest->cost = cost;
		nearest->name = name;
	}
}
