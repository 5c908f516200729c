/* Blocks are wiped when they are freed, and when realloc() moves them; those of libraries, too. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "role/xmltext.h"
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

/* The heap's bounds, found without a call of malloc, which would write over what was freed. */
static struct view
heap(void)
{
	static char maps[65536];
	int fd = open("/proc/self/maps", O_RDONLY);
	unsigned long begin = 0, end = 0;
	size_t len = 0;
	ssize_t got;
	const char *line;

	while (len < sizeof maps - 1 && (got = read(fd, maps + len, sizeof maps - 1 - len)) > 0)
		len += (size_t)got;
	close(fd);
	if ((line = strstr(maps, "[heap]")) == NULL)
		abort();
	line = memrchr(maps, '\n', (size_t)(line - maps));
	if (line == NULL || sscanf(line, "%lx-%lx", &begin, &end) != 2)
		abort();
	return (struct view){ (const char *)begin, end - begin };
}

static bool
is_in_heap(struct view text)
{
	struct view all = heap();

	return memmem(all.ptr, all.len, text.ptr, text.len) != NULL;
}

static void
check_library(void)
{
	const struct view xml = VIEW("<r><b>what malloc may keep in a free block goes here</b>"
	    "<a>canary-token</a></r>");
	struct bytes text = BYTES_INIT(1024);
	struct xmltext list[] = { { "a", &text, false } };
	const char *why;

	ok(xmltext_read(xml, list, 1, &why) && is_in_heap(VIEW("canary-token")),
	    "a text that is read stands in the heap");
	bytes_clear(&text);
	ok(!is_in_heap(VIEW("canary-token")), "when it is cleared, libexpat has left none");
}

int
main(void)
{
	check_free();
	check_realloc();
	check_library();
	return done_testing();
}
