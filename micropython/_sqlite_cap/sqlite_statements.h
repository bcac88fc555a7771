// What connections and statements are made of, how long statements live, and how they run.
//
// A statement is the client's and malloc's, where the collector does not look. A connection has two lists of them:
// those that its cursors use, and some that are kept for the next time their SQL is executed. The collector sweeps a
// connection and its cursors in any order. So a connection that goes, or is closed, unmakes all of its statements, and
// leaves those in use to their cursors as shells; a cursor that goes gives its statement back, or frees the shell.

#ifndef MICROPY_INCLUDED_SQLITE_STATEMENTS_H
#define MICROPY_INCLUDED_SQLITE_STATEMENTS_H

#include <stdlib.h>

#include "py/gc.h"
#include "sqlite_errors.h"

// How many statements a connection keeps that nobody uses, and how large their parameters may have been.
#define SQLITE_IDLE_MOST (32)
#define SQLITE_IDLE_BYTES (16384)

typedef struct _sqlite_statement_t {
    struct _sqlite_statement_t *next;
    struct _sqlite_statement_t **link; // what points here
    struct _sqlite_connection_t *connection; // NULL when that is closed
    sqlite3_stmt *stmt; // NULL as well when the text has no statement
    bool is_dml;
    size_t bound; // bytes of its largest parameter so far
    size_t length;
    char sql[];
} sqlite_statement_t;

typedef struct _sqlite_connection_t {
    mp_obj_base_t base;
    sqlite3 *db; // NULL when it is closed
    unsigned busy; // calls under way that need it open
    sqlite_statement_t *used;
    sqlite_statement_t *idle; // the last used first
    size_t idle_count;
    struct _sqlite_function_t *functions;
    qstr isolation_level; // MP_QSTRnull for None
    mp_obj_t row_factory;
    mp_obj_t raised; // by a function that SQL called; MP_OBJ_NULL when there is nothing
} sqlite_connection_t;

// What objects of the collector's have behind them in other memory. When there is much more of it than there was after
// the last collection, it is time for another one, however much room the collector's own heap has.
typedef struct {
    size_t count;
    size_t limit;
} sqlite_live_t;

#define SQLITE_LIVE_AT_LEAST (64)

static sqlite_live_t sqlite_live_connections = {.limit = SQLITE_LIVE_AT_LEAST};
static sqlite_live_t sqlite_live_statements = {.limit = SQLITE_LIVE_AT_LEAST}; // those in use

