// The garbage collector's roots, and its heap's growth.
//
// The module is rewritten after it is linked (`pyforge_build::spill`), so that what a function holds while it calls
// another is on the stack in memory, where this can see it.
//
// Upstream's collector takes only pointers to the beginning of an object for pointers. A function that walks through an
// object may have no such pointer left: on other machines an old copy mostly lies about on the stack, and here there is
// none. So what is on the stack keeps the object that it points into, wherever it points.

#include "py/gc.h"
#include "py/mpstate.h"

// The smallest area that is worth adding to the heap.
#define LEAST_AREA (64 * 1024)

// The table of blocks of an area, as py/gc.c has it: two bits a block, the first block of a byte lowest.
#define BLOCKS_PER_BYTE (4)
#define TAIL (2)
#define FOUR_TAILS (0xaa)

static unsigned int kind_of(const mp_state_mem_area_t *area, size_t block) {
    return area->gc_alloc_table_start[block / BLOCKS_PER_BYTE] >> (2 * (block % BLOCKS_PER_BYTE)) & 3;
}

// The first block of the object that a block belongs to.
static size_t head_of(const mp_state_mem_area_t *area, size_t block) {
    while (block > 0 && kind_of(area, block) == TAIL) {
        block -= 1;
        if (block % BLOCKS_PER_BYTE == BLOCKS_PER_BYTE - 1) {
            size_t byte = block / BLOCKS_PER_BYTE;
            while (byte > 0 && area->gc_alloc_table_start[byte] == FOUR_TAILS) {
                byte -= 1;
            }
            block = byte * BLOCKS_PER_BYTE + BLOCKS_PER_BYTE - 1;
        }
    }
    return block;
}

// Marks the object that a word points into, if it is a pointer.
static void mark_pointed_into(const byte *word) {
    for (mp_state_mem_area_t *area = &MP_STATE_MEM(area); area != NULL; area = area->next) {
        if (word >= area->gc_pool_start && word < area->gc_pool_end) {
            size_t block = head_of(area, (word - area->gc_pool_start) / MICROPY_BYTES_PER_GC_BLOCK);
            void *head = area->gc_pool_start + block * MICROPY_BYTES_PER_GC_BLOCK;
            gc_collect_root(&head, 1);
            return;
        }
    }
}

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
    const byte *lowest;
    const byte **top = (const byte **)MP_STATE_THREAD(stack_top);
    for (const byte **word = &lowest; word < top; word++) {
        mark_pointed_into(*word);
    }
    gc_collect_end();
    keep_room();
}
