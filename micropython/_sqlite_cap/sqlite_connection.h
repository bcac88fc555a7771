// Connections.

#ifndef MICROPY_INCLUDED_SQLITE_CONNECTION_H
#define MICROPY_INCLUDED_SQLITE_CONNECTION_H

#include "sqlite_cursor.h"
#include "sqlite_functions.h"

static qstr sqlite_isolation_level(mp_obj_t level) {
    static const qstr_short_t levels[] = {MP_QSTR_, MP_QSTR_DEFERRED, MP_QSTR_IMMEDIATE, MP_QSTR_EXCLUSIVE};
    if (level == mp_const_none) {
        return MP_QSTRnull;
    }
    if (!mp_obj_is_str(level)) {
        mp_raise_TypeError(MP_ERROR_TEXT("isolation_level must be str or None"));
    }
    for (size_t i = 0; i < MP_ARRAY_SIZE(levels); i++) {
        if (sqlite3_stricmp(mp_obj_str_get_str(level), qstr_str(levels[i])) == 0) {
            return levels[i];
        }
    }
    mp_raise_ValueError(MP_ERROR_TEXT("isolation_level string must be '', 'DEFERRED', 'IMMEDIATE', or 'EXCLUSIVE'"));
}

// ---------------------------------------------------------------------------------------------------------------------
// Opening and closing.

static void sqlite_connection_open(sqlite_connection_t *self, mp_obj_t name_in, mp_float_t timeout, bool uri) {
    size_t length;
    const char *name = mp_obj_str_get_data(name_in, &length);
    if (strlen(name) != length) {
        mp_raise_ValueError(MP_ERROR_TEXT("embedded null byte"));
    }
    sqlite3 *db;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | (uri ? SQLITE_OPEN_URI : 0);
    int code = sqlite3_open_v2(name, &db, flags, NULL);
    if (db == NULL) {
        m_malloc_fail(0);
    }
    // From now on it is closed by the finaliser, also when making the exception fails.
    self->db = db;
    sqlite_live_connections.count++;
    if (code != SQLITE_OK) {
        sqlite_raise_last(self);
    }
    mp_float_t milliseconds = timeout * 1000;
    sqlite3_busy_timeout(db, milliseconds >= INT_MAX ? INT_MAX : milliseconds > 0 ? (int)milliseconds : 0);
}

static mp_obj_t sqlite_connect(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    enum { DATABASE, TIMEOUT, DETECT_TYPES, ISOLATION_LEVEL, CHECK_SAME_THREAD, CACHED_STATEMENTS, URI };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_database, MP_ARG_OBJ | MP_ARG_REQUIRED, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_timeout, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_INT(5)}},
        {MP_QSTR_detect_types, MP_ARG_INT, {.u_int = 0}},
        {MP_QSTR_isolation_level, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_QSTR(MP_QSTR_)}},
        {MP_QSTR_check_same_thread, MP_ARG_BOOL, {.u_bool = true}},
        {MP_QSTR_cached_statements, MP_ARG_INT, {.u_int = SQLITE_IDLE_MOST}},
        {MP_QSTR_uri, MP_ARG_BOOL, {.u_bool = false}},
    };
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, args, kw_args, MP_ARRAY_SIZE(allowed), allowed, values);
    if (values[DETECT_TYPES].u_int != 0) {
        mp_raise_msg(&sqlite_type_NotSupportedError, MP_ERROR_TEXT("there are no converters"));
    }
    sqlite_live_make_room(&sqlite_live_connections);
    sqlite_connection_t *self = mp_obj_malloc_with_finaliser(sqlite_connection_t, &sqlite_type_Connection);
    mp_obj_base_t base = self->base;
    *self = (sqlite_connection_t) {.base = base, .row_factory = mp_const_none, .raised = MP_OBJ_NULL};
    self->isolation_level = sqlite_isolation_level(values[ISOLATION_LEVEL].u_obj);
    mp_float_t timeout = mp_obj_get_float(values[TIMEOUT].u_obj);
    sqlite_connection_open(self, values[DATABASE].u_obj, timeout, values[URI].u_bool);
    return MP_OBJ_FROM_PTR(self);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(sqlite_connect_obj, 0, sqlite_connect);

static mp_obj_t sqlite_connection_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    (void)type;
    mp_map_t kw_args;
    mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
    return sqlite_connect(n_args, args, &kw_args);
}

