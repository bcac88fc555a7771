/* The consumer's functions and collations. The component knows them by their numbers here, not by addresses. */

#ifndef CLIENT_REGISTRY_H
#define CLIENT_REGISTRY_H

#include "sqlite3.h"
#include "texts.h"

typedef struct {
    bool used;
    void *data;
    void (*call)(sqlite3_context *, int, sqlite3_value **);
    void (*step)(sqlite3_context *, int, sqlite3_value **);
    void (*inverse)(sqlite3_context *, int, sqlite3_value **);
    void (*value)(sqlite3_context *);
    void (*final)(sqlite3_context *);
    int (*compare)(void *, int, const void *, int, const void *);
    void (*destroy)(void *);
} Callback;

typedef struct {
    Callback *all;
    size_t count;
} Registry;

/* The number goes to `id`. False when there is no memory. */
static bool
registry_add(Registry *registry, const Callback *callback, uint32_t *id)
{
    size_t place = 0;
    while (place < registry->count && registry->all[place].used) {
        place++;
    }
    if (place == registry->count) {
        Callback *grown = realloc(registry->all, (place + 1) * sizeof(Callback));
        if (grown == NULL) {
            return false;
        }
        registry->all = grown;
        registry->count++;
    }
    registry->all[place] = *callback;
    registry->all[place].used = true;
    *id = (uint32_t)place;
    return true;
}

/* A copy: while it runs, more may be added, or this one be taken away. With nothing in it when there is none. */
static Callback
registry_get(const Registry *registry, uint32_t id)
{
    bool known = id < registry->count && registry->all[id].used;
    return known ? registry->all[id] : (Callback){.used = false};
}

static void
callback_destroy(const Callback *callback)
{
    if (callback->destroy != NULL) {
        callback->destroy(callback->data);
    }
}

/* Forgets the number, and says so to the consumer if `destroy`. A number that was not given out is none to forget. */
static void
registry_drop(Registry *registry, uint32_t id, bool destroy)
{
    Callback callback = registry_get(registry, id);
    if (!callback.used) {
        return;
    }
    registry->all[id].used = false;
    if (destroy) {
        callback_destroy(&callback);
    }
}

static void
registry_close(Registry *registry)
{
    for (size_t id = 0; id < registry->count; id++) {
        registry_drop(registry, (uint32_t)id, true);
    }
    free(registry->all);
}

#endif
