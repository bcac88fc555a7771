/* Copying one database over another, some pages at a time. Errors are those of the connection that is written to. */

#ifndef CLIENT_BACKUPS_H
#define CLIENT_BACKUPS_H

#include "errors.h"

struct sqlite3_backup {
    sqlite3 *to;
    sqlite3 *from;
    sqlite_component_database_own_backup_t handle;
    int remaining;
    int page_count;
};

static inline sqlite_component_database_borrow_backup_t
backup_borrow(const sqlite3_backup *backup)
{
    return sqlite_component_database_borrow_backup(backup->handle);
}

/* Takes the handle over. NULL when there is no memory. */
static sqlite3_backup *
backup_new(sqlite3 *to, sqlite3 *from, sqlite_component_database_own_backup_t handle)
{
    sqlite3_backup *backup = malloc(sizeof(*backup));
    if (backup == NULL) {
        sqlite_component_database_backup_drop_own(handle);
        error_set(to, SQLITE_NOMEM);
        return NULL;
    }
    *backup = (sqlite3_backup){.to = to, .from = from, .handle = handle};
    connection_hold(to);
    connection_hold(from);
    return backup;
}

sqlite3_backup *
sqlite3_backup_init(sqlite3 *to, const char *to_name, sqlite3 *from, const char *from_name)
{
    if (!connection_is_open(to) || !connection_is_open(from)) {
        return NULL;
    }
    size_t to_size = strlen(to_name), from_size = strlen(from_name);
    if (!text_is_name(to_name, to_size) || !text_is_name(from_name, from_size)) {
        error_set(to, SQLITE_MISUSE);
        return NULL;
    }
    if (!room_ready()) {
        error_set(to, SQLITE_NOMEM);
        return NULL;
    }
    sqlite_import_string_t to_text = text_lend(to_name, to_size), from_text = text_lend(from_name, from_size);
    sqlite_component_database_own_backup_t handle;
    sqlite_component_database_failure_t failure;
    if (!sqlite_component_database_method_connection_open_backup(
            connection_borrow(to), &to_text, connection_borrow(from), &from_text, &handle, &failure)) {
        error_take(to, &failure);
        return NULL;
    }
    return backup_new(to, from, handle);
}

int
sqlite3_backup_step(sqlite3_backup *backup, int pages)
{
    sqlite_component_database_backup_progress_t progress;
    sqlite_component_database_method_backup_step(backup_borrow(backup), pages, &progress);
    backup->remaining = progress.remaining;
    backup->page_count = progress.page_count;
    return progress.code;
}

int
sqlite3_backup_remaining(sqlite3_backup *backup)
{
    return backup->remaining;
}

int
sqlite3_backup_pagecount(sqlite3_backup *backup)
{
    return backup->page_count;
}

int
sqlite3_backup_finish(sqlite3_backup *backup)
{
    if (backup == NULL) {
        return SQLITE_OK;
    }
    sqlite3 *to = backup->to, *from = backup->from;
    sqlite_component_database_state_t state;
    sqlite_component_database_failure_t failure;
    bool finished = sqlite_component_database_method_backup_finish(backup_borrow(backup), &state, &failure);
    if (finished) {
        connection_set_state(to, &state);
    }
    int code = finished ? error_set(to, SQLITE_OK) : error_take(to, &failure);
    sqlite_component_database_backup_drop_own(backup->handle);
    free(backup);
    connection_release(from);
    connection_release(to);
    return code;
}

#endif