static void sqlite_connection_shut(sqlite_connection_t *self) {
    if (self->db != NULL) {
        sqlite3 *db = self->db;
        self->db = NULL;
        self->functions = NULL;
        sqlite_live_connections.count--;
        sqlite_statements_close(self);
        sqlite3_close_v2(db);
    }
}

static mp_obj_t sqlite_connection_close(mp_obj_t self_in) {
    sqlite_connection_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->busy > 0) {
        sqlite_raise_programming_error(MP_ERROR_TEXT("Cannot close a database that executes a statement."));
    }
    sqlite_connection_shut(self);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(sqlite_connection_close_obj, sqlite_connection_close);

// The collector's finaliser, which must not allocate. Code in Python may call it too, and at any time.
static mp_obj_t sqlite_connection_del(mp_obj_t self_in) {
    sqlite_connection_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->busy == 0) {
        sqlite_connection_shut(self);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(sqlite_connection_del_obj, sqlite_connection_del);

// ---------------------------------------------------------------------------------------------------------------------
// Executing, with a cursor of its own.

static mp_obj_t sqlite_connection_cursor(mp_obj_t self_in) {
    sqlite_connection_t *self = MP_OBJ_TO_PTR(self_in);
    sqlite_check_open(self);
    return sqlite_cursor_new(self);
}
static MP_DEFINE_CONST_FUN_OBJ_1(sqlite_connection_cursor_obj, sqlite_connection_cursor);

static mp_obj_t sqlite_connection_execute(size_t n_args, const mp_obj_t *args) {
    mp_obj_t cursor = sqlite_connection_cursor(args[0]);
    sqlite_cursor_execute_one(MP_OBJ_TO_PTR(cursor), args[1], n_args > 2 ? args[2] : mp_const_empty_tuple);
    return cursor;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(sqlite_connection_execute_obj, 2, 3, sqlite_connection_execute);

static mp_obj_t sqlite_connection_executemany(mp_obj_t self_in, mp_obj_t sql, mp_obj_t all_parameters) {
    return sqlite_cursor_executemany(sqlite_connection_cursor(self_in), sql, all_parameters);
}
static MP_DEFINE_CONST_FUN_OBJ_3(sqlite_connection_executemany_obj, sqlite_connection_executemany);

static mp_obj_t sqlite_connection_executescript(mp_obj_t self_in, mp_obj_t script) {
    return sqlite_cursor_executescript(sqlite_connection_cursor(self_in), script);
}
static MP_DEFINE_CONST_FUN_OBJ_2(sqlite_connection_executescript_obj, sqlite_connection_executescript);

static mp_obj_t sqlite_connection_create_function(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    enum { NAME, NARG, FUNC, DETERMINISTIC };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_name, MP_ARG_OBJ | MP_ARG_REQUIRED, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_narg, MP_ARG_INT | MP_ARG_REQUIRED, {.u_int = 0}},
        {MP_QSTR_func, MP_ARG_OBJ | MP_ARG_REQUIRED, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_deterministic, MP_ARG_KW_ONLY | MP_ARG_BOOL, {.u_bool = false}},
    };
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, values);
    sqlite_connection_t *self = MP_OBJ_TO_PTR(args[0]);
    sqlite_check_open(self);
    sqlite_function_create(self, mp_obj_str_get_str(values[NAME].u_obj), values[NARG].u_int, values[FUNC].u_obj,
        values[DETERMINISTIC].u_bool);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(sqlite_connection_create_function_obj, 1, sqlite_connection_create_function);

// ---------------------------------------------------------------------------------------------------------------------
// Transactions.

