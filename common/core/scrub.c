/*
 * scrub: freed memory is wiped memory.
 *
 * Purpose: libjq, libcurl, libexpat and libcrypto leave copies of what they handled in blocks they free:
 *          three to six copies of a token after the document that held it was gone. A tool that handles
 *          secrets links this file; its free() and realloc() then stand before libc's for its libraries
 *          too.
 * Does not: work under a sanitizer or valgrind, which bring their own malloc (--disable-scrub).
 */
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"

#define SMALL 128			/* most blocks are: a call would take longer than to wipe them */

extern void __libc_free(void *ptr);

/* A block has a size of whole words. */
static void
wipe(void *ptr, size_t len)
{
	if (len > SMALL || len % sizeof(uint64_t) != 0) {
		explicit_bzero(ptr, len);
		return;
	}
	for (uint64_t *at = ptr, *end = at + len / sizeof *at; at < end; at++)
		*(volatile uint64_t *)at = 0;
}

void
free(void *ptr)
{
	if (ptr == NULL)
		return;
	wipe(ptr, malloc_usable_size(ptr));
	__libc_free(ptr);
}

void
bytes_free(void *ptr, size_t len)
{
	(void)len;
	free(ptr);
}

void *
realloc(void *ptr, size_t size)
{
	size_t had = ptr == NULL ? 0 : malloc_usable_size(ptr);
	void *new;

	if (ptr != NULL && size <= had && size > had / 2)
		return ptr;
	if ((new = malloc(size)) == NULL)
		return NULL;
	if (ptr != NULL)
		memcpy(new, ptr, size < had ? size : had);
	free(ptr);
	return new;
}
