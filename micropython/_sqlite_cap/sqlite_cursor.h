// Cursors: a statement that runs, and its rows.
//
// As in CPython, a cursor is a row ahead of its reader: when the last one is read, the statement has ended already.

#ifndef MICROPY_INCLUDED_SQLITE_CURSOR_H
#define MICROPY_INCLUDED_SQLITE_CURSOR_H

#include "sqlite_row.h"

// There is one for each `execute` of a connection, so it is kept within 32 bytes.
typedef struct {
    mp_obj_base_t base;
    sqlite_connection_t *connection;
    sqlite_statement_t *statement; // NULL when there is nothing to read
    mp_obj_t description;
    mp_obj_t row_factory;
    mp_obj_t lastrowid;
    mp_int_t rowcount;
    unsigned arraysize : 30;
    unsigned closed : 1;
    unsigned locked : 1; // while it works, code in Python may be called that must not use it
} sqlite_cursor_t;

static const mp_obj_type_t sqlite_type_Connection;
static const mp_obj_type_t sqlite_type_Cursor;

static mp_obj_t sqlite_cursor_new(sqlite_connection_t *connection) {
    sqlite_cursor_t *self = mp_obj_malloc_with_finaliser(sqlite_cursor_t, &sqlite_type_Cursor);
    self->connection = connection;
    self->statement = NULL;
    self->description = mp_const_none;
    self->row_factory = connection->row_factory;
    self->lastrowid = mp_const_none;
    self->rowcount = -1;
    self->arraysize = 1;
    self->closed = false;
    self->locked = false;
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t sqlite_cursor_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)type;
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    mp_obj_t connection = mp_obj_cast_to_native_base(args[0], MP_OBJ_FROM_PTR(&sqlite_type_Connection));
    if (connection == MP_OBJ_NULL) {
        mp_raise_TypeError(MP_ERROR_TEXT("a Connection is needed"));
    }
    return sqlite_cursor_new(MP_OBJ_TO_PTR(connection));
}

static void sqlite_cursor_check_unlocked(const sqlite_cursor_t *self) {
    if (self->locked) {
        sqlite_raise_programming_error(MP_ERROR_TEXT("Recursive use of cursors not allowed."));
    }
}

static void sqlite_cursor_check(const sqlite_cursor_t *self) {
    if (self->closed) {
        sqlite_raise_programming_error(MP_ERROR_TEXT("Cannot operate on a closed cursor."));
    }
    sqlite_check_open(self->connection);
    sqlite_cursor_check_unlocked(self);
}