static mp_obj_t sqlite_connection_commit(mp_obj_t self_in) {
    sqlite_connection_t *self = MP_OBJ_TO_PTR(self_in);
    sqlite_check_open(self);
    sqlite_commit(self);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(sqlite_connection_commit_obj, sqlite_connection_commit);

static mp_obj_t sqlite_connection_rollback(mp_obj_t self_in) {
    sqlite_connection_t *self = MP_OBJ_TO_PTR(self_in);
    sqlite_check_open(self);
    sqlite_rollback(self);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(sqlite_connection_rollback_obj, sqlite_connection_rollback);

static mp_obj_t sqlite_connection_enter(mp_obj_t self_in) {
    sqlite_check_open(MP_OBJ_TO_PTR(self_in));
    return self_in;
}
static MP_DEFINE_CONST_FUN_OBJ_1(sqlite_connection_enter_obj, sqlite_connection_enter);

// What could not be committed is rolled back, so that the database does not stay locked.
static mp_obj_t sqlite_connection_exit(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    if (args[1] != mp_const_none) {
        sqlite_connection_rollback(args[0]);
        return mp_const_false;
    }
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        sqlite_connection_commit(args[0]);
        nlr_pop();
        return mp_const_false;
    }
    sqlite_connection_rollback(args[0]);
    nlr_jump(nlr.ret_val);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(sqlite_connection_exit_obj, 4, 4, sqlite_connection_exit);

// ---------------------------------------------------------------------------------------------------------------------
// The type.

static void sqlite_connection_load_attr(sqlite_connection_t *self, qstr attr, mp_obj_t *dest) {
    switch (attr) {
        case MP_QSTR_in_transaction:
            sqlite_check_open(self);
            dest[0] = mp_obj_new_bool(!sqlite3_get_autocommit(self->db));
            break;
        case MP_QSTR_total_changes:
            sqlite_check_open(self);
            dest[0] = sqlite_int_new(sqlite3_total_changes(self->db));
            break;
        case MP_QSTR_isolation_level:
            sqlite_check_open(self);
            dest[0] = self->isolation_level == MP_QSTRnull ? mp_const_none : MP_OBJ_NEW_QSTR(self->isolation_level);
            break;
        case MP_QSTR_row_factory:
            dest[0] = self->row_factory;
            break;
        default:
            dest[1] = MP_OBJ_SENTINEL; // a method
    }
}

static void sqlite_connection_set_isolation_level(sqlite_connection_t *self, mp_obj_t level) {
    self->isolation_level = sqlite_isolation_level(level);
    if (self->isolation_level == MP_QSTRnull) {
        sqlite_check_open(self);
        sqlite_commit(self);
    }
}

static void sqlite_connection_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    sqlite_connection_t *self = MP_OBJ_TO_PTR(self_in);
    if (dest[0] == MP_OBJ_NULL) {
        sqlite_connection_load_attr(self, attr, dest);
    } else if (dest[1] != MP_OBJ_NULL && attr == MP_QSTR_row_factory) {
        self->row_factory = dest[1];
        dest[0] = MP_OBJ_NULL;
    } else if (dest[1] != MP_OBJ_NULL && attr == MP_QSTR_isolation_level) {
        sqlite_connection_set_isolation_level(self, dest[1]);
        dest[0] = MP_OBJ_NULL;
    }
}

static const mp_rom_map_elem_t sqlite_connection_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&sqlite_connection_del_obj)},
    {MP_ROM_QSTR(MP_QSTR___enter__), MP_ROM_PTR(&sqlite_connection_enter_obj)},
    {MP_ROM_QSTR(MP_QSTR___exit__), MP_ROM_PTR(&sqlite_connection_exit_obj)},
    {MP_ROM_QSTR(MP_QSTR_cursor), MP_ROM_PTR(&sqlite_connection_cursor_obj)},
    {MP_ROM_QSTR(MP_QSTR_execute), MP_ROM_PTR(&sqlite_connection_execute_obj)},
    {MP_ROM_QSTR(MP_QSTR_executemany), MP_ROM_PTR(&sqlite_connection_executemany_obj)},
    {MP_ROM_QSTR(MP_QSTR_executescript), MP_ROM_PTR(&sqlite_connection_executescript_obj)},
    {MP_ROM_QSTR(MP_QSTR_commit), MP_ROM_PTR(&sqlite_connection_commit_obj)},
    {MP_ROM_QSTR(MP_QSTR_rollback), MP_ROM_PTR(&sqlite_connection_rollback_obj)},
    {MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&sqlite_connection_close_obj)},
    {MP_ROM_QSTR(MP_QSTR_create_function), MP_ROM_PTR(&sqlite_connection_create_function_obj)},
    SQLITE_ERROR_ENTRIES,
};
static MP_DEFINE_CONST_DICT(sqlite_connection_locals, sqlite_connection_locals_table);

static MP_DEFINE_CONST_OBJ_TYPE(
    sqlite_type_Connection, MP_QSTR_Connection, MP_TYPE_FLAG_NONE,
    make_new, sqlite_connection_make_new,
    attr, sqlite_connection_attr,
    locals_dict, &sqlite_connection_locals
    );

#endif
