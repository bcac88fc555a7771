/* The result of a connection's last call: a code, and what there is to say to it. */

#ifndef CLIENT_ERRORS_H
#define CLIENT_ERRORS_H

#include "connections.h"

/* What the functions return, of a code that may be extended. */
static inline int
primary_code(int code)
{
    return code & 0xFF;
}

/* Leaves the message as it is, as SQLite does where it only notes how far a statement is. */
static inline void
error_note(sqlite3 *db, int code)
{
    db->code = code;
}

/* Returns the code, extended. */
static int
error_set(sqlite3 *db, int code)
{
    db->code = code;
    free(db->message);
    db->message = NULL;
    return code;
}

static int
error_say(sqlite3 *db, int code, const char *message)
{
    error_set(db, code);
    db->message = text_copy(message, strlen(message));
    return code;
}

/* A component must not pass its failures off as something else. */
static int
error_code(int code)
{
    bool sound = primary_code(code) != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE;
    return sound ? code : SQLITE_ERROR;
}

/* Each meaning is asked for once. SQLite's depend on the primary code but for one. */
const char *
sqlite3_errstr(int code)
{
    static char *meanings[257];
    char **meaning = &meanings[code == SQLITE_ABORT_ROLLBACK ? 256 : primary_code(code)];
    if (*meaning == NULL && room_ready()) {
        sqlite_import_string_t text;
        sqlite_component_database_describe_code(code, &text);
        *meaning = text_keep(&text);
    }
    return *meaning == NULL ? "out of memory" : *meaning;
}

/* Takes the failure over. A message that the code means anyway is none, so that a later code is not taken for it. */
static int
error_take(sqlite3 *db, sqlite_component_database_failure_t *failure)
{
    error_set(db, error_code(failure->code));
    char *message = text_keep(&failure->message);
    if (message != NULL && strcmp(message, sqlite3_errstr(db->code)) == 0) {
        free(message);
        message = NULL;
    }
    db->message = message;
    connection_set_state(db, &failure->state);
    return db->code;
}

/* Without a connection, there was no memory for one. */
int
sqlite3_extended_errcode(sqlite3 *db)
{
    return db == NULL ? SQLITE_NOMEM : db->code;
}

int
sqlite3_errcode(sqlite3 *db)
{
    return primary_code(sqlite3_extended_errcode(db));
}

const char *
sqlite3_errmsg(sqlite3 *db)
{
    return db != NULL && db->code != SQLITE_OK && db->message != NULL
        ? db->message
        : sqlite3_errstr(sqlite3_extended_errcode(db));
}

#endif
