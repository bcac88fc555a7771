/* Memory for what crosses: where a binding finds none for a result, it ends the interpreter, and where the
   component finds none for an argument, it ends as well. */

#ifndef CLIENT_ROOM_H
#define CLIENT_ROOM_H

#include <stdlib.h>

#include "openssl_types.h"

/* What results take at most that are not bounded by the call, in bytes: certificates of a store, a
   description. */
#define ROOM_FOR_ANY ((size_t)2 * 1024 * 1024)

/* What small results take: a failure, a name, a cipher. */
#define ROOM_FOR_FEW ((size_t)32 * 1024)

/* The largest argument: a file of certificates is far smaller. */
#define MOST_ARGUMENT ((size_t)32 * 1024 * 1024)

/* Whether a result of this size has room, in bytes. */
static bool
room_is_there(size_t size)
{
    void *block = malloc(size);
    /* The compiler may leave out an allocation that nothing looks at, and take it for one that succeeds. */
    __asm__ volatile("" : : "r"(block) : "memory");
    free(block);
    return block != NULL;
}

#endif
