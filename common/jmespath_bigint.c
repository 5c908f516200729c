#include "jmespath_bigint.h"

/* Digit i of a number from the right; 0 beyond its left end. */
static int
digit(struct view digits, size_t i)
{
	return i < digits.len ? digits.ptr[digits.len - 1 - i] - '0' : 0;
}

static bool
is_less(struct view a, struct view b)
{
	return a.len != b.len ? a.len < b.len : view_compare(a, b) < 0;
}

/* Adds (way 1) the digits of b to those of a, or takes them off (way -1), when a is no less than b. */
static void
combine(char *to, size_t len, struct view a, struct view b, int way)
{
	int carry = 0;

	for (size_t i = 0; i < len; i++) {
		int sum = digit(a, i) + way * digit(b, i) + carry;

		carry = sum > 9 ? 1 : sum < 0 ? -1 : 0;
		to[len - 1 - i] = (char)('0' + sum - 10 * carry);
	}
}

struct view
jmespath_bigint_add(struct arena *arena, struct view a, struct view b)
{
	bool below_a = a.ptr[0] == '-', below_b = b.ptr[0] == '-', below;
	struct view large = view_slice(a, below_a, a.len), small = view_slice(b, below_b, b.len);
	size_t len, from = 1;
	char *text;

	below = below_a;
	if (is_less(large, small)) {
		struct view other = large;

		large = small;
		small = other;
		below = below_b;
	}
	len = large.len + 1;
	if ((text = arena_alloc(arena, len + 1)) == NULL)
		return VIEW_NONE;
	combine(text + 1, len, large, small, below_a == below_b ? 1 : -1);
	while (from < len && text[from] == '0')
		from++;
	if (below && text[from] != '0')
		text[--from] = '-';
	return (struct view){ text + from, len + 1 - from };
}