static void sqlite_cursor_leave(sqlite_cursor_t *self) {
    sqlite_statement_t *statement = self->statement;
    self->statement = NULL;
    if (statement != NULL) {
        sqlite_statement_leave(statement);
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Locking for as long as a call works that may be left by an exception.

typedef struct {
    nlr_jump_callback_node_t callback; // must be the first
    sqlite_cursor_t *cursor;
} sqlite_cursor_lock_t;

static void sqlite_cursor_unlock(sqlite_cursor_t *self) {
    self->locked = false;
    self->connection->busy--;
}

static void sqlite_cursor_failed(void *lock) {
    sqlite_cursor_t *self = ((sqlite_cursor_lock_t *)lock)->cursor;
    sqlite_cursor_unlock(self);
    sqlite_cursor_leave(self);
    self->rowcount = -1;
}

static void sqlite_cursor_lock(sqlite_cursor_t *self, sqlite_cursor_lock_t *lock) {
    lock->cursor = self;
    self->locked = true;
    self->connection->busy++;
    nlr_push_jump_callback(&lock->callback, sqlite_cursor_failed);
}

// ---------------------------------------------------------------------------------------------------------------------
// Executing.

// The columns' names, each in a tuple of seven as DB-API 2.0 has it.
static mp_obj_t sqlite_describe(sqlite3_stmt *stmt) {
    size_t count = sqlite3_column_count(stmt);
    if (count == 0) {
        return mp_const_none;
    }
    mp_obj_tuple_t *description = MP_OBJ_TO_PTR(mp_obj_new_tuple(count, NULL));
    for (size_t i = 0; i < count; i++) {
        const char *name = sqlite3_column_name(stmt, (int)i);
        mp_obj_t column[7] = {mp_obj_new_str(name, strlen(name))};
        for (size_t j = 1; j < MP_ARRAY_SIZE(column); j++) {
            column[j] = mp_const_none;
        }
        description->items[i] = mp_obj_new_tuple(MP_ARRAY_SIZE(column), column);
    }
    return MP_OBJ_FROM_PTR(description);
}

// A transaction begins by itself before a statement that changes rows.
static void sqlite_cursor_begin(sqlite_cursor_t *self) {
    sqlite_connection_t *connection = self->connection;
    qstr level = connection->isolation_level;
    if (level != MP_QSTRnull && self->statement->is_dml && sqlite3_get_autocommit(connection->db)) {
        char begin[24] = "BEGIN ";
        strcat(begin, qstr_str(level));
        sqlite_run(connection, begin);
    }
}

static void sqlite_cursor_count_changes(sqlite_cursor_t *self) {
    if (self->statement->is_dml) {
        self->rowcount += sqlite3_changes(self->connection->db);
    }
}

// Runs the statement once, as far as its first row.
static void sqlite_cursor_run(sqlite_cursor_t *self, mp_obj_t parameters) {
    sqlite3_stmt *stmt = self->statement->stmt;
    sqlite_bind_all(self->statement, parameters);
    if (stmt == NULL) {
        return;
    }
    int code = sqlite_step(self->connection, stmt);
    if (code != SQLITE_DONE && code != SQLITE_ROW) {
        sqlite_raise_last(self->connection);
    }
    if (self->description == mp_const_none) {
        self->description = sqlite_describe(stmt);
    }
    if (code == SQLITE_DONE) {
        sqlite_cursor_count_changes(self);
        sqlite3_reset(stmt);
    }
}

static void sqlite_cursor_open(sqlite_cursor_t *self, mp_obj_t sql_in) {
    size_t length;
    const char *sql = sqlite_str_get(sql_in, &length);
    self->description = mp_const_none;
    sqlite_cursor_leave(self);
    self->statement = sqlite_statement_open(self->connection, sql, length);
    self->rowcount = self->statement->is_dml ? 0 : -1;
}

static void sqlite_cursor_close_ended(sqlite_cursor_t *self) {
    if (!sqlite3_stmt_busy(self->statement->stmt)) {
        sqlite_cursor_leave(self);
    }
}

static void sqlite_cursor_execute_one(sqlite_cursor_t *self, mp_obj_t sql, mp_obj_t parameters) {
    sqlite_cursor_lock_t lock;
    sqlite_cursor_check(self);
    sqlite_cursor_lock(self, &lock);
    sqlite_cursor_open(self, sql);
    sqlite_cursor_begin(self);
    sqlite_cursor_run(self, parameters);
    if (self->statement->stmt != NULL) {
        self->lastrowid = sqlite_int_new(sqlite3_last_insert_rowid(self->connection->db));
    }
    sqlite_cursor_close_ended(self);
    nlr_pop_jump_callback(false);
    sqlite_cursor_unlock(self);
}

static void sqlite_cursor_execute_many(sqlite_cursor_t *self, mp_obj_t sql, mp_obj_t all_parameters) {
    sqlite_cursor_lock_t lock;
    mp_obj_iter_buf_t buffer;
    mp_obj_t parameters;
    sqlite_cursor_check(self);
    sqlite_cursor_lock(self, &lock);
    mp_obj_t iterator = mp_getiter(all_parameters, &buffer);
    sqlite_cursor_open(self, sql);
    if (sqlite3_stmt_readonly(self->statement->stmt)) {
        sqlite_raise_programming_error(MP_ERROR_TEXT("executemany() can only execute DML statements."));
    }
    sqlite_cursor_begin(self);
    while ((parameters = mp_iternext(iterator)) != MP_OBJ_STOP_ITERATION) {
        sqlite3_reset(self->statement->stmt);
        sqlite_cursor_run(self, parameters);
    }
    sqlite_cursor_close_ended(self);
    nlr_pop_jump_callback(false);
    sqlite_cursor_unlock(self);
}

// Runs one statement of a script, and returns where it ends.
static const char *sqlite_script_step(sqlite_connection_t *connection, const char *sql, size_t length) {
    sqlite3_stmt *stmt;
    const char *tail;
    int code = sqlite3_prepare_v2(connection->db, sql, (int)length + 1, &stmt, &tail);
    if (code == SQLITE_OK) {
        while (sqlite_step(connection, stmt) == SQLITE_ROW) {
        }
        code = sqlite3_finalize(stmt);
    }
    if (code != SQLITE_OK) {
        sqlite_raise_last(connection);
    }
    return tail;
}

static void sqlite_cursor_execute_all(sqlite_cursor_t *self, mp_obj_t script_in) {
    size_t length;
    const char *script = sqlite_str_get(script_in, &length);
    sqlite_cursor_check(self);
    if (strlen(script) != length) {
        mp_raise_ValueError(MP_ERROR_TEXT("embedded null character"));
    }
    if (length > (size_t)sqlite3_limit(self->connection->db, SQLITE_LIMIT_SQL_LENGTH, -1)) {
        mp_raise_msg(&sqlite_type_DataError, MP_ERROR_TEXT("query string is too large"));
    }
    sqlite_commit(self->connection);
    const char *end = script + length;
    do {
        script = sqlite_script_step(self->connection, script, end - script);
    } while (*script != '\0');
}

// ---------------------------------------------------------------------------------------------------------------------
// Reading.

static inline bool sqlite_is_row_type(mp_obj_t factory) {
    return factory == MP_OBJ_FROM_PTR(&sqlite_type_Row);
}

// Goes on to the row behind the one at hand.
static void sqlite_cursor_advance(sqlite_cursor_t *self) {
    self->locked = true;
    int code = sqlite_step(self->connection, self->statement->stmt);
    self->locked = false;
    if (code == SQLITE_ROW) {
        return;
    }
    if (code == SQLITE_DONE && self->statement->is_dml) {
        self->rowcount = sqlite3_changes(self->connection->db);
    }
    sqlite_cursor_leave(self);
    if (code != SQLITE_DONE) {
        sqlite_raise_last(self->connection);
    }
}

static mp_obj_t sqlite_cursor_iternext(mp_obj_t self_in) {
    sqlite_cursor_t *self = MP_OBJ_TO_PTR(self_in);
    sqlite_cursor_check(self);
    if (self->statement == NULL) {
        return MP_OBJ_STOP_ITERATION;
    }
    mp_obj_t factory = self->row_factory, row;
    if (sqlite_is_row_type(factory)) {
        row = sqlite_row_from(self->statement->stmt, self->description);
        factory = mp_const_none;
    } else {
        row = sqlite_tuple_from(self->statement->stmt);
    }
    sqlite_cursor_advance(self);
    return factory == mp_const_none ? row : mp_call_function_2(factory, self_in, row);
}

static mp_obj_t sqlite_cursor_fetchone(mp_obj_t self_in) {
    mp_obj_t row = sqlite_cursor_iternext(self_in);
    return row == MP_OBJ_STOP_ITERATION ? mp_const_none : row;
}
static MP_DEFINE_CONST_FUN_OBJ_1(sqlite_cursor_fetchone_obj, sqlite_cursor_fetchone);

static mp_obj_t sqlite_cursor_fetch(mp_obj_t self_in, size_t most) {
    mp_obj_t rows = mp_obj_new_list(0, NULL), row;
    for (size_t i = 0; i < most && (row = sqlite_cursor_iternext(self_in)) != MP_OBJ_STOP_ITERATION; i++) {
        mp_obj_list_append(rows, row);
    }
    return rows;
}

static mp_obj_t sqlite_cursor_fetchall(mp_obj_t self_in) {
    return sqlite_cursor_fetch(self_in, SIZE_MAX);
}
static MP_DEFINE_CONST_FUN_OBJ_1(sqlite_cursor_fetchall_obj, sqlite_cursor_fetchall);

// What a list can hold is less than an arraysize.
static unsigned sqlite_arraysize_get(mp_obj_t value) {
    mp_int_t size = mp_obj_get_int(value);
    if (size < 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("Cannot convert negative int"));
    }
    return MIN(size, (1 << 30) - 1);
}

static mp_obj_t sqlite_cursor_fetchmany(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    static const mp_arg_t allowed[] = {{MP_QSTR_size, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}}};
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, values);
    sqlite_cursor_t *self = MP_OBJ_TO_PTR(args[0]);
    mp_obj_t size = values[0].u_obj;
    return sqlite_cursor_fetch(args[0], size == mp_const_none ? self->arraysize : sqlite_arraysize_get(size));
}
static MP_DEFINE_CONST_FUN_OBJ_KW(sqlite_cursor_fetchmany_obj, 1, sqlite_cursor_fetchmany);

