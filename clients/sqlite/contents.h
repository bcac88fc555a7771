/* Values for the component: kept for a parameter or a result, and packed into words. */

#ifndef CLIENT_CONTENTS_H
#define CLIENT_CONTENTS_H

#include "values.h"

typedef struct {
    uint32_t type;
    uint32_t size;   /* of a text or blob, in bytes */
    uint64_t number; /* the integer, or the float's bits */
    char *bytes;     /* the text or blob; its memory is kept for the next one */
    size_t room;
} Content;

static inline void
content_set_null(Content *content)
{
    content->type = SQLITE_NULL;
}

static inline void
content_set_integer(Content *content, int64_t value)
{
    content->type = SQLITE_INTEGER;
    content->number = (uint64_t)value;
}

static inline void
content_set_float(Content *content, double value)
{
    content->type = SQLITE_FLOAT;
    memcpy(&content->number, &value, sizeof(value));
}

/* False when there is no memory; then it is null. */
static bool
content_set_bytes(Content *content, uint32_t type, const void *bytes, size_t size)
{
    content_set_null(content);
    if (size > content->room) {
        char *grown = malloc(size);
        if (grown == NULL) {
            return false;
        }
        free(content->bytes);
        content->bytes = grown;
        content->room = size;
    }
    if (size > 0) {
        memcpy(content->bytes, bytes, size);
    }
    content->type = type;
    content->size = (uint32_t)size;
    return true;
}

static inline void
content_close(Content *content)
{
    free(content->bytes);
}

/* Gives memory back that was copied. */
static inline void
destroy_copied(const void *memory, sqlite3_destructor_type destroy)
{
    if (destroy != SQLITE_STATIC && destroy != SQLITE_TRANSIENT) {
        destroy((void *)memory);
    }
}

static inline uint64_t
content_heading(const Content *content)
{
    bool sized = content->type == SQLITE_TEXT || content->type == SQLITE_BLOB;
    return content->type | (uint64_t)(sized ? content->size : 0) << 32;
}

/* In words. */
static inline size_t
content_length(const Content *content)
{
    return value_length(content_heading(content));
}

/* Writes the value, and returns where the next one goes. */
static inline uint64_t *
content_pack(const Content *content, uint64_t *words)
{
    size_t length = content_length(content);
    words[0] = content_heading(content);
    if (content->type == SQLITE_INTEGER || content->type == SQLITE_FLOAT) {
        words[1] = content->number;
    }
    else if (length > 1) {
        words[length - 1] = 0;
        if (content->size > 0) {
            memcpy(words + 1, content->bytes, content->size);
        }
    }
    return words + length;
}

#endif
