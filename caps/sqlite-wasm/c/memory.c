/* SQLite's memory: malloc's, as long as calls can still be made beside it. Where there is none for the arguments of a
   call or for what puts its result together, the component ends, so some is always left for that.

   Looking costs as much as allocating does. So what is found to be there is a little more, which may then be taken
   without another look. */

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>

#include "sqlite3.h"

#include "memory.h"

/* What is left for that, in bytes: twice what the arguments of a call may take without being asked for. */
#define HEADROOM ((size_t)2 << 20)

/* What is left besides by blocks from this size on, in bytes, such as pages: where no row has room any longer, there
   shall be enough to go on with fewer. */
#define LARGE 4096
#define SPARE ((size_t)1 << 20)

/* What may be taken without a look, in bytes. */
#define SLICE ((size_t)256 << 10)

/* What small blocks, and large ones, may still take of that. */
static size_t untaken[2];

/* Whether there is a block of this size. */
static int
is_there(size_t size)
{
    void *block = malloc(size);
    /* The compiler may leave out an allocation that nothing looks at, and take it for one that succeeds. */
    __asm__ volatile("" : : "r"(block) : "memory");
    free(block);
    return block != NULL;
}

int
memory_has_room(size_t size)
{
    return size <= SIZE_MAX - HEADROOM - SLICE && is_there(HEADROOM + SLICE + size);
}

/* `ahead` is what of it is still to be allocated. */
static int
take(size_t size, size_t ahead)
{
    int large = size >= LARGE;
    if (size > untaken[large]) {
        int there = memory_has_room(large ? ahead + SPARE : ahead);
        untaken[large] = there ? SLICE : 0;
        return there;
    }
    untaken[large] -= size;
    return 1;
}

int
memory_account(size_t size)
{
    return take(size, 0);
}

static void *
allocate(int size)
{
    void *block = malloc((size_t)size);
    if (block != NULL && !memory_account((size_t)size)) {
        free(block);
        return NULL;
    }
    return block;
}

void *
memory_resize(void *block, size_t size)
{
    int fits = block != NULL && size <= malloc_usable_size(block);
    /* While it moves, both are there. */
    return fits || (size <= SIZE_MAX - SPARE && take(size, size)) ? realloc(block, size) : NULL;
}

static void *
reallocate(void *block, int size)
{
    return memory_resize(block, (size_t)size);
}

static int
size_of(void *block)
{
    return block == NULL ? 0 : (int)malloc_usable_size(block);
}

static int
round_up(int size)
{
    return (size + 7) & ~7;
}

static int
start(void *unused)
{
    (void)unused;
    return SQLITE_OK;
}

static void
end(void *unused)
{
    (void)unused;
}

int
memory_start(void)
{
    static const sqlite3_mem_methods methods = {allocate, free, reallocate, size_of, round_up, start, end, NULL};
    static int started;
    if (started) {
        return SQLITE_OK;
    }
    started = 1;
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
}