// ---------------------------------------------------------------------------------------------------------------------
// The type.

static mp_obj_t sqlite_cursor_execute(size_t n_args, const mp_obj_t *args) {
    sqlite_cursor_execute_one(MP_OBJ_TO_PTR(args[0]), args[1], n_args > 2 ? args[2] : mp_const_empty_tuple);
    return args[0];
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(sqlite_cursor_execute_obj, 2, 3, sqlite_cursor_execute);

static mp_obj_t sqlite_cursor_executemany(mp_obj_t self_in, mp_obj_t sql, mp_obj_t all_parameters) {
    sqlite_cursor_execute_many(MP_OBJ_TO_PTR(self_in), sql, all_parameters);
    return self_in;
}
static MP_DEFINE_CONST_FUN_OBJ_3(sqlite_cursor_executemany_obj, sqlite_cursor_executemany);

static mp_obj_t sqlite_cursor_executescript(mp_obj_t self_in, mp_obj_t script) {
    sqlite_cursor_execute_all(MP_OBJ_TO_PTR(self_in), script);
    return self_in;
}
static MP_DEFINE_CONST_FUN_OBJ_2(sqlite_cursor_executescript_obj, sqlite_cursor_executescript);

static mp_obj_t sqlite_cursor_close(mp_obj_t self_in) {
    sqlite_cursor_t *self = MP_OBJ_TO_PTR(self_in);
    sqlite_cursor_check_unlocked(self);
    sqlite_check_open(self->connection);
    sqlite_cursor_leave(self);
    self->closed = true;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(sqlite_cursor_close_obj, sqlite_cursor_close);

// The collector's finaliser, which must not allocate. Code in Python may call it too, and at any time.
static mp_obj_t sqlite_cursor_del(mp_obj_t self_in) {
    sqlite_cursor_t *self = MP_OBJ_TO_PTR(self_in);
    if (!self->locked) {
        sqlite_cursor_leave(self);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(sqlite_cursor_del_obj, sqlite_cursor_del);

// What DB-API 2.0 wants to be there, and SQLite has no use for.
static mp_obj_t sqlite_cursor_set_sizes(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    (void)args;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(sqlite_cursor_setinputsizes_obj, 2, 2, sqlite_cursor_set_sizes);
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(sqlite_cursor_setoutputsize_obj, 2, 3, sqlite_cursor_set_sizes);

static void sqlite_cursor_load_attr(sqlite_cursor_t *self, qstr attr, mp_obj_t *dest) {
    switch (attr) {
        case MP_QSTR_connection:
            dest[0] = MP_OBJ_FROM_PTR(self->connection);
            break;
        case MP_QSTR_description:
            dest[0] = self->description;
            break;
        case MP_QSTR_rowcount:
            dest[0] = mp_obj_new_int(self->rowcount);
            break;
        case MP_QSTR_lastrowid:
            dest[0] = self->lastrowid;
            break;
        case MP_QSTR_arraysize:
            dest[0] = mp_obj_new_int_from_uint(self->arraysize);
            break;
        case MP_QSTR_row_factory:
            dest[0] = self->row_factory;
            break;
        default:
            dest[1] = MP_OBJ_SENTINEL; // a method
    }
}

static void sqlite_cursor_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    sqlite_cursor_t *self = MP_OBJ_TO_PTR(self_in);
    if (dest[0] == MP_OBJ_NULL) {
        sqlite_cursor_load_attr(self, attr, dest);
    } else if (dest[1] != MP_OBJ_NULL && attr == MP_QSTR_row_factory) {
        self->row_factory = dest[1];
        dest[0] = MP_OBJ_NULL;
    } else if (dest[1] != MP_OBJ_NULL && attr == MP_QSTR_arraysize) {
        self->arraysize = sqlite_arraysize_get(dest[1]);
        dest[0] = MP_OBJ_NULL;
    }
}

static const mp_rom_map_elem_t sqlite_cursor_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&sqlite_cursor_del_obj)},
    {MP_ROM_QSTR(MP_QSTR_execute), MP_ROM_PTR(&sqlite_cursor_execute_obj)},
    {MP_ROM_QSTR(MP_QSTR_executemany), MP_ROM_PTR(&sqlite_cursor_executemany_obj)},
    {MP_ROM_QSTR(MP_QSTR_executescript), MP_ROM_PTR(&sqlite_cursor_executescript_obj)},
    {MP_ROM_QSTR(MP_QSTR_fetchone), MP_ROM_PTR(&sqlite_cursor_fetchone_obj)},
    {MP_ROM_QSTR(MP_QSTR_fetchmany), MP_ROM_PTR(&sqlite_cursor_fetchmany_obj)},
    {MP_ROM_QSTR(MP_QSTR_fetchall), MP_ROM_PTR(&sqlite_cursor_fetchall_obj)},
    {MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&sqlite_cursor_close_obj)},
    {MP_ROM_QSTR(MP_QSTR_setinputsizes), MP_ROM_PTR(&sqlite_cursor_setinputsizes_obj)},
    {MP_ROM_QSTR(MP_QSTR_setoutputsize), MP_ROM_PTR(&sqlite_cursor_setoutputsize_obj)},
};
static MP_DEFINE_CONST_DICT(sqlite_cursor_locals, sqlite_cursor_locals_table);

