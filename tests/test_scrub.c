/* Blocks are wiped when they are freed, and when realloc() moves them. */
#include <stdint.h>
#include <stdlib.h>

#include "tap.h"

#define MARK 0x5A
#define BLOCK 4000
#define EDGE 64				/* where malloc keeps addresses in a free block: any bytes */

/*
 * Bytes of the mark inside of where a block was: the address goes by as a number, as the block is
 * gone.
 */
static size_t
marks_at(uintptr_t address)
{
	const volatile unsigned char *at = (const volatile unsigned char *)address;
	size_t count = 0;

	for (size_t i = EDGE; i < BLOCK - EDGE; i++)
		count += at[i] == MARK;
	return count;
}

static char *
marked_block(uintptr_t *address)
{
	char *block = malloc(BLOCK);

	if (block == NULL)
		abort();
	memset(block, MARK, BLOCK);
	*address = (uintptr_t)block;
	return block;
}

static void
check_free(void)
{
	uintptr_t address;
	char *block = marked_block(&address);

	ok(marks_at(address) == BLOCK - 2 * EDGE, "a block keeps what was written");
	free(block);
	ok(marks_at(address) == 0, "a freed block is wiped");
}

static void
check_realloc(void)
{
	uintptr_t address;
	char *block = marked_block(&address), *moved = realloc(block, 100 * BLOCK);

	ok(moved != NULL && moved[0] == MARK && moved[BLOCK - 1] == MARK,
	    "realloc() keeps the content");
	ok(marks_at(address) == 0 || (uintptr_t)moved == address,
	    "the block that realloc() left is wiped");
	free(moved);
}

int
main(void)
{
	check_free();
	check_realloc();
	return done_testing();
}
