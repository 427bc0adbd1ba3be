/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: memory
 *
 * The one place of model/ where memory is taken from the system. GLib's allocator is used because it ends the process
 * with a message when there is none. Growth is geometric with a smaller step for large arrays: the C library moves
 * those by remapping pages, so the step costs no copy, and a million small objects do not hold half a million empty
 * ones.
 *
 * Blocks of 128 KiB and more are mapped and unmapped one by one, so that what is freed really goes, and so that the
 * C library never zeroes by hand what the system hands out as zeros. Very large ones may lie on huge pages: a walk over
 * a million UEs then misses the address translation caches far less often. Not smaller ones, because half of the last
 * huge page would on average be wasted for each kind of object.
 */
#include "base/mem.h"

#include <assert.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define LINE 64u			/* octets of a cache line */
#define MAPPED (128u << 10)
#define HUGE_PAGES (32u << 20)

void *mem_new(size_t octets)
{
	return g_malloc(octets);
}

void *mem_zeroed(size_t octets)
{
	return g_malloc0(octets);
}

void *mem_resize(void *p, size_t octets)
{
	return g_realloc(p, octets);
}

void mem_free(void *p)
{
	g_free(p);
}

void mem_reserve(void *array_pointer, uint32_t *cap, size_t element, uint32_t need)
{
	uint64_t want = *cap;
	void *array;

	if (need <= *cap)
		return;
	want += want * element < (1u << 20) ? want / 2 : want / 4;
	if (want < need)
		want = need;
	if (want < 8)
		want = 8;
	if (want > UINT32_MAX)
		want = UINT32_MAX;
	memcpy(&array, array_pointer, sizeof array);
	array = g_realloc_n(array, (size_t)want, element);
	memcpy(array_pointer, &array, sizeof array);
	*cap = (uint32_t)want;
}

static void *mapped(size_t octets)
{
	void *p = mmap(NULL, octets, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		g_error("no memory for a block of %zu octets", octets);
	if (octets >= HUGE_PAGES)
		madvise(p, octets, MADV_HUGEPAGE);	/* a wish: nothing depends on it */
	return p;
}

void *mem_block_new(size_t octets)
{
	void *p;

	if (octets >= MAPPED)
		return mapped(octets);
	octets = (octets + LINE - 1) / LINE * LINE;
	p = aligned_alloc(LINE, octets);
	if (!p)
		g_error("no memory for a block of %zu octets", octets);
	return memset(p, 0, octets);
}

void mem_block_free(void *p, size_t octets)
{
	if (octets >= MAPPED)
		munmap(p, octets);
	else
		free(p);
}

/* ---- pools and tables -------------------------------------------------------------------------------------------- */

static size_t chunk_octets(const struct mem_pool *p, unsigned k)
{
	return ((size_t)p->size << POOL_FIRST_BITS) << k;
}

void mem_pool_init(struct mem_pool *p, size_t object_size)
{
	*p = (struct mem_pool){ .size = (uint32_t)object_size };
}

void mem_pool_done(struct mem_pool *p)
{
	for (unsigned k = 0; k < POOL_CHUNKS && p->chunks[k]; k++)
		mem_block_free(p->chunks[k], chunk_octets(p, k));
	mem_pool_init(p, p->size);
}

void mem_pool_grow(struct mem_pool *p)
{
	unsigned k = 0;

	while (p->chunks[k])
		k++;
	p->chunks[k] = mem_block_new(chunk_octets(p, k));
	p->cap += 1u << (POOL_FIRST_BITS + k);
}

uint32_t mem_pool_number(const struct mem_pool *p, const void *object)
{
	uintptr_t at = (uintptr_t)object;

	for (unsigned k = POOL_CHUNKS; k-- > 0;) {	/* half of all objects are in the last chunk */
		uintptr_t chunk = (uintptr_t)p->chunks[k];

		if (chunk && at >= chunk && at - chunk < chunk_octets(p, k))
			return (uint32_t)((at - chunk) / p->size) + (1u << (POOL_FIRST_BITS + k)) - (1u << POOL_FIRST_BITS);
	}
	assert(!"an object of this pool");
	return 0;
}

void table_init(struct table *t, size_t object_size)
{
	*t = (struct table){ .n = 0 };
	mem_pool_init(&t->pool, object_size);
}

void table_done(struct table *t)
{
	mem_pool_done(&t->pool);
	t->n = 0;
}

void *table_add(struct table *t)
{
	if (t->n == t->pool.cap)
		mem_pool_grow(&t->pool);
	return table_at(t, t->n++);
}

/* ---- texts ------------------------------------------------------------------------------------------------------- */

#define TEXT_BLOCK 4096u

const char *texts_keep(struct texts *t, const char *s)
{
	size_t n = strlen(s) + 1;
	char *copy;

	if (!t->n || t->used + n > TEXT_BLOCK) {
		size_t block = n > TEXT_BLOCK ? n : TEXT_BLOCK;

		mem_reserve(&t->blocks, &t->cap, sizeof *t->blocks, t->n + 1);
		t->blocks[t->n++] = mem_new(block);
		t->used = 0;
		t->octets += block;
	}
	copy = t->blocks[t->n - 1] + t->used;
	memcpy(copy, s, n);
	t->used += n > TEXT_BLOCK ? TEXT_BLOCK : (uint32_t)n;
	return copy;
}

void texts_done(struct texts *t)
{
	for (uint32_t i = 0; i < t->n; i++)
		mem_free(t->blocks[i]);
	mem_free(t->blocks);
	*t = (struct texts){ 0 };
}
