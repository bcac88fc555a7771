/* The rows of a batch, one after the other, and the cells of the row at hand. */

#ifndef CLIENT_ROWS_H
#define CLIENT_ROWS_H

#include "errors.h"
#include "statements.h"

/* What a cell is that there is not. */
static const uint64_t null_words[] = {SQLITE_NULL};

/* Cells for this many columns. False when there is no memory. */
static bool
rows_open(Rows *rows, size_t columns)
{
    free(rows->cells);
    rows->cells = calloc(columns, sizeof(*rows->cells));
    return rows->cells != NULL || columns == 0;
}

static inline void
rows_leave(Rows *rows, size_t columns)
{
    if (rows->converted) {
        values_free_texts(rows->cells, columns);
        rows->converted = false;
    }
    rows->current = false;
}

/* Gives the batch back. */
static void
rows_clear(Rows *rows, size_t columns)
{
    rows_leave(rows, columns);
    sqlite_component_database_values_t values = {.ptr = rows->words, .len = rows->length};
    sqlite_component_database_values_free(&values);
    rows->words = NULL;
    rows->length = 0;
    rows->left = 0;
}

static void
rows_close(Rows *rows, size_t columns)
{
    rows_clear(rows, columns);
    free(rows->cells);
}

/* Takes the batch's rows over. Those before were cleared. */
static void
rows_take(Rows *rows, const sqlite_component_database_batch_t *batch)
{
    rows->words = batch->values.ptr;
    rows->length = batch->values.len;
    rows->next = rows->words;
    rows->left = batch->rows;
    rows->last = batch->done;
}

/* Goes on to the next row; there must be one left. False when it is not one. */
static inline bool
rows_advance(Rows *rows, size_t columns)
{
    rows_leave(rows, columns);
    if (!values_find(&rows->next, rows->words + rows->length, rows->cells, columns)) {
        return false;
    }
    rows->left--;
    rows->current = true;
    return true;
}

int
sqlite3_data_count(sqlite3_stmt *stmt)
{
    return stmt != NULL && stmt->rows.current ? (int)stmt->names.columns : 0;
}

/* The cell, or a null when there is none, which is an error. */
static inline sqlite3_value
column_get(sqlite3_stmt *stmt, int column)
{
    if (stmt != NULL && stmt->rows.current && column >= 0 && (size_t)column < stmt->names.columns) {
        return stmt->rows.cells[column];
    }
    if (stmt != NULL) {
        error_set(stmt->db, SQLITE_RANGE);
    }
    return (sqlite3_value){.words = null_words};
}

/* After a conversion: keeps what it made with the cell, until the statement leaves the row. */
static void
column_keep(sqlite3_stmt *stmt, int column, const sqlite3_value *cell)
{
    uint32_t type = value_type(cell);
    if (cell->text != NULL) {
        stmt->rows.cells[column].text = cell->text;
        stmt->rows.converted = true;
    }
    else if (type == SQLITE_INTEGER || type == SQLITE_FLOAT) {
        error_set(stmt->db, SQLITE_NOMEM);
    }
}

int
sqlite3_column_type(sqlite3_stmt *stmt, int column)
{
    sqlite3_value cell = column_get(stmt, column);
    return sqlite3_value_type(&cell);
}

sqlite3_int64
sqlite3_column_int64(sqlite3_stmt *stmt, int column)
{
    sqlite3_value cell = column_get(stmt, column);
    return sqlite3_value_int64(&cell);
}

double
sqlite3_column_double(sqlite3_stmt *stmt, int column)
{
    sqlite3_value cell = column_get(stmt, column);
    return sqlite3_value_double(&cell);
}

const unsigned char *
sqlite3_column_text(sqlite3_stmt *stmt, int column)
{
    sqlite3_value cell = column_get(stmt, column);
    const unsigned char *text = sqlite3_value_text(&cell);
    column_keep(stmt, column, &cell);
    return text;
}

const void *
sqlite3_column_blob(sqlite3_stmt *stmt, int column)
{
    sqlite3_value cell = column_get(stmt, column);
    const void *blob = sqlite3_value_blob(&cell);
    column_keep(stmt, column, &cell);
    return blob;
}

int
sqlite3_column_bytes(sqlite3_stmt *stmt, int column)
{
    sqlite3_value cell = column_get(stmt, column);
    int size = sqlite3_value_bytes(&cell);
    column_keep(stmt, column, &cell);
    return size;
}

#endif
