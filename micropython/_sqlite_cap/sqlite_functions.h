// Functions in Python that SQL calls.
//
// What one of them raises does not cross the client and the component: SQLite is told that the function failed, and the
// exception waits in the connection for the call that failed for it.

#ifndef MICROPY_INCLUDED_SQLITE_FUNCTIONS_H
#define MICROPY_INCLUDED_SQLITE_FUNCTIONS_H

#include "sqlite_values.h"

#define SQLITE_FEW_ARGUMENTS (8)

// The collector's, in a list of the connection's, as the client's memory keeps nothing alive.
typedef struct _sqlite_function_t {
    struct _sqlite_function_t *next;
    sqlite_connection_t *connection;
    mp_obj_t callable;
} sqlite_function_t;

// The client knows it no longer. While its connection goes, it may be swept already.
static void sqlite_function_destroy(void *data) {
    sqlite_function_t *self = data;
    if (gc_is_locked() || self == NULL) {
        return;
    }
    sqlite_function_t **link = &self->connection->functions;
    while (*link != NULL && *link != self) {
        link = &(*link)->next;
    }
    if (*link != NULL) {
        *link = self->next;
    }
}

static mp_obj_t sqlite_function_apply(sqlite_function_t *self, int count, sqlite3_value **values) {
    mp_obj_t few[SQLITE_FEW_ARGUMENTS];
    mp_obj_t *arguments = count <= SQLITE_FEW_ARGUMENTS ? few : m_new(mp_obj_t, count);
    for (int i = 0; i < count; i++) {
        arguments[i] = sqlite_value_new(values[i]);
    }
    return mp_call_function_n_kw(self->callable, count, 0, arguments);
}

static MP_NOINLINE void sqlite_function_call(sqlite3_context *context, int count, sqlite3_value **values) {
    sqlite_function_t *self = sqlite3_user_data(context);
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        sqlite_result(context, sqlite_function_apply(self, count, values));
        nlr_pop();
    } else {
        self->connection->raised = MP_OBJ_FROM_PTR(nlr.ret_val);
        sqlite3_result_error(context, "user-defined function raised exception", -1);
    }
}

// `callable` is None to take the function away.
static void sqlite_function_create(sqlite_connection_t *connection, const char *name, int count, mp_obj_t callable,
    bool deterministic) {
    int most = sqlite3_limit(connection->db, SQLITE_LIMIT_FUNCTION_ARG, -1);
    if (count < -1 || count > most) {
        mp_raise_msg_varg(&sqlite_type_ProgrammingError,
            MP_ERROR_TEXT("'narg' must be between -1 and %d, not %d"), most, count);
    }
    bool none = callable == mp_const_none;
    sqlite_function_t *self = NULL;
    if (!none) {
        self = m_new_obj(sqlite_function_t);
        *self = (sqlite_function_t) {.next = connection->functions, .connection = connection, .callable = callable};
        connection->functions = self;
    }
    int flags = SQLITE_UTF8 | (deterministic ? SQLITE_DETERMINISTIC : 0);
    int code = sqlite3_create_function_v2(connection->db, name, count, flags, self, none ? NULL : sqlite_function_call,
        NULL, NULL, sqlite_function_destroy);
    if (code != SQLITE_OK) {
        mp_raise_msg(&sqlite_type_OperationalError, MP_ERROR_TEXT("Error creating function"));
    }
}

#endif
