/* Memory for what crosses: where a binding finds none for a result, it ends the interpreter, and where the component
   finds none for an argument, it ends as well. */

#ifndef CLIENT_ROOM_H
#define CLIENT_ROOM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "sqlite_import.h"

/* What the rows of a batch may take, in words, so that it stays in the processor's cache: 256 KiB. */
#define MOST_WORDS 32768

/* What any other result takes at most, in words, if it is not withheld: a question's arguments, a description, a
   message. */
#define FEWER_WORDS 8192

/* What a result takes besides, in bytes. */
#define ROOM_BESIDES 16384

/* What may be passed without a question, in bytes. */
#define MOST_UNASKED ((size_t)1024 * 1024)
#define MOST_UNASKED_NAME ((size_t)64 * 1024)

/* Memory that is held for results which find no other: for those of calls that are left out when it is not there, and,
   as these do not need all of it, for those of calls that cannot be left out. */
static struct {
    size_t size;
    void *block;
} reserves[] = {
    {MOST_WORDS * sizeof(uint64_t) + ROOM_BESIDES, NULL},
    {FEWER_WORDS * sizeof(uint64_t) + ROOM_BESIDES, NULL},
};

#define RESERVE_COUNT (sizeof(reserves) / sizeof(reserves[0]))

/* Whether all of it is there. To be asked before each call that has a result in memory. */
static inline bool
room_ready(void)
{
    for (size_t i = 0; i < RESERVE_COUNT; i++) {
        if (reserves[i].block == NULL) {
            reserves[i].block = malloc(reserves[i].size);
        }
        if (reserves[i].block == NULL) {
            return false;
        }
    }
    return true;
}

/* Whether a result of this size has room, in bytes. */
static bool
room_is_there(size_t size)
{
    void *block = size > SIZE_MAX - ROOM_BESIDES ? NULL : malloc(size + ROOM_BESIDES);
    /* The compiler may leave out an allocation that nothing looks at, and take it for one that succeeds. */
    __asm__ volatile("" : : "r"(block) : "memory");
    free(block);
    return block != NULL;
}

/* Asks for what the last call withheld. False when there is no room for that. */
static bool
room_take_withheld(size_t words, sqlite_import_list_u64_t *taken)
{
    if (words > SIZE_MAX / sizeof(uint64_t) || !room_is_there(words * sizeof(uint64_t))) {
        return false;
    }
    sqlite_component_database_take_withheld(taken);
    return true;
}

/* Asks for values if they were withheld. */
static inline bool
room_take_values(size_t words, sqlite_component_database_values_t *values)
{
    if (values->len >= words) {
        return true;
    }
    sqlite_import_list_u64_t taken;
    if (!room_take_withheld(words, &taken)) {
        return false;
    }
    *values = (sqlite_component_database_values_t){.ptr = taken.ptr, .len = taken.len};
    return true;
}

/* Whether the component has room for arguments of this size, in bytes. */
static inline bool
room_over_there(size_t size)
{
    return size <= MOST_UNASKED || sqlite_component_database_has_room((uint32_t)size);
}

/* The same for one of a few names. */
static inline bool
room_for_name(size_t size)
{
    return size <= MOST_UNASKED_NAME || (size < SIZE_MAX / 4 && room_over_there(size * 4));
}

/* The component model's way to allocate results, in place of the bindings'. */
__attribute__((__export_name__("cabi_realloc"))) void *
cabi_realloc(void *block, size_t old_size, size_t align, size_t size)
{
    (void)old_size;
    if (size == 0) {
        return (void *)align;
    }
    void *result = realloc(block, size);
    for (size_t i = 0; result == NULL && i < RESERVE_COUNT; i++) {
        free(reserves[i].block);
        reserves[i].block = NULL;
        result = realloc(block, size);
    }
    if (result == NULL) {
        abort();
    }
    return result;
}

#endif
