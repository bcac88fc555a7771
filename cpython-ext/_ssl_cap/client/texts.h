/* Texts: those for the component, which takes UTF-8 and nothing else, and those from it. */

#ifndef CLIENT_TEXTS_H
#define CLIENT_TEXTS_H

#include <string.h>

#include "room.h"

/* The longest name or list of names that is passed on, in bytes. */
#define MOST_TEXT ((size_t)1024 * 1024)

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

/* Lends a text to a binding. False when the component would trap on it: it is no UTF-8, or too long. */
static bool
text_lend(ssl_import_string_t *lent, const char *text)
{
    size_t size = strlen(text), length;
    *lent = (ssl_import_string_t){.ptr = (uint8_t *)text, .len = size};
    for (size_t i = 0; i < size; i += length) {
        length = text_character((const uint8_t *)text + i, size - i);
        if (length == 0) {
            return false;
        }
    }
    return size <= MOST_TEXT && room_is_there(ROOM_FOR_FEW);
}

/* Takes a text from a binding over, and returns it with a zero byte behind it; NULL when there is no memory.
   */
static char *
text_keep(ssl_import_string_t *text)
{
    /* An empty one has nothing behind its pointer that was allocated. */
    char *kept = realloc(text->len > 0 ? text->ptr : NULL, text->len + 1);
    if (kept == NULL) {
        ssl_import_string_free(text);
        return NULL;
    }
    kept[text->len] = '\0';
    return kept;
}

/* Copies a text into a buffer, as much as there is room for, with a zero byte behind it. */
static void
text_copy(char *buffer, size_t room, const ssl_import_string_t *text)
{
    size_t size = text->len < room ? text->len : room - 1;
    memcpy(buffer, text->ptr, size);
    buffer[size] = '\0';
}

#endif
