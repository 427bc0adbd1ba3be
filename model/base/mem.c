/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: memory
 *
 * The one place of model/ where memory is taken from the system. GLib's allocator is used because it ends the process
 * with a message when there is none. Growth is geometric with a smaller step for large arrays: the C library moves
 * those by remapping pages, so the step costs no copy, and a million small objects do not hold half a million empty
 * ones.
 */
#include "base/mem.h"

#include <glib.h>
#include <string.h>

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

void table_init(struct table *t, size_t object_size)
{
	*t = (struct table){ .size = (uint32_t)((object_size + 7) & ~(size_t)7) };
}

void table_done(struct table *t)
{
	for (uint32_t i = 0; i < (t->n + TABLE_CHUNK - 1) / TABLE_CHUNK; i++)
		mem_free(t->chunks[i]);
	mem_free(t->chunks);
	*t = (struct table){ .size = t->size };
}

void *table_add(struct table *t)
{
	if (t->n % TABLE_CHUNK == 0) {
		mem_reserve(&t->chunks, &t->cap_chunks, sizeof *t->chunks, t->n / TABLE_CHUNK + 1);
		t->chunks[t->n / TABLE_CHUNK] = mem_zeroed((size_t)TABLE_CHUNK * t->size);
	}
	return table_at(t, t->n++);
}

size_t table_octets(const struct table *t)
{
	return (size_t)((t->n + TABLE_CHUNK - 1) / TABLE_CHUNK) * TABLE_CHUNK * t->size + t->cap_chunks * sizeof *t->chunks;
}

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
