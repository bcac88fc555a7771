/* Functions, collations and hooks of the consumer's: kept here, and announced to the component. */

#ifndef CLIENT_FUNCTIONS_H
#define CLIENT_FUNCTIONS_H

#include "requests.h"

typedef sqlite_component_database_function_kind_t FunctionKind;

/* Forgets the numbers that the component uses no longer. The consumer is told of each, and may close the connection. */
static void
drop_numbers(sqlite3 *db, sqlite_import_list_u32_t *numbers)
{
    connection_hold(db);
    for (size_t i = 0; i < numbers->len; i++) {
        registry_drop(&db->registry, numbers->ptr[i], true);
    }
    sqlite_import_list_u32_free(numbers);
    connection_release(db);
}

/* Of no kind, the function is taken away. */
static int
announce_function(sqlite3 *db, const char *name, int arguments, int flags, FunctionKind *kind, uint32_t id)
{
    sqlite_import_string_t text = text_lend(name, strlen(name));
    sqlite_import_list_u32_t unused;
    sqlite_component_database_failure_t failure;
    if (!room_ready()) {
        return error_set(db, SQLITE_NOMEM);
    }
    if (!sqlite_component_database_method_connection_create_function(connection_borrow(db), &text, arguments, flags,
                                                                     kind, id, &unused, &failure)) {
        return error_take(db, &failure);
    }
    drop_numbers(db, &unused);
    return SQLITE_OK;
}

/* As SQLite has it, what cannot become a function is destroyed. */
static int
create_function(sqlite3 *db, const char *name, int arguments, int flags, FunctionKind *kind, const Callback *callback)
{
    uint32_t id = 0;
    int code = SQLITE_OK;
    if (!connection_is_open(db) || name == NULL || !text_is_name(name, strlen(name))) {
        code = SQLITE_MISUSE;
    }
    else if (kind != NULL && !registry_add(&db->registry, callback, &id)) {
        code = error_set(db, SQLITE_NOMEM);
    }
    if (code == SQLITE_OK) {
        code = announce_function(db, name, arguments, flags, kind, id);
        if (code != SQLITE_OK && kind != NULL) {
            registry_drop(&db->registry, id, false);
        }
    }
    if (code != SQLITE_OK || kind == NULL) {
        callback_destroy(callback);
    }
    return primary_code(code);
}

int
sqlite3_create_function_v2(sqlite3 *db, const char *name, int arguments, int flags, void *data,
                           void (*call)(sqlite3_context *, int, sqlite3_value **),
                           void (*step)(sqlite3_context *, int, sqlite3_value **),
                           void (*final)(sqlite3_context *), void (*destroy)(void *))
{
    Callback callback = {.data = data, .call = call, .step = step, .final = final, .destroy = destroy};
    FunctionKind kind = call != NULL ? SQLITE_COMPONENT_DATABASE_FUNCTION_KIND_SCALAR
                                     : SQLITE_COMPONENT_DATABASE_FUNCTION_KIND_AGGREGATE;
    bool none = call == NULL && step == NULL && final == NULL;
    return create_function(db, name, arguments, flags, none ? NULL : &kind, &callback);
}

int
sqlite3_create_window_function(sqlite3 *db, const char *name, int arguments, int flags, void *data,
                               void (*step)(sqlite3_context *, int, sqlite3_value **),
                               void (*final)(sqlite3_context *), void (*value)(sqlite3_context *),
                               void (*inverse)(sqlite3_context *, int, sqlite3_value **), void (*destroy)(void *))
{
    Callback callback = {
        .data = data, .step = step, .inverse = inverse, .value = value, .final = final, .destroy = destroy,
    };
    FunctionKind kind = value != NULL || inverse != NULL ? SQLITE_COMPONENT_DATABASE_FUNCTION_KIND_WINDOW
                                                         : SQLITE_COMPONENT_DATABASE_FUNCTION_KIND_AGGREGATE;
    bool none = step == NULL && final == NULL && value == NULL && inverse == NULL;
    return create_function(db, name, arguments, flags, none ? NULL : &kind, &callback);
}

static int
announce_collation(sqlite3 *db, const char *name, uint32_t *id)
{
    sqlite_import_string_t text = text_lend(name, strlen(name));
    sqlite_import_list_u32_t unused;
    sqlite_component_database_failure_t failure;
    if (!sqlite_component_database_method_connection_create_collation(connection_borrow(db), &text, id, &unused,
                                                                      &failure)) {
        return error_take(db, &failure);
    }
    error_set(db, SQLITE_OK);
    drop_numbers(db, &unused);
    return SQLITE_OK;
}

/* Unlike a function, what cannot become a collation is not destroyed. The encoding is UTF-8 in any case. */
int
sqlite3_create_collation_v2(sqlite3 *db, const char *name, int encoding, void *data,
                            int (*compare)(void *, int, const void *, int, const void *), void (*destroy)(void *))
{
    Callback callback = {.data = data, .compare = compare, .destroy = destroy};
    uint32_t id = 0;
    if (!connection_is_open(db) || encoding != SQLITE_UTF8 || !text_is_name(name, strlen(name))) {
        return SQLITE_MISUSE;
    }
    if (compare == NULL) {
        return primary_code(announce_collation(db, name, NULL));
    }
    if (!registry_add(&db->registry, &callback, &id)) {
        return error_set(db, SQLITE_NOMEM);
    }
    int code = announce_collation(db, name, &id);
    if (code != SQLITE_OK) {
        registry_drop(&db->registry, id, false);
    }
    return primary_code(code);
}

int
sqlite3_set_authorizer(sqlite3 *db,
                       int (*authorize)(void *, int, const char *, const char *, const char *, const char *),
                       void *data)
{
    if (!connection_is_open(db)) {
        return SQLITE_MISUSE;
    }
    db->authorize = authorize;
    db->authorize_data = data;
    sqlite_component_database_method_connection_set_authorizer(connection_borrow(db), authorize != NULL);
    return SQLITE_OK;
}

void
sqlite3_progress_handler(sqlite3 *db, int instructions, int (*progress)(void *), void *data)
{
    if (!connection_is_open(db)) {
        return;
    }
    db->progress = instructions > 0 ? progress : NULL;
    db->progress_data = data;
    sqlite_component_database_method_connection_set_progress(connection_borrow(db),
                                                             db->progress == NULL ? 0 : instructions);
}

int
sqlite3_trace_v2(sqlite3 *db, unsigned mask, int (*trace)(unsigned, void *, void *, void *), void *data)
{
    if (!connection_is_open(db)) {
        return SQLITE_MISUSE;
    }
    db->trace = (mask & SQLITE_TRACE_STMT) != 0 ? trace : NULL;
    db->trace_data = data;
    sqlite_component_database_method_connection_set_trace(connection_borrow(db), db->trace != NULL);
    return SQLITE_OK;
}

#endif
