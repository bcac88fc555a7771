/* What memory.c offers; ../src/ffi.rs declares the same. */

#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>

/* Makes SQLite use it. To be called before anything that initializes SQLite. */
int memory_start(void);

/* Whether a block of this size would leave enough for calls. */
int memory_has_room(size_t size);

/* Whether enough for calls is left beside so many bytes that were just allocated, to be kept. If not, they are to be
   given back. */
int memory_account(size_t size);

/* realloc, as long as it leaves enough for calls. */
void *memory_resize(void *block, size_t size);

#endif
