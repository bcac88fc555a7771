/* Memory for what crosses: where a binding finds none for a result, it ends the interpreter, and where the component
   finds none for an argument, it ends as well. */

#ifndef CLIENT_ROOM_H
#define CLIENT_ROOM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "openssl/err.h"

/* What a failure takes, in bytes. */
#define ROOM_BESIDES 4096

/* What may be passed without a question, in bytes. */
#define MOST_UNASKED ((size_t)1024 * 1024)

/* Whether a result of this size has room, in bytes. Says so if not. */
static inline bool
room_is_there(size_t size)
{
    void *block = size > SIZE_MAX - ROOM_BESIDES ? NULL : malloc(size + ROOM_BESIDES);
    /* The compiler may leave out an allocation that nothing looks at, and take it for one that succeeds. */
    __asm__ volatile("" : : "r"(block) : "memory");
    free(block);
    if (block == NULL) {
        errors_add_no_memory();
    }
    return block != NULL;
}

/* Whether the component has room for arguments of these sizes, in bytes, as the interface's has-room says it. Says so
   if not. */
static inline bool
room_is_over_there(size_t one, size_t other, bool (*has_room)(uint32_t))
{
    if (one <= MOST_UNASKED && other <= MOST_UNASKED) {
        return true;
    }
    bool fits = one <= UINT32_MAX - other && has_room((uint32_t)(one + other));
    if (!fits) {
        errors_add_no_memory();
    }
    return fits;
}

#endif
