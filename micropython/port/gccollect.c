// The garbage collector's roots, and its heap's growth.
//
// The module is rewritten after it is linked (`pyforge_build::spill`), so that what a function holds while it calls
// another is on the stack in memory, where this can see it.

#include "py/gc.h"
#include "py/mpstate.h"

// The smallest area that is worth adding to the heap.
#define LEAST_AREA (64 * 1024)

// Keeps as much free as is in use: a heap that is nearly full would be collected for every few objects. What cannot be
// had is left out, down to less than is worth having.
static void keep_room(void) {
    gc_info_t info;
    gc_info(&info);
    if (info.used <= info.free) {
        return;
    }
    for (size_t size = info.total; size >= LEAST_AREA; size /= 2) {
        char *area = malloc(size);
        if (area != NULL) {
            gc_add(area, area + size);
            return;
        }
    }
}

MP_NOINLINE void gc_collect(void) {
    gc_collect_start();
    void *here;
    void **lowest = &here;
    gc_collect_root(lowest, ((uintptr_t)MP_STATE_THREAD(stack_top) - (uintptr_t)lowest) / sizeof(void *));
    gc_collect_end();
    keep_room();
}
