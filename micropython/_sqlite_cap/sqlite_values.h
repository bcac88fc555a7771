// Values between Python and SQLite.

#ifndef MICROPY_INCLUDED_SQLITE_VALUES_H
#define MICROPY_INCLUDED_SQLITE_VALUES_H

#include "py/objint.h"
#include "py/objstr.h"
#include "py/objtype.h"
#include "py/smallint.h"
#include "py/unicode.h"
#include "sqlite_statements.h"

// ---------------------------------------------------------------------------------------------------------------------
// From SQLite.

static inline mp_obj_t sqlite_int_new(sqlite3_int64 value) {
    bool fits = (mp_int_t)value == value && MP_SMALL_INT_FITS((mp_int_t)value);
    return fits ? MP_OBJ_NEW_SMALL_INT((mp_int_t)value) : mp_obj_new_int_from_ll(value);
}

// The text is a copy that is not interned: there may be millions of them.
static inline mp_obj_t sqlite_text_new(const char *text, size_t size) {
    return size == 0 ? MP_OBJ_NEW_QSTR(MP_QSTR_) : mp_obj_new_str_copy(&mp_type_str, (const byte *)text, size);
}

static inline mp_obj_t sqlite_blob_new(const void *blob, size_t size) {
    return size == 0 ? mp_const_empty_bytes : mp_obj_new_bytes(blob, size);
}

// Says so as CPython does: what is not ASCII is replaced.
static MP_NORETURN void sqlite_raise_undecodable(const char *column, const char *text) {
    vstr_t message;
    vstr_init(&message, 64);
    vstr_printf(&message, "Could not decode to UTF-8 column '%s' with text '", column);
    for (; *text != '\0'; text++) {
        vstr_add_char(&message, (byte)*text < 0x80 ? (unichar)*text : 0xfffd);
    }
    vstr_add_byte(&message, '\'');
    mp_obj_t error = mp_obj_new_str_from_vstr(&message);
    nlr_raise(mp_obj_new_exception_args(&sqlite_type_OperationalError, 1, &error));
}

static mp_obj_t sqlite_column_text_new(sqlite3_stmt *stmt, int column) {
    const char *text = (const char *)sqlite3_column_text(stmt, column);
    size_t size = sqlite3_column_bytes(stmt, column);
    if (!utf8_check((const byte *)text, size)) {
        sqlite_raise_undecodable(sqlite3_column_name(stmt, column), text);
    }
    return sqlite_text_new(text, size);
}

static inline mp_obj_t sqlite_column_new(sqlite3_stmt *stmt, int column) {
    switch (sqlite3_column_type(stmt, column)) {
        case SQLITE_INTEGER:
            return sqlite_int_new(sqlite3_column_int64(stmt, column));
        case SQLITE_FLOAT:
            return mp_obj_new_float(sqlite3_column_double(stmt, column));
        case SQLITE_TEXT:
            return sqlite_column_text_new(stmt, column);
        case SQLITE_BLOB:
            return sqlite_blob_new(sqlite3_column_blob(stmt, column), sqlite3_column_bytes(stmt, column));
        default:
            return mp_const_none;
    }
}

