/* What a statement is made of, and what is known of it before it runs. */

#ifndef CLIENT_STATEMENTS_H
#define CLIENT_STATEMENTS_H

#include "contents.h"
#include "errors.h"

/* Names, as the consumer takes them: those of the columns, the declared types of the columns, the parameters'. NULL for
   what there is none of. */
typedef struct {
    char **texts; /* one block, with the texts behind the pointers */
    size_t columns;
    size_t parameters;
} Names;

/* The rows at hand, as the component packed them, and which of them it is. */
typedef struct {
    uint64_t *words;
    size_t length;
    const uint64_t *next;  /* behind the row, among the words */
    uint32_t left;         /* rows behind it */
    bool last;             /* whether there are none behind those */
    bool current;          /* whether there is a row */
    bool converted;        /* whether one of its cells may have a text of its own */
    sqlite3_value *cells;  /* of the row; as many as there are columns */
} Rows;

/* Values for the parameters. */
typedef struct {
    Content *all; /* as many as there are parameters */
    bool changed; /* since they were sent */
    uint64_t *words;
    size_t room; /* in words */
} Parameters;

typedef enum {
    STATEMENT_READY,   /* it was reset */
    STATEMENT_RUNNING, /* between its first row and its end, or in the middle of a step */
    STATEMENT_ENDED,   /* it is done or failed, and the consumer did not reset it yet */
} Phase;

struct sqlite3_stmt {
    sqlite3 *db;
    sqlite_component_database_own_statement_t handle;
    Phase phase;
    bool calling;        /* whether the component is at it, so that nobody else may be */
    bool read_only;
    int failure;         /* what its run ended with */
    unsigned interrupts; /* how many there had been when it started */
    uint32_t most_rows;  /* of the next batch */
    Names names;
    Rows rows;
    Parameters parameters;
    const char *traced;   /* its text, when it is none of the component's but one for a trace */
    const char *expanded; /* the same with the parameters put in; NULL when that is too long */
};

static inline sqlite_component_database_borrow_statement_t
statement_borrow(const sqlite3_stmt *stmt)
{
    return sqlite_component_database_borrow_statement(stmt->handle);
}

/* Whether it may be used now. */
static inline bool
statement_is_free(const sqlite3_stmt *stmt)
{
    return stmt != NULL && !stmt->calling && stmt->traced == NULL;
}

/* Puts a text at the end of the block; returns where the next one goes. */
static char *
names_add(char **name, char *end, const sqlite_import_string_t *text)
{
    *name = end;
    if (text->len > 0) {
        memcpy(end, text->ptr, text->len);
    }
    end[text->len] = '\0';
    return end + text->len + 1;
}

static char *
names_add_option(char **name, char *end, const sqlite_import_option_string_t *text)
{
    *name = NULL;
    return text->is_some ? names_add(name, end, &text->val) : end;
}

/* In bytes, with the zero bytes. */
static size_t
names_size(const sqlite_component_database_description_t *description)
{
    size_t size = 0;
    for (size_t i = 0; i < description->columns.len; i++) {
        const sqlite_component_database_column_t *column = &description->columns.ptr[i];
        size += column->name.len + 1 + (column->declared.is_some ? column->declared.val.len + 1 : 0);
    }
    for (size_t i = 0; i < description->parameters.len; i++) {
        const sqlite_import_option_string_t *parameter = &description->parameters.ptr[i];
        size += parameter->is_some ? parameter->val.len + 1 : 0;
    }
    return size;
}

/* False when there is no memory. */
static bool
names_read(Names *names, const sqlite_component_database_description_t *description)
{
    size_t columns = description->columns.len, parameters = description->parameters.len;
    size_t count = columns * 2 + parameters;
    char **texts = malloc(count * sizeof(char *) + names_size(description) + 1);
    if (texts == NULL) {
        return false;
    }
    char *end = (char *)(texts + count);
    for (size_t i = 0; i < columns; i++) {
        end = names_add(&texts[i], end, &description->columns.ptr[i].name);
        end = names_add_option(&texts[columns + i], end, &description->columns.ptr[i].declared);
    }
    for (size_t i = 0; i < parameters; i++) {
        end = names_add_option(&texts[columns * 2 + i], end, &description->parameters.ptr[i]);
    }
    *names = (Names){.texts = texts, .columns = columns, .parameters = parameters};
    return true;
}

sqlite3 *
sqlite3_db_handle(sqlite3_stmt *stmt)
{
    return stmt == NULL ? NULL : stmt->db;
}

int
sqlite3_stmt_busy(sqlite3_stmt *stmt)
{
    return stmt != NULL && stmt->phase == STATEMENT_RUNNING;
}

int
sqlite3_stmt_readonly(sqlite3_stmt *stmt)
{
    return stmt == NULL || stmt->read_only;
}

const char *
sqlite3_sql(sqlite3_stmt *stmt)
{
    return stmt == NULL ? NULL : stmt->traced;
}

char *
sqlite3_expanded_sql(sqlite3_stmt *stmt)
{
    if (stmt == NULL || stmt->expanded == NULL) {
        return NULL;
    }
    char *copy = text_copy(stmt->expanded, strlen(stmt->expanded));
    if (copy == NULL) {
        error_set(stmt->db, SQLITE_NOMEM);
    }
    return copy;
}

int
sqlite3_column_count(sqlite3_stmt *stmt)
{
    return stmt == NULL ? 0 : (int)stmt->names.columns;
}

static const char *
column_text_at(const sqlite3_stmt *stmt, int column, size_t offset)
{
    bool known = stmt != NULL && column >= 0 && (size_t)column < stmt->names.columns;
    return known ? stmt->names.texts[offset + (size_t)column] : NULL;
}

const char *
sqlite3_column_name(sqlite3_stmt *stmt, int column)
{
    return column_text_at(stmt, column, 0);
}

const char *
sqlite3_column_decltype(sqlite3_stmt *stmt, int column)
{
    return column_text_at(stmt, column, stmt == NULL ? 0 : stmt->names.columns);
}

#endif
