/* The memory of aggregations, by the numbers that the component gives them. */

#ifndef CLIENT_AGGREGATES_H
#define CLIENT_AGGREGATES_H

#include "texts.h"

typedef struct {
    uint32_t number;
    void *memory;
} Aggregate;

/* A list without order: there are rarely more than a handful at a time, and the component may choose any number. */
typedef struct {
    Aggregate *all;
    size_t count;
    size_t room;
} Aggregates;

static Aggregate *
aggregates_find(const Aggregates *aggregates, uint32_t number)
{
    for (size_t i = aggregates->count; i > 0; i--) {
        if (aggregates->all[i - 1].number == number) {
            return &aggregates->all[i - 1];
        }
    }
    return NULL;
}

static bool
aggregates_reserve(Aggregates *aggregates)
{
    if (aggregates->count < aggregates->room) {
        return true;
    }
    size_t room = aggregates->room * 2 + 4;
    Aggregate *grown = realloc(aggregates->all, room * sizeof(Aggregate));
    if (grown == NULL) {
        return false;
    }
    aggregates->all = grown;
    aggregates->room = room;
    return true;
}

/* The memory of an aggregation, or NULL. It is made, as zeros, when there is none yet and the size is not 0. */
static void *
aggregates_memory(Aggregates *aggregates, uint32_t number, size_t size)
{
    Aggregate *known = aggregates_find(aggregates, number);
    if (known != NULL) {
        return known->memory;
    }
    if (size == 0 || !aggregates_reserve(aggregates)) {
        return NULL;
    }
    void *memory = calloc(1, size);
    if (memory != NULL) {
        aggregates->all[aggregates->count++] = (Aggregate){.number = number, .memory = memory};
    }
    return memory;
}

static void
aggregates_drop(Aggregates *aggregates, uint32_t number)
{
    Aggregate *known = aggregates_find(aggregates, number);
    if (known != NULL) {
        free(known->memory);
        *known = aggregates->all[--aggregates->count];
    }
}

static void
aggregates_close(Aggregates *aggregates)
{
    for (size_t i = 0; i < aggregates->count; i++) {
        free(aggregates->all[i].memory);
    }
    free(aggregates->all);
}

#endif
