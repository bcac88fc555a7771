/* Binding values to parameters: kept here, and sent with the next run when any changed. */

#ifndef CLIENT_PARAMETERS_H
#define CLIENT_PARAMETERS_H

#include "errors.h"
#include "statements.h"

/* A buffer for packed values that is larger than this, in words, is not kept for the next run. */
#define PARAMETER_ROOM_KEPT 8192

/* False when there is no memory. All are null at first. */
static bool
parameters_open(Parameters *parameters, size_t count)
{
    *parameters = (Parameters){.all = calloc(count, sizeof(Content))};
    if (parameters->all == NULL) {
        return count == 0;
    }
    for (size_t i = 0; i < count; i++) {
        content_set_null(&parameters->all[i]);
    }
    return true;
}

static void
parameters_close(Parameters *parameters, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        content_close(&parameters->all[i]);
    }
    free(parameters->all);
    free(parameters->words);
}

static bool
parameters_reserve(Parameters *parameters, size_t length)
{
    if (length <= parameters->room) {
        return true;
    }
    free(parameters->words);
    parameters->words = malloc(length * WORD_BYTES);
    parameters->room = parameters->words == NULL ? 0 : length;
    return parameters->words != NULL;
}

/* All values, one behind the other. False when there is no memory. */
static bool
parameters_pack(Parameters *parameters, size_t count, sqlite_component_database_values_t *values)
{
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        length += content_length(&parameters->all[i]);
    }
    if (!parameters_reserve(parameters, length)) {
        return false;
    }
    uint64_t *next = parameters->words;
    for (size_t i = 0; i < count; i++) {
        next = content_pack(&parameters->all[i], next);
    }
    *values = (sqlite_component_database_values_t){.ptr = parameters->words, .len = length};
    return true;
}

static inline void
parameters_sent(Parameters *parameters)
{
    parameters->changed = false;
    if (parameters->room > PARAMETER_ROOM_KEPT) {
        free(parameters->words);
        parameters->words = NULL;
        parameters->room = 0;
    }
}

/* The place for a parameter's new value, which is null so far. NULL when it cannot be bound, which `code` says. */
static Content *
parameter_open(sqlite3_stmt *stmt, int parameter, int *code)
{
    *code = SQLITE_MISUSE;
    if (!statement_is_free(stmt)) {
        return NULL;
    }
    if (stmt->phase != STATEMENT_READY) {
        error_set(stmt->db, SQLITE_MISUSE);
        return NULL;
    }
    if (parameter < 1 || (size_t)parameter > stmt->names.parameters) {
        *code = error_set(stmt->db, SQLITE_RANGE);
        return NULL;
    }
    Content *content = &stmt->parameters.all[parameter - 1];
    content_set_null(content);
    stmt->parameters.changed = true;
    error_note(stmt->db, SQLITE_OK);
    *code = SQLITE_OK;
    return content;
}

static int
parameter_set_bytes(sqlite3_stmt *stmt, int parameter, uint32_t type, const void *bytes, size_t size)
{
    int code;
    Content *content = parameter_open(stmt, parameter, &code);
    if (content == NULL || bytes == NULL) {
        return code;
    }
    if (size > (size_t)sqlite3_limit(stmt->db, SQLITE_LIMIT_LENGTH, -1)) {
        return error_set(stmt->db, SQLITE_TOOBIG);
    }
    return content_set_bytes(content, type, bytes, size) ? SQLITE_OK : error_set(stmt->db, SQLITE_NOMEM);
}

int
sqlite3_bind_parameter_count(sqlite3_stmt *stmt)
{
    return stmt == NULL ? 0 : (int)stmt->names.parameters;
}

const char *
sqlite3_bind_parameter_name(sqlite3_stmt *stmt, int parameter)
{
    bool known = stmt != NULL && parameter >= 1 && (size_t)parameter <= stmt->names.parameters;
    return known ? stmt->names.texts[stmt->names.columns * 2 + (size_t)parameter - 1] : NULL;
}

int
sqlite3_bind_null(sqlite3_stmt *stmt, int parameter)
{
    int code;
    parameter_open(stmt, parameter, &code);
    return code;
}

int
sqlite3_bind_int64(sqlite3_stmt *stmt, int parameter, sqlite3_int64 value)
{
    int code;
    Content *content = parameter_open(stmt, parameter, &code);
    if (content != NULL) {
        content_set_integer(content, value);
    }
    return code;
}

int
sqlite3_bind_double(sqlite3_stmt *stmt, int parameter, double value)
{
    int code;
    Content *content = parameter_open(stmt, parameter, &code);
    if (content != NULL) {
        content_set_float(content, value);
    }
    return code;
}

int
sqlite3_bind_text(sqlite3_stmt *stmt, int parameter, const char *text, int size, sqlite3_destructor_type destroy)
{
    size_t length = size >= 0 || text == NULL ? (size_t)size : strlen(text);
    int code = parameter_set_bytes(stmt, parameter, SQLITE_TEXT, text, length);
    destroy_copied(text, destroy);
    return code;
}

int
sqlite3_bind_blob(sqlite3_stmt *stmt, int parameter, const void *blob, int size, sqlite3_destructor_type destroy)
{
    int code = parameter_set_bytes(stmt, parameter, SQLITE_BLOB, blob, (size_t)size);
    destroy_copied(blob, destroy);
    return code;
}

#endif