static void sqlite_live_make_room(sqlite_live_t *live) {
    if (live->count >= live->limit) {
        gc_collect();
        live->limit = live->count * 2 + SQLITE_LIVE_AT_LEAST;
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Failures.

static void sqlite_check_open(const sqlite_connection_t *self) {
    if (self->db == NULL) {
        sqlite_raise_programming_error(MP_ERROR_TEXT("Cannot operate on a closed database."));
    }
}

// Raises what the last call failed with: what a function that it called raised, if there is that.
static MP_NORETURN void sqlite_raise_last(sqlite_connection_t *self) {
    mp_obj_t raised = self->raised;
    self->raised = MP_OBJ_NULL;
    if (raised != MP_OBJ_NULL) {
        nlr_raise(raised);
    }
    if (sqlite3_errcode(self->db) == SQLITE_OK) {
        sqlite_raise_code(SQLITE_MISUSE);
    }
    nlr_raise(sqlite_error_new(sqlite3_extended_errcode(self->db), sqlite3_errmsg(self->db)));
}

// ---------------------------------------------------------------------------------------------------------------------
// The lists.

static void sqlite_statement_link(sqlite_statement_t *self, sqlite_statement_t **list) {
    self->next = *list;
    self->link = list;
    if (self->next != NULL) {
        self->next->link = &self->next;
    }
    *list = self;
}

static void sqlite_statement_unlink(sqlite_statement_t *self) {
    *self->link = self->next;
    if (self->next != NULL) {
        self->next->link = self->link;
    }
}

static void sqlite_statement_use(sqlite_statement_t *self) {
    sqlite_statement_link(self, &self->connection->used);
    sqlite_live_statements.count++;
}

static void sqlite_statement_free(sqlite_statement_t *self) {
    sqlite3_finalize(self->stmt);
    free(self);
}

static sqlite_statement_t *sqlite_statement_find_idle(sqlite_connection_t *connection, const char *sql, size_t length) {
    for (sqlite_statement_t *idle = connection->idle; idle != NULL; idle = idle->next) {
        if (idle->length == length && memcmp(idle->sql, sql, length) == 0) {
            return idle;
        }
    }
    return NULL;
}

static void sqlite_statement_keep(sqlite_statement_t *self) {
    sqlite_connection_t *connection = self->connection;
    sqlite_statement_link(self, &connection->idle);
    connection->idle_count++;
    if (connection->idle_count > SQLITE_IDLE_MOST) {
        sqlite_statement_t *oldest = self;
        while (oldest->next != NULL) {
            oldest = oldest->next;
        }
        sqlite_statement_unlink(oldest);
        connection->idle_count--;
        sqlite_statement_free(oldest);
    }
}

// Ends the use of a statement, whatever became of its connection.
static void sqlite_statement_leave(sqlite_statement_t *self) {
    if (self->connection == NULL) {
        free(self);
        return;
    }
    sqlite_live_statements.count--;
    sqlite_statement_unlink(self);
    sqlite3_reset(self->stmt);
    if (self->stmt == NULL || self->bound > SQLITE_IDLE_BYTES) {
        sqlite_statement_free(self);
    } else {
        sqlite_statement_keep(self);
    }
}

// Unmakes all statements of a connection, which are not running.
static void sqlite_statements_close(sqlite_connection_t *connection) {
    while (connection->idle != NULL) {
        sqlite_statement_t *idle = connection->idle;
        sqlite_statement_unlink(idle);
        sqlite_statement_free(idle);
    }
    connection->idle_count = 0;
    while (connection->used != NULL) {
        sqlite_statement_t *used = connection->used;
        sqlite_statement_unlink(used);
        sqlite_live_statements.count--;
        sqlite3_finalize(used->stmt);
        used->stmt = NULL;
        used->connection = NULL;
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Making a statement.

// The text from where it is neither space nor comment.
static const char *sqlite_skip_space(const char *sql) {
    for (;;) {
        const char *end = NULL;
        if (strncmp(sql, "--", 2) == 0) {
            end = strchr(sql, '\n');
        } else if (strncmp(sql, "/*", 2) == 0) {
            end = strstr(sql + 2, "*/");
            end = end == NULL ? NULL : end + 1;
        } else if (*sql != '\0' && strchr(" \t\f\n\r", *sql) != NULL) {
            end = sql;
        } else {
            return sql;
        }
        if (end == NULL) {
            return sql + strlen(sql);
        }
        sql = end + 1;
    }
}

static bool sqlite_begins_with(const char *sql, const char *word) {
    while (*word != '\0' && (*sql | 0x20) == *word) {
        sql++;
        word++;
    }
    return *word == '\0';
}

// Whether it changes rows, by its first word.
static bool sqlite_is_dml(const char *sql) {
    sql = sqlite_skip_space(sql);
    return sqlite_begins_with(sql, "insert") || sqlite_begins_with(sql, "update") || sqlite_begins_with(sql, "delete")
           || sqlite_begins_with(sql, "replace");
}

static sqlite_statement_t *sqlite_statement_new(sqlite_connection_t *connection, const char *sql, size_t length) {
    if (length > (size_t)sqlite3_limit(connection->db, SQLITE_LIMIT_SQL_LENGTH, -1)) {
        mp_raise_msg(&sqlite_type_DataError, MP_ERROR_TEXT("query string is too large"));
    }
    if (strlen(sql) != length) {
        sqlite_raise_programming_error(MP_ERROR_TEXT("the query contains a null character"));
    }
    sqlite3_stmt *stmt;
    const char *tail;
    if (sqlite3_prepare_v2(connection->db, sql, (int)length + 1, &stmt, &tail) != SQLITE_OK) {
        sqlite_raise_last(connection);
    }
    if (*sqlite_skip_space(tail) != '\0') {
        sqlite3_finalize(stmt);
        sqlite_raise_programming_error(MP_ERROR_TEXT("You can only execute one statement at a time."));
    }
    sqlite_statement_t *self = malloc(sizeof(*self) + length);
    if (self == NULL) {
        sqlite3_finalize(stmt);
        m_malloc_fail(length);
    }
    *self = (sqlite_statement_t) {
        .connection = connection, .stmt = stmt, .is_dml = sqlite_is_dml(sql), .length = length
    };
    memcpy(self->sql, sql, length);
    return self;
}

// A statement that is in use from now on.
static sqlite_statement_t *sqlite_statement_open(sqlite_connection_t *connection, const char *sql, size_t length) {
    // Before the statement is looked for, since finalisers keep and drop some.
    sqlite_live_make_room(&sqlite_live_statements);
    sqlite_statement_t *self = sqlite_statement_find_idle(connection, sql, length);
    if (self != NULL) {
        sqlite_statement_unlink(self);
        connection->idle_count--;
    } else {
        self = sqlite_statement_new(connection, sql, length);
    }
    sqlite_statement_use(self);
    return self;
}

// ---------------------------------------------------------------------------------------------------------------------
// Running.

// Makes a step. Functions in Python may be called, which may do anything here, but not close the connection.
static int sqlite_step(sqlite_connection_t *connection, sqlite3_stmt *stmt) {
    connection->raised = MP_OBJ_NULL;
    connection->busy++;
    int code = sqlite3_step(stmt);
    connection->busy--;
    return code;
}

// Runs a statement that has no rows to tell.
static void sqlite_run(sqlite_connection_t *self, const char *sql) {
    sqlite_statement_t *statement = sqlite_statement_open(self, sql, strlen(sql));
    sqlite_step(self, statement->stmt);
    int code = sqlite3_reset(statement->stmt);
    sqlite_statement_leave(statement);
    if (code != SQLITE_OK) {
        sqlite_raise_last(self);
    }
}

static void sqlite_commit(sqlite_connection_t *self) {
    if (!sqlite3_get_autocommit(self->db)) {
        sqlite_run(self, "COMMIT");
    }
}

static void sqlite_rollback(sqlite_connection_t *self) {
    if (!sqlite3_get_autocommit(self->db)) {
        sqlite_run(self, "ROLLBACK");
    }
}

#endif
