/* What the library tells of itself, and does without a connection. */

#ifndef CLIENT_LIBRARY_H
#define CLIENT_LIBRARY_H

#include <strings.h>
#include <time.h>

#include "values.h"

/* The most that sqlite3_malloc64() gives, in bytes: as SQLite's manual says, but for what makes a word whole. */
#define MOST_MEMORY 0x7FFFFF00

int
sqlite3_initialize(void)
{
    return SQLITE_OK;
}

int
sqlite3_shutdown(void)
{
    return SQLITE_OK;
}

int
sqlite3_threadsafe(void)
{
    return 1;
}

const char *
sqlite3_libversion(void)
{
    static char *version;
    if (version == NULL && room_ready()) {
        sqlite_import_string_t text;
        sqlite_component_database_version(&text);
        version = text_keep(&text);
    }
    return version == NULL ? "" : version;
}

/* A thousand of the last part make one of the middle one, and a thousand of those one of the first. */
int
sqlite3_libversion_number(void)
{
    int first = 0, middle = 0, last = 0;
    sscanf(sqlite3_libversion(), "%d.%d.%d", &first, &middle, &last);
    return first * 1000000 + middle * 1000 + last;
}

int
sqlite3_complete(const char *sql)
{
    size_t size = strlen(sql);
    if (!text_is_utf8(sql, size) || !room_over_there(size)) {
        return 0;
    }
    sqlite_import_string_t text = text_lend(sql, size);
    return sqlite_component_database_is_complete(&text);
}

int
sqlite3_stricmp(const char *left, const char *right)
{
    for (; *left != '\0' || *right != '\0'; left++, right++) {
        int one = *left >= 'A' && *left <= 'Z' ? *left + ('a' - 'A') : (unsigned char)*left;
        int other = *right >= 'A' && *right <= 'Z' ? *right + ('a' - 'A') : (unsigned char)*right;
        if (one != other) {
            return one - other;
        }
    }
    return 0;
}

int
sqlite3_sleep(int milliseconds)
{
    int wait = milliseconds < 0 ? 0 : milliseconds;
    struct timespec time = {.tv_sec = wait / 1000, .tv_nsec = wait % 1000 * 1000000L};
    nanosleep(&time, NULL);
    return wait;
}

/* Whole words, so that sqlite3_deserialize() can hand them on as such. */
void *
sqlite3_malloc64(sqlite3_uint64 size)
{
    if (size == 0 || size > MOST_MEMORY) {
        return NULL;
    }
    return malloc(((size_t)size + WORD_BYTES - 1) / WORD_BYTES * WORD_BYTES);
}

void
sqlite3_free(void *memory)
{
    free(memory);
}

#endif
