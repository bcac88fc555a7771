/* Opening and closing connections, and what is set for one as a whole. */

#ifndef CLIENT_OPENING_H
#define CLIENT_OPENING_H

#include <limits.h>
#include <stdarg.h>
#include <unistd.h>

#include "errors.h"

#ifndef PATH_MAX
#define PATH_MAX 4096
#endif

/* Tells the component where names of files start, when that is not where they did. It is the same for all connections,
   which share the instance. */
static void
tell_directory(void)
{
    static char *told;
    char directory[PATH_MAX];
    if (getcwd(directory, sizeof(directory)) == NULL || strcmp(directory, told == NULL ? "/" : told) == 0) {
        return;
    }
    size_t size = strlen(directory);
    char *copy = text_is_utf8(directory, size) ? text_copy(directory, size) : NULL;
    if (copy == NULL) {
        return;
    }
    sqlite_import_string_t path = text_lend(copy, size);
    sqlite_component_database_set_directory(&path);
    free(told);
    told = copy;
}

static sqlite3 *
connection_new(void)
{
    sqlite3 *db = calloc(1, sizeof(*db));
    if (db == NULL) {
        return NULL;
    }
    db->holders = 1;
    db->state.autocommit = true;
    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        db->limits[i] = LIMIT_UNKNOWN;
    }
    return db;
}

static int
connection_open(sqlite3 *db, const char *filename, int flags)
{
    size_t size = strlen(filename);
    if (!text_is_name(filename, size)) {
        return error_set(db, SQLITE_CANTOPEN);
    }
    if (!room_ready()) {
        return error_set(db, SQLITE_NOMEM);
    }
    tell_directory();
    sqlite_import_string_t name = text_lend(filename, size);
    sqlite_component_database_failure_t failure;
    db->open = sqlite_component_database_static_connection_open(&name, flags, &db->handle, &failure);
    return db->open ? SQLITE_OK : error_take(db, &failure);
}

int
sqlite3_open_v2(const char *filename, sqlite3 **db, int flags, const char *vfs)
{
    *db = connection_new();
    if (*db == NULL) {
        return SQLITE_NOMEM;
    }
    if (vfs != NULL) {
        return error_say(*db, SQLITE_ERROR, "no such vfs");
    }
    return primary_code(connection_open(*db, filename == NULL ? "" : filename, flags));
}

/* What still holds the connection gets no questions for the consumer any more, but to end aggregations. */
int
sqlite3_close_v2(sqlite3 *db)
{
    if (db != NULL) {
        db->authorize = NULL;
        db->progress = NULL;
        db->trace = NULL;
        connection_release(db);
    }
    return SQLITE_OK;
}

int
sqlite3_close(sqlite3 *db)
{
    if (db != NULL && db->holders > 1) {
        return error_say(db, SQLITE_BUSY, "unable to close due to unfinalized statements or unfinished backups");
    }
    return sqlite3_close_v2(db);
}

int
sqlite3_busy_timeout(sqlite3 *db, int milliseconds)
{
    if (!connection_is_open(db)) {
        return SQLITE_MISUSE;
    }
    sqlite_component_database_method_connection_set_busy_timeout(connection_borrow(db), milliseconds);
    return SQLITE_OK;
}

/* Rows that are here already end as well: `interrupts` tells the statements. */
void
sqlite3_interrupt(sqlite3 *db)
{
    if (connection_is_open(db)) {
        db->interrupts++;
        sqlite_component_database_method_connection_interrupt(connection_borrow(db));
    }
}

/* What was set may be more than SQLite allows, so it is asked for again. */
int
sqlite3_limit(sqlite3 *db, int category, int value)
{
    if (!connection_is_open(db) || category < 0 || category >= LIMIT_COUNT) {
        return LIMIT_UNKNOWN;
    }
    int *known = &db->limits[category];
    if (value >= 0 || *known == LIMIT_UNKNOWN) {
        int before = sqlite_component_database_method_connection_limit(connection_borrow(db), category, value);
        *known = value >= 0 ? LIMIT_UNKNOWN : before;
        return before;
    }
    return *known;
}

/* Of an option that is on or off, the arguments are the value, which may be negative, and where it goes. */
int
sqlite3_db_config(sqlite3 *db, int option, ...)
{
    if (!connection_is_open(db)) {
        return SQLITE_MISUSE;
    }
    va_list arguments;
    va_start(arguments, option);
    int value = va_arg(arguments, int), now = 0, *result = va_arg(arguments, int *);
    va_end(arguments);
    if (!room_ready()) {
        return error_set(db, SQLITE_NOMEM);
    }
    sqlite_component_database_failure_t failure;
    if (!sqlite_component_database_method_connection_configure(connection_borrow(db), option, value, &now, &failure)) {
        return primary_code(error_take(db, &failure));
    }
    if (result != NULL) {
        *result = now;
    }
    return SQLITE_OK;
}

#endif
