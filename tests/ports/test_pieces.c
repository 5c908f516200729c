#include "ports/pieces.h"

#include "tap.h"

static char pattern[100000];

static void
test_order(void)
{
	struct pieces_pool pool = { .max = 1024 * 1024 };
	struct pieces pieces = { .first = NULL };
	struct view all = { pattern, sizeof pattern };
	size_t at = 0, good = 0;
	bool starved;

	is_number(pieces_first(&pieces).len, 0, "nothing waits at first");
	for (size_t n = 1; at < all.len; n = n * 3 % 5003 + 1)
		at += pieces_add(&pieces, &pool, view_slice(all, at, at + n < all.len ? at + n : all.len), &starved);
	is_number(at, all.len, "all is taken");
	ok(pool.held >= all.len && pool.held < all.len + 3 * PIECES_LARGE, "in hardly more memory than it needs");
	for (size_t left = all.len, n = 1; left > 0; left -= n) {
		struct view first = pieces_first(&pieces);

		n = first.len < 777 ? first.len : 777;
		good += first.len > 0 && memcmp(first.ptr, pattern + all.len - left, n) == 0 ? n : 0;
		if (n == 0)
			break;
		pieces_took(&pieces, &pool, n);
	}
	is_number(good, all.len, "and comes out in order");
	is_number(pool.held, 0, "then nothing is held");
	ok(pool.spares > 0 && pool.spares <= PIECES_SPARES, "but some spare pieces");
	pieces_pool_clear(&pool);
	is_number(pool.spares, 0, "which are freed");
}

static void
test_small(void)
{
	struct pieces_pool pool = { .max = 8 * PIECES_SMALL };
	struct pieces queues[10] = { { .first = NULL } };
	struct view some = { pattern, 600 };
	size_t taken = 0;
	bool starved;

	for (size_t i = 0; i < 8; i++)
		taken += pieces_add(&queues[i], &pool, some, &starved);
	is_number(taken, 8 * some.len, "who has little waiting has a small piece");
	is_number(pieces_add(&queues[8], &pool, some, &starved), 0, "when the pool is full nothing is taken");
	ok(!starved, "which is not for want of memory");
	is_number(pieces_add(&queues[0], &pool, (struct view){ pattern, 200 }, &starved), 200, "but for what still has room");
	pieces_clear(&queues[3], &pool);
	is_number(pieces_add(&queues[8], &pool, some, &starved), some.len, "what one gives up another one gets");
	for (size_t i = 0; i < 10; i++)
		pieces_clear(&queues[i], &pool);
	is_number(pool.held, 0, "all of it comes back");
	pieces_pool_clear(&pool);
}

static void
test_full(void)
{
	struct pieces_pool pool = { .max = 2 * PIECES_LARGE + 3 * PIECES_SMALL };
	struct pieces pieces = { .first = NULL };
	bool starved;
	size_t taken;

	taken = pieces_add(&pieces, &pool, (struct view){ pattern, sizeof pattern }, &starved);
	is_number(pool.held, pool.max, "a queue may have the whole pool, the end of it in small pieces");
	ok(taken > pool.max - 5 * 64 && taken < pool.max, "nearly all of which is bytes");
	pieces_took(&pieces, &pool, PIECES_LARGE);
	ok(pool.held == pool.max - PIECES_LARGE, "what was taken is free");
	pieces_took(&pieces, &pool, sizeof pattern);
	is_number(pool.held, 0, "more than waits is all that waits");
	pieces_pool_clear(&pool);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof pattern; i++)
		pattern[i] = (char)(i * 2654435761U >> 11);
	test_order();
	test_small();
	test_full();
	return done_testing();
}