// A function's argument.
static mp_obj_t sqlite_value_new(sqlite3_value *value) {
    switch (sqlite3_value_type(value)) {
        case SQLITE_INTEGER:
            return sqlite_int_new(sqlite3_value_int64(value));
        case SQLITE_FLOAT:
            return mp_obj_new_float(sqlite3_value_double(value));
        case SQLITE_TEXT:
            return mp_obj_new_str((const char *)sqlite3_value_text(value), sqlite3_value_bytes(value));
        case SQLITE_BLOB:
            return sqlite_blob_new(sqlite3_value_blob(value), sqlite3_value_bytes(value));
        default:
            return mp_const_none;
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// To SQLite.

// What an object is to SQLite: a value of one of its types, or of type 0 when it cannot be one.
typedef struct {
    int type;
    sqlite3_int64 integer;
    double real;
    mp_buffer_info_t bytes;
} sqlite_value_t;

static sqlite3_int64 sqlite_int_get(mp_obj_t value) {
    if (mp_obj_is_small_int(value)) {
        return MP_OBJ_SMALL_INT_VALUE(value);
    }
    sqlite3_int64 integer;
    bool fits = mp_obj_int_to_bytes_impl(value, MP_ENDIANNESS_BIG, sizeof(integer), (byte *)&integer);
    // That takes a positive value for one without a sign.
    if (!fits || (integer < 0) != (mp_obj_int_sign(value) < 0)) {
        mp_raise_msg(&mp_type_OverflowError, MP_ERROR_TEXT("Python int too large to convert to SQLite INTEGER"));
    }
    return integer;
}

// Of an instance of a class that is derived from a type which SQLite knows, the value; else the object itself.
static mp_obj_t sqlite_native_value(mp_obj_t value) {
    static const mp_obj_type_t *const types[] = {&mp_type_int, &mp_type_float, &mp_type_str, &mp_type_bytes};
    if (mp_obj_is_instance_type(mp_obj_get_type(value))) {
        for (size_t i = 0; i < MP_ARRAY_SIZE(types); i++) {
            mp_obj_t native = mp_obj_cast_to_native_base(value, MP_OBJ_FROM_PTR(types[i]));
            if (native != MP_OBJ_NULL) {
                return native;
            }
        }
    }
    return value;
}

static const char *sqlite_str_get(mp_obj_t object, size_t *length) {
    object = sqlite_native_value(object);
    if (!mp_obj_is_str(object)) {
        mp_raise_TypeError(MP_ERROR_TEXT("SQL must be a str"));
    }
    return mp_obj_str_get_data(object, length);
}

static sqlite_value_t sqlite_value_get(mp_obj_t object) {
    sqlite_value_t value = {.type = SQLITE_NULL};
    if (object == mp_const_none) {
        return value;
    }
    object = sqlite_native_value(object);
    if (mp_obj_is_int(object)) {
        value.type = SQLITE_INTEGER;
        value.integer = sqlite_int_get(object);
    } else if (mp_obj_is_float(object)) {
        value.type = SQLITE_FLOAT;
        value.real = mp_obj_float_get(object);
    } else if (mp_obj_is_bool(object)) {
        value.type = SQLITE_INTEGER;
        value.integer = object == mp_const_true;
    } else if (mp_get_buffer(object, &value.bytes, MP_BUFFER_READ)) {
        value.type = mp_obj_is_str(object) ? SQLITE_TEXT : SQLITE_BLOB;
    } else {
        value.type = 0;
    }
    return value;
}

// Bytes of which there are none still have to be somewhere, to be told from a null.
static inline const void *sqlite_value_bytes(const sqlite_value_t *value) {
    return value->bytes.len == 0 ? "" : value->bytes.buf;
}

// A text or blob longer than an int says is longer than SQLite allows as well.
static inline int sqlite_value_size(const sqlite_value_t *value) {
    return value->bytes.len > INT_MAX ? INT_MAX : (int)value->bytes.len;
}

static void sqlite_bind(sqlite_statement_t *self, int place, mp_obj_t object) {
    sqlite_value_t value = sqlite_value_get(object);
    const void *bytes = sqlite_value_bytes(&value);
    int size = sqlite_value_size(&value);
    int code = SQLITE_OK;
    switch (value.type) {
        case SQLITE_NULL:
            code = sqlite3_bind_null(self->stmt, place);
            break;
        case SQLITE_INTEGER:
            code = sqlite3_bind_int64(self->stmt, place, value.integer);
            break;
        case SQLITE_FLOAT:
            code = sqlite3_bind_double(self->stmt, place, value.real);
            break;
        case SQLITE_TEXT:
            code = sqlite3_bind_text(self->stmt, place, bytes, size, SQLITE_TRANSIENT);
            break;
        case SQLITE_BLOB:
            code = sqlite3_bind_blob(self->stmt, place, bytes, size, SQLITE_TRANSIENT);
            break;
        default:
            mp_raise_msg_varg(&sqlite_type_ProgrammingError,
                MP_ERROR_TEXT("Error binding parameter %d: type '%s' is not supported"), place,
                mp_obj_get_type_str(object));
    }
    self->bound = MAX(self->bound, value.bytes.len);
    if (code != SQLITE_OK) {
        sqlite_raise_last(self->connection);
    }
}

static void sqlite_result(sqlite3_context *context, mp_obj_t object) {
    sqlite_value_t value = sqlite_value_get(object);
    const void *bytes = sqlite_value_bytes(&value);
    int size = sqlite_value_size(&value);
    switch (value.type) {
        case SQLITE_NULL:
            sqlite3_result_null(context);
            break;
        case SQLITE_INTEGER:
            sqlite3_result_int64(context, value.integer);
            break;
        case SQLITE_FLOAT:
            sqlite3_result_double(context, value.real);
            break;
        case SQLITE_TEXT:
            sqlite3_result_text(context, bytes, size, SQLITE_TRANSIENT);
            break;
        case SQLITE_BLOB:
            sqlite3_result_blob(context, bytes, size, SQLITE_TRANSIENT);
            break;
        default:
            mp_raise_msg_varg(&sqlite_type_ProgrammingError,
                MP_ERROR_TEXT("User-defined functions cannot return '%s' values to SQLite"),
                mp_obj_get_type_str(object));
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// The parameters of a statement, which is in use.

static void sqlite_bind_sequence(sqlite_statement_t *self, size_t count, const mp_obj_t *items, mp_obj_t sequence) {
    size_t needed = sqlite3_bind_parameter_count(self->stmt);
    if (count != needed) {
        mp_raise_msg_varg(&sqlite_type_ProgrammingError,
            MP_ERROR_TEXT("Incorrect number of bindings supplied. The current statement uses %d, and there are %d "
                "supplied."), (int)needed, (int)count);
    }
    for (size_t i = 0; i < count; i++) {
        const char *name = sqlite3_bind_parameter_name(self->stmt, (int)i + 1);
        if (name != NULL && name[0] != '?') {
            mp_raise_msg_varg(&sqlite_type_ProgrammingError,
                MP_ERROR_TEXT("Binding %d ('%s') is a named parameter, but you supplied a sequence which requires "
                    "nameless (qmark) placeholders."), (int)i + 1, name);
        }
        mp_obj_t item = items != NULL ? items[i] : mp_obj_subscr(sequence, MP_OBJ_NEW_SMALL_INT(i), MP_OBJ_SENTINEL);
        sqlite_bind(self, (int)i + 1, item);
    }
}

static void sqlite_bind_dict(sqlite_statement_t *self, mp_obj_t dict) {
    int needed = sqlite3_bind_parameter_count(self->stmt);
    for (int place = 1; place <= needed; place++) {
        const char *name = sqlite3_bind_parameter_name(self->stmt, place);
        if (name == NULL) {
            mp_raise_msg_varg(&sqlite_type_ProgrammingError,
                MP_ERROR_TEXT("Binding %d has no name, but you supplied a dictionary (which has only names)."), place);
        }
        name++; // the sign before it
        size_t length = strlen(name);
        mp_obj_str_t key = {{&mp_type_str}, qstr_compute_hash((const byte *)name, length), length, (const byte *)name};
        mp_map_elem_t *found = mp_map_lookup(mp_obj_dict_get_map(dict), MP_OBJ_FROM_PTR(&key), MP_MAP_LOOKUP);
        if (found == NULL) {
            mp_raise_msg_varg(&sqlite_type_ProgrammingError,
                MP_ERROR_TEXT("You did not supply a value for binding parameter :%s."), name);
        }
        sqlite_bind(self, place, found->value);
    }
}

static void sqlite_bind_all(sqlite_statement_t *self, mp_obj_t parameters) {
    if (mp_obj_is_exact_type(parameters, &mp_type_tuple) || mp_obj_is_exact_type(parameters, &mp_type_list)) {
        size_t count;
        mp_obj_t *items;
        mp_obj_get_array(parameters, &count, &items);
        sqlite_bind_sequence(self, count, items, MP_OBJ_NULL);
        return;
    }
    mp_obj_t dict = mp_obj_is_dict_or_ordereddict(parameters) ? parameters
        : mp_obj_cast_to_native_base(parameters, MP_OBJ_FROM_PTR(&mp_type_dict));
    if (dict != MP_OBJ_NULL) {
        sqlite_bind_dict(self, dict);
        return;
    }
    bool indexed = MP_OBJ_TYPE_HAS_SLOT(mp_obj_get_type(parameters), subscr);
    mp_obj_t length = indexed ? mp_obj_len_maybe(parameters) : MP_OBJ_NULL;
    if (length == MP_OBJ_NULL) {
        sqlite_raise_programming_error(MP_ERROR_TEXT("parameters are of unsupported type"));
    }
    sqlite_bind_sequence(self, mp_obj_get_int(length), NULL, parameters);
}

#endif
