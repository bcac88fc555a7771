/* Values from the component: found in its words, where they stay, and converted as SQLite does. */

#ifndef CLIENT_VALUES_H
#define CLIENT_VALUES_H

#include <inttypes.h>
#include <stdio.h>

#include "sqlite3.h"
#include "texts.h"

#define WORD_BYTES sizeof(uint64_t)

struct sqlite3_value {
    const uint64_t *words; /* the first is the heading: type and size */
    char *text;            /* what is not a text as one, once that was asked for */
};

static inline uint32_t
value_type(const sqlite3_value *value)
{
    return (uint32_t)value->words[0];
}

/* In bytes; 0 but for texts and blobs. */
static inline uint32_t
value_size(const sqlite3_value *value)
{
    return (uint32_t)(value->words[0] >> 32);
}

static inline const char *
value_bytes(const sqlite3_value *value)
{
    return (const char *)(value->words + 1);
}

static inline double
value_float(const sqlite3_value *value)
{
    double number;
    memcpy(&number, value->words + 1, sizeof(number));
    return number;
}

/* How many words a value takes by its heading; 0 when there is no such type. */
static inline size_t
value_length(uint64_t heading)
{
    size_t size = heading >> 32;
    switch ((uint32_t)heading) {
    case SQLITE_INTEGER:
    case SQLITE_FLOAT:
        return 2;
    case SQLITE_TEXT:
        return 2 + size / WORD_BYTES;
    case SQLITE_BLOB:
        return 1 + size / WORD_BYTES + (size % WORD_BYTES != 0);
    case SQLITE_NULL:
        return 1;
    default:
        return 0;
    }
}

/* Whether consumers can go by the heading: sizes are ints to them, and texts end with a zero byte. */
static inline bool
value_is_sound(const sqlite3_value *value)
{
    uint32_t size = value_size(value);
    return size <= INT32_MAX && (value_type(value) != SQLITE_TEXT || value_bytes(value)[size] == '\0');
}

/* Finds the next values, and sets `*next` behind them. Nothing that the component wrote is taken on trust: false when
   they are not there. */
static inline bool
values_find(const uint64_t **next, const uint64_t *end, sqlite3_value *values, size_t count)
{
    const uint64_t *at = *next;
    for (size_t i = 0; i < count; i++) {
        size_t length = at < end ? value_length(*at) : 0;
        if (length == 0 || length > (size_t)(end - at)) {
            return false;
        }
        values[i].words = at;
        if (!value_is_sound(&values[i])) {
            return false;
        }
        at += length;
    }
    *next = at;
    return true;
}

/* Frees what conversions left. */
static void
values_free_texts(sqlite3_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(values[i].text);
        values[i].text = NULL;
    }
}

static char *
value_integer_text(const sqlite3_value *value)
{
    char digits[24];
    int size = snprintf(digits, sizeof(digits), "%" PRId64, (int64_t)value->words[1]);
    return text_copy(digits, (size_t)size);
}

static char *
value_float_text(const sqlite3_value *value)
{
    sqlite_import_string_t text;
    if (!room_ready()) {
        return NULL;
    }
    sqlite_component_database_format_float(value_float(value), &text);
    return text_keep(&text);
}

static char *
value_make_text(const sqlite3_value *value)
{
    switch (value_type(value)) {
    case SQLITE_INTEGER:
        return value_integer_text(value);
    case SQLITE_FLOAT:
        return value_float_text(value);
    default:
        return text_copy(value_bytes(value), value_size(value));
    }
}

/* The value as text; NULL when it is null or there is no memory. */
static const char *
value_text(sqlite3_value *value)
{
    uint32_t type = value_type(value);
    if (type == SQLITE_TEXT) {
        return value_bytes(value);
    }
    if (type != SQLITE_NULL && value->text == NULL) {
        value->text = value_make_text(value);
    }
    return value->text;
}

/* As SQLite casts: towards zero, and no further than the type reaches. */
static int64_t
value_truncate(double number)
{
    if (number <= -0x1p63) {
        return INT64_MIN;
    }
    return number >= 0x1p63 ? INT64_MAX : (int64_t)number;
}

int
sqlite3_value_type(sqlite3_value *value)
{
    return (int)value_type(value);
}

sqlite3_int64
sqlite3_value_int64(sqlite3_value *value)
{
    switch (value_type(value)) {
    case SQLITE_INTEGER:
        return (int64_t)value->words[1];
    case SQLITE_FLOAT:
        return value_truncate(value_float(value));
    case SQLITE_TEXT:
        return strtoll(value_bytes(value), NULL, 10);
    default:
        return 0;
    }
}

double
sqlite3_value_double(sqlite3_value *value)
{
    switch (value_type(value)) {
    case SQLITE_INTEGER:
        return (double)(int64_t)value->words[1];
    case SQLITE_FLOAT:
        return value_float(value);
    case SQLITE_TEXT:
        return strtod(value_bytes(value), NULL);
    default:
        return 0;
    }
}

const unsigned char *
sqlite3_value_text(sqlite3_value *value)
{
    return (const unsigned char *)value_text(value);
}

const void *
sqlite3_value_blob(sqlite3_value *value)
{
    uint32_t type = value_type(value);
    if (type != SQLITE_BLOB && type != SQLITE_TEXT) {
        return value_text(value);
    }
    return value_size(value) > 0 ? value_bytes(value) : NULL;
}

int
sqlite3_value_bytes(sqlite3_value *value)
{
    uint32_t type = value_type(value);
    if (type == SQLITE_BLOB || type == SQLITE_TEXT) {
        return (int)value_size(value);
    }
    const char *text = value_text(value);
    return text == NULL ? 0 : (int)strlen(text);
}

#endif
