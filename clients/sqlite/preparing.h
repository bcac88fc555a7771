/* Making statements of SQL, and unmaking them. */

#ifndef CLIENT_PREPARING_H
#define CLIENT_PREPARING_H

#include "opening.h"
#include "running.h"

/* How much of a long text, in bytes, is sent at first: a script is compiled statement by statement, and would cross as
   a whole with each. It grows when the statement turns out to be longer. */
#define FIRST_WINDOW 4096
#define WINDOW_GROWTH 4
#define WHOLE_TEXT (SIZE_MAX - 1)

typedef sqlite_component_database_prepared_t Prepared;

static int
prepare_text(sqlite3 *db, const char *sql, size_t size, Prepared *prepared)
{
    if (!text_is_utf8(sql, size)) {
        return error_say(db, SQLITE_ERROR, "the SQL is not UTF-8");
    }
    if (!room_ready() || !room_over_there(size)) {
        return error_set(db, SQLITE_NOMEM);
    }
    sqlite_import_string_t text = text_lend(sql, size);
    sqlite_component_database_stop_t stop;
    bool compiled;
    do {
        compiled = sqlite_component_database_method_connection_prepare(connection_borrow(db), &text, prepared, &stop);
        text.len = 0;
    } while (!compiled && stop_answered(db, &stop));
    return compiled ? error_set(db, SQLITE_OK) : db->code;
}

static void
prepared_drop(Prepared *prepared)
{
    if (prepared->statement.is_some) {
        sqlite_component_database_option_description_free(&prepared->statement.val.f1);
        sqlite_component_database_statement_drop_own(prepared->statement.val.f0);
    }
}

/* The length of as much of the text as fits, not cutting a character in two. */
static size_t
window_cut(const char *sql, size_t window)
{
    while (window > 0 && ((uint8_t)sql[window] & 0xC0) == 0x80) {
        window--;
    }
    return window;
}

/* Compiles the first statement of a text that ends with a zero byte, or after `most` bytes. When a window ends in the
   middle of the statement, what SQLite sees of that is wrong, or has nothing behind it. */
static int
prepare_first(sqlite3 *db, const char *sql, size_t most, Prepared *prepared)
{
    /* The consumer's hooks are to be called once for a statement, so there is one try. */
    bool once = db->authorize != NULL || db->progress != NULL;
    size_t window = once ? WHOLE_TEXT : FIRST_WINDOW;
    for (;;) {
        size_t size = strnlen(sql, window < most ? window + 1 : most);
        bool whole = size <= window;
        size = whole ? size : window_cut(sql, window);
        int code = prepare_text(db, sql, size, prepared);
        bool cut_short = code == SQLITE_OK ? prepared->tail >= size : primary_code(code) == SQLITE_ERROR;
        if (whole || !cut_short) {
            return code;
        }
        if (code == SQLITE_OK) {
            prepared_drop(prepared);
        }
        window = window < SIZE_MAX / WINDOW_GROWTH ? window * WINDOW_GROWTH : WHOLE_TEXT;
    }
}

/* Frees what is on this side, and on the other. */
static void
statement_free(sqlite3_stmt *stmt)
{
    sqlite3 *db = stmt->db;
    rows_close(&stmt->rows, stmt->names.columns);
    parameters_close(&stmt->parameters, stmt->parameters.all == NULL ? 0 : stmt->names.parameters);
    free(stmt->names.texts);
    sqlite_component_database_statement_drop_own(stmt->handle);
    free(stmt);
    connection_release(db);
}

/* Takes what was prepared over. NULL when there is no memory. */
static sqlite3_stmt *
statement_new(sqlite3 *db, Prepared *prepared)
{
    sqlite3_stmt *stmt = calloc(1, sizeof(*stmt));
    if (stmt == NULL) {
        prepared_drop(prepared);
        return NULL;
    }
    sqlite_component_database_option_description_t *description = &prepared->statement.val.f1;
    stmt->db = db;
    stmt->handle = prepared->statement.val.f0;
    connection_hold(db);
    bool made = (description->is_some || statement_describe(stmt, description))
        && statement_learn(stmt, &description->val)
        && parameters_open(&stmt->parameters, stmt->names.parameters);
    sqlite_component_database_option_description_free(description);
    if (!made) {
        statement_free(stmt);
        return NULL;
    }
    return stmt;
}

/* Text without a statement, such as a comment, makes NULL. */
static int
prepare_statement(sqlite3 *db, const char *sql, size_t most, sqlite3_stmt **stmt, const char **tail)
{
    Prepared prepared;
    int code = prepare_first(db, sql, most, &prepared);
    if (code != SQLITE_OK) {
        return code;
    }
    if (tail != NULL) {
        size_t size = strnlen(sql, most < prepared.tail ? most : prepared.tail);
        *tail = sql + size;
    }
    if (prepared.statement.is_some) {
        *stmt = statement_new(db, &prepared);
        return *stmt == NULL ? error_set(db, SQLITE_NOMEM) : SQLITE_OK;
    }
    return SQLITE_OK;
}

int
sqlite3_prepare_v2(sqlite3 *db, const char *sql, int size, sqlite3_stmt **stmt, const char **tail)
{
    *stmt = NULL;
    if (tail != NULL) {
        *tail = sql;
    }
    if (!connection_is_open(db)) {
        return SQLITE_MISUSE;
    }
    tell_directory();
    connection_hold(db);
    int code = prepare_statement(db, sql, size < 0 ? SIZE_MAX : (size_t)size, stmt, tail);
    connection_release(db);
    return primary_code(code);
}

int
sqlite3_finalize(sqlite3_stmt *stmt)
{
    if (stmt == NULL) {
        return SQLITE_OK;
    }
    if (!statement_is_free(stmt)) {
        return SQLITE_MISUSE;
    }
    int code = statement_end(stmt);
    statement_free(stmt);
    return code;
}

/* Runs a statement to its end, and unmakes it. */
static int
run_out(sqlite3_stmt *stmt)
{
    int code;
    do {
        code = sqlite3_step(stmt);
    } while (code == SQLITE_ROW);
    return sqlite3_finalize(stmt);
}

int
sqlite3_exec(sqlite3 *db, const char *sql, int (*callback)(void *, int, char **, char **), void *data, char **message)
{
    (void)data;
    if (callback != NULL || message != NULL) {
        return SQLITE_MISUSE;
    }
    int code = SQLITE_OK;
    while (code == SQLITE_OK && *sql != '\0') {
        sqlite3_stmt *stmt;
        code = sqlite3_prepare_v2(db, sql, -1, &stmt, &sql);
        if (code == SQLITE_OK && stmt != NULL) {
            code = run_out(stmt);
        }
    }
    return code;
}

#endif
