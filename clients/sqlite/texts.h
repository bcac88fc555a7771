/* Texts: those for the component, which takes UTF-8 and nothing else, and those from it. */

#ifndef CLIENT_TEXTS_H
#define CLIENT_TEXTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "room.h"

/* The bytes of the character at the start of a text that is not empty; 0 when that is none. */
static size_t
text_character(const uint8_t *text, size_t size)
{
    uint8_t first = text[0];
    if (first < 0x80) {
        return 1;
    }
    size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || length > size) {
        return 0;
    }
    /* Not longer than need be, no surrogates, and nothing beyond Unicode. */
    uint8_t lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    uint8_t highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (text[1] < lowest || text[1] > highest) {
        return 0;
    }
    for (size_t i = 2; i < length; i++) {
        if ((text[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return length;
}

/* The component would trap on a text that is not. */
static bool
text_is_utf8(const char *text, size_t size)
{
    const uint8_t *next = (const uint8_t *)text, *end = next + size;
    while (next < end) {
        uint64_t eight = UINT64_MAX;
        if ((size_t)(end - next) >= sizeof(eight)) {
            memcpy(&eight, next, sizeof(eight));
        }
        size_t length = (eight & 0x8080808080808080) == 0 ? sizeof(eight) : text_character(next, (size_t)(end - next));
        if (length == 0) {
            return false;
        }
        next += length;
    }
    return true;
}

/* Whether the component can take it for a name. */
static bool
text_is_name(const char *text, size_t size)
{
    return text_is_utf8(text, size) && room_for_name(size);
}

/* A text as a binding takes it. It stays ours. */
static inline sqlite_import_string_t
text_lend(const char *text, size_t size)
{
    return (sqlite_import_string_t){.ptr = (uint8_t *)text, .len = size};
}

/* Takes a text from a binding over, and returns it with a zero byte behind it; NULL when there is no memory. */
static char *
text_keep(sqlite_import_string_t *text)
{
    /* An empty one has nothing behind its pointer that was allocated. */
    char *kept = realloc(text->len > 0 ? text->ptr : NULL, text->len + 1);
    if (kept == NULL) {
        sqlite_import_string_free(text);
        return NULL;
    }
    kept[text->len] = '\0';
    return kept;
}

/* A copy with a zero byte behind it; NULL when there is no memory. */
static char *
text_copy(const char *text, size_t size)
{
    char *copy = malloc(size + 1);
    if (copy != NULL) {
        memcpy(copy, text, size);
        copy[size] = '\0';
    }
    return copy;
}

#endif
