// Handles of a component's resources that wait for the collector. What they take in the component's memory the collector
// does not see, and it would let them become any number before it has a reason of its own to run: so they are counted.

#ifndef MICROPY_INCLUDED_CAP_HANDLES_H
#define MICROPY_INCLUDED_CAP_HANDLES_H

#include "py/gc.h"
#include "py/runtime.h"

// A collection, each time there are twice as many handles as there were at the fewest since the last one, and not before
// there are `least`.
typedef struct {
    size_t least;
    size_t open;
    size_t limit;
} cap_handles_t;

// Before a handle is opened. May collect.
static inline void cap_handles_check(cap_handles_t *handles) {
    if (handles->open >= MAX(handles->limit, handles->least)) {
        gc_collect();
        handles->limit = 2 * handles->open;
    }
}

// After one was opened, and when it is dropped.
static inline void cap_handles_add(cap_handles_t *handles) {
    handles->open += 1;
}

static inline void cap_handles_remove(cap_handles_t *handles) {
    handles->open -= 1;
    handles->limit = MIN(handles->limit, 2 * handles->open);
}

#endif // MICROPY_INCLUDED_CAP_HANDLES_H