static MP_DEFINE_CONST_OBJ_TYPE(
    sqlite_type_Cursor, MP_QSTR_Cursor, MP_TYPE_FLAG_ITER_IS_ITERNEXT,
    make_new, sqlite_cursor_make_new,
    attr, sqlite_cursor_attr,
    iter, sqlite_cursor_iternext,
    locals_dict, &sqlite_cursor_locals
    );

// A row that is made by hand, or by a class that is derived from Row: of a cursor and a tuple.
static mp_obj_t sqlite_row_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)type;
    mp_arg_check_num(n_args, n_kw, 2, 2, false);
    mp_obj_t cursor = mp_obj_cast_to_native_base(args[0], MP_OBJ_FROM_PTR(&sqlite_type_Cursor));
    if (cursor == MP_OBJ_NULL || !mp_obj_is_exact_type(args[1], &mp_type_tuple)) {
        mp_raise_TypeError(MP_ERROR_TEXT("a Cursor and a tuple are needed"));
    }
    mp_obj_tuple_t *values = MP_OBJ_TO_PTR(args[1]);
    sqlite_row_t *self = sqlite_row_alloc(values->len, ((sqlite_cursor_t *)MP_OBJ_TO_PTR(cursor))->description);
    memcpy(self->items, values->items, values->len * sizeof(mp_obj_t));
    return MP_OBJ_FROM_PTR(self);
}

#endif
