// Bytes on their way to a component and back: eight to a word, as the contracts' record `bytes` has them.
//
// Memory of the bindings is malloc'ed. The collector does not know it, and an exception jumps over a free() that comes
// later: what has to be freed is therefore held (cap_hold) while something is called that may raise.

#ifndef MICROPY_INCLUDED_CAP_WORDS_H
#define MICROPY_INCLUDED_CAP_WORDS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "py/nlr.h"
#include "py/runtime.h"

#define CAP_WORD_SIZE (sizeof(uint64_t))

// Input up to this many words is copied on the stack, where it has to be copied.
#define CAP_FEW_WORDS (32)

// ---------------------------------------------------------------------------------------------------------------------
// Memory that a raised exception frees.

typedef struct {
    nlr_jump_callback_node_t callback; // must be the first
    void *memory;
} cap_held_t;

static inline void cap_held_free(void *held) {
    free(((cap_held_t *)held)->memory);
}

// `held` is a local variable of the caller, who must not have an nlr_buf_t too: which of the two is the inner one is told
// by their addresses. What is held last is let go first.
static inline void cap_hold(cap_held_t *held, void *memory) {
    held->memory = memory;
    nlr_push_jump_callback(&held->callback, cap_held_free);
}

// Frees it, where no exception was raised.
static inline void cap_free_held(void) {
    nlr_pop_jump_callback(true);
}

// For what a component may have to say beside or instead of a result.
#define CAP_ROOM_FOR_WORDS (512)

// Raises MemoryError unless a binding would now find room for a result of `size` bytes: one that finds none aborts.
static inline void cap_check_room(size_t size) {
    void *room = malloc(size + CAP_ROOM_FOR_WORDS);
    // Else the compiler takes the pair away, as one that does nothing.
    __asm__ volatile ("" : : "r" (room) : "memory");
    if (room == NULL) {
        m_malloc_fail(size);
    }
    free(room);
}

// ---------------------------------------------------------------------------------------------------------------------
// To a component.

// Input as words: where it is, when it begins and ends with a word or is empty, else in a copy.
typedef struct {
    uint64_t *ptr;
    size_t count;
    size_t size; // in bytes
    bool malloced;
    uint64_t few[CAP_FEW_WORDS];
} cap_words_t;

// Raises MemoryError. Until cap_words_close, the data must stay, and nothing may raise that could not be held.
static inline void cap_words_open(cap_words_t *words, const void *data, size_t size) {
    words->size = size;
    words->count = size / CAP_WORD_SIZE + (size % CAP_WORD_SIZE != 0);
    words->ptr = words->few;
    words->malloced = false;
    if (size == 0) {
        return;
    }
    if ((uintptr_t)data % CAP_WORD_SIZE == 0 && size % CAP_WORD_SIZE == 0) {
        words->ptr = (uint64_t *)data;
        return;
    }
    if (words->count > CAP_FEW_WORDS) {
        words->ptr = malloc(words->count * CAP_WORD_SIZE);
        if (words->ptr == NULL) {
            m_malloc_fail(size);
        }
        words->malloced = true;
    }
    words->ptr[words->count - 1] = 0;
    memcpy(words->ptr, data, size);
}

static inline void cap_words_close(cap_words_t *words) {
    if (words->malloced) {
        free(words->ptr);
    }
}

// Words as the record `bytes` that a binding takes: CAP_BYTES_OF(zlib_component_stream_bytes_t, &words).
#define CAP_BYTES_OF(type, from) \
    ((type) {.words = {.ptr = (from)->ptr, .len = (from)->count}, .size = (uint32_t)(from)->size})

// ---------------------------------------------------------------------------------------------------------------------
// From a component.

// Bytes that a binding returned. There is something to free only where `ptr` is not NULL.
typedef struct {
    uint8_t *ptr;
    size_t len;
} cap_piece_t;

// One that claims another size than it brought words for becomes larger than anything that was asked for.
static inline cap_piece_t cap_piece_of_words(uint64_t *words, size_t count, size_t size) {
    bool honest = count == size / CAP_WORD_SIZE + (size % CAP_WORD_SIZE != 0);
    // An empty list has nothing behind its pointer that could be freed, whatever its size is said to be.
    return (cap_piece_t) {.ptr = count == 0 ? NULL : (uint8_t *)words, .len = honest ? size : SIZE_MAX};
}

static inline cap_piece_t cap_piece_of_list(uint8_t *ptr, size_t len) {
    return (cap_piece_t) {.ptr = len == 0 ? NULL : ptr, .len = len};
}

// The bindings' record `bytes` as a piece, and a list of bytes or a string as one.
#define CAP_PIECE_OF(bytes) cap_piece_of_words((bytes).words.ptr, (bytes).words.len, (bytes).size)
#define CAP_PIECE_OF_LIST(list) cap_piece_of_list((uint8_t *)(list).ptr, (list).len)

static inline void cap_piece_free(cap_piece_t piece) {
    free(piece.ptr);
}

// Takes the piece over.
static inline MP_NOINLINE mp_obj_t cap_piece_as_bytes(cap_piece_t piece) {
    if (piece.len > MP_SSIZE_MAX) {
        cap_piece_free(piece);
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("component gave fewer bytes than it said"));
    }
    if (piece.len == 0) {
        return mp_const_empty_bytes;
    }
    cap_held_t held;
    cap_hold(&held, piece.ptr);
    mp_obj_t bytes = mp_obj_new_bytes(piece.ptr, piece.len);
    cap_free_held();
    return bytes;
}

// Takes the piece over, a string of the component's: valid UTF-8.
static inline MP_NOINLINE mp_obj_t cap_piece_as_str(cap_piece_t piece) {
    if (piece.len == 0) {
        return MP_OBJ_NEW_QSTR(MP_QSTR_);
    }
    cap_held_t held;
    cap_hold(&held, piece.ptr);
    mp_obj_t str = mp_obj_new_str((const char *)piece.ptr, piece.len);
    cap_free_held();
    return str;
}

// Takes the piece over: what an exception is to say.
static inline MP_NORETURN void cap_raise_piece(const mp_obj_type_t *type, cap_piece_t piece) {
    nlr_raise(mp_obj_new_exception_arg1(type, cap_piece_as_str(piece)));
}

#endif // MICROPY_INCLUDED_CAP_WORDS_H
