// Rows, as tuples and as `Row`, whose values have names too.

#ifndef MICROPY_INCLUDED_SQLITE_ROW_H
#define MICROPY_INCLUDED_SQLITE_ROW_H

#include "sqlite_values.h"

// A tuple, with the cursor's description behind its last item.
typedef mp_obj_tuple_t sqlite_row_t;

static const mp_obj_type_t sqlite_type_Row;

static inline mp_obj_t sqlite_row_description(const sqlite_row_t *self) {
    return self->items[self->len];
}

static sqlite_row_t *sqlite_row_alloc(size_t count, mp_obj_t description) {
    sqlite_row_t *self = mp_obj_malloc_var(sqlite_row_t, items, mp_obj_t, count + 1, &sqlite_type_Row);
    self->len = count;
    self->items[count] = description;
    return self;
}

// The row at hand, as a tuple.
static mp_obj_t sqlite_tuple_from(sqlite3_stmt *stmt) {
    size_t count = sqlite3_data_count(stmt);
    mp_obj_tuple_t *tuple = MP_OBJ_TO_PTR(mp_obj_new_tuple(count, NULL));
    for (size_t i = 0; i < count; i++) {
        tuple->items[i] = sqlite_column_new(stmt, (int)i);
    }
    return MP_OBJ_FROM_PTR(tuple);
}

// The row at hand, as a Row.
static mp_obj_t sqlite_row_from(sqlite3_stmt *stmt, mp_obj_t description) {
    size_t count = sqlite3_data_count(stmt);
    sqlite_row_t *self = sqlite_row_alloc(count, description);
    for (size_t i = 0; i < count; i++) {
        self->items[i] = sqlite_column_new(stmt, (int)i);
    }
    return MP_OBJ_FROM_PTR(self);
}

// The names of the columns; NULL where there is no description.
static mp_obj_t *sqlite_row_columns(const sqlite_row_t *self, size_t *count) {
    mp_obj_t *columns = NULL;
    *count = 0;
    if (sqlite_row_description(self) != mp_const_none) {
        mp_obj_tuple_get(sqlite_row_description(self), count, &columns);
    }
    return columns;
}

static mp_obj_t sqlite_column_name(mp_obj_t column) {
    return ((mp_obj_tuple_t *)MP_OBJ_TO_PTR(column))->items[0];
}

static bool sqlite_row_find(const sqlite_row_t *self, mp_obj_t name, size_t *place) {
    size_t count, length, column_length;
    mp_obj_t *columns = sqlite_row_columns(self, &count);
    const char *wanted = mp_obj_str_get_data(name, &length);
    for (size_t i = 0; i < count && i < self->len; i++) {
        const char *column = mp_obj_str_get_data(sqlite_column_name(columns[i]), &column_length);
        if (column_length == length && sqlite3_stricmp(column, wanted) == 0) {
            *place = i;
            return true;
        }
    }
    return false;
}

static mp_obj_t sqlite_row_subscr(mp_obj_t self_in, mp_obj_t index, mp_obj_t value) {
    sqlite_row_t *self = MP_OBJ_TO_PTR(self_in);
    size_t place;
    if (value != MP_OBJ_SENTINEL) {
        return MP_OBJ_NULL; // nothing is stored in a row, or deleted
    }
    if (mp_obj_is_int(index)) {
        return self->items[mp_get_index(&mp_type_tuple, self->len, index, false)];
    }
    if (mp_obj_is_type(index, &mp_type_slice)) {
        return mp_obj_subscr(mp_obj_new_tuple(self->len, self->items), index, MP_OBJ_SENTINEL);
    }
    if (!mp_obj_is_str(index)) {
        mp_raise_msg(&mp_type_IndexError, MP_ERROR_TEXT("Index must be int or string"));
    }
    if (!sqlite_row_find(self, index, &place)) {
        mp_raise_msg(&mp_type_IndexError, MP_ERROR_TEXT("No item with that key"));
    }
    return self->items[place];
}

static mp_obj_t sqlite_row_unary_op(mp_unary_op_t op, mp_obj_t self_in) {
    sqlite_row_t *self = MP_OBJ_TO_PTR(self_in);
    switch (op) {
        case MP_UNARY_OP_BOOL:
            return mp_obj_new_bool(self->len != 0);
        case MP_UNARY_OP_LEN:
            return MP_OBJ_NEW_SMALL_INT(self->len);
        case MP_UNARY_OP_HASH:
            return mp_obj_tuple_unary_op(op, self_in);
        default:
            return MP_OBJ_NULL;
    }
}

static mp_obj_t sqlite_row_binary_op(mp_binary_op_t op, mp_obj_t self_in, mp_obj_t other_in) {
    sqlite_row_t *self = MP_OBJ_TO_PTR(self_in), *other = MP_OBJ_TO_PTR(other_in);
    if (op != MP_BINARY_OP_EQUAL || !mp_obj_is_exact_type(other_in, &sqlite_type_Row)) {
        return MP_OBJ_NULL;
    }
    bool equal = mp_obj_equal(sqlite_row_description(self), sqlite_row_description(other))
        && mp_seq_cmp_objs(op, self->items, self->len, other->items, other->len);
    return mp_obj_new_bool(equal);
}

static mp_obj_t sqlite_row_getiter(mp_obj_t self_in, mp_obj_iter_buf_t *buffer) {
    return mp_obj_tuple_getiter(self_in, buffer);
}

static mp_obj_t sqlite_row_keys(mp_obj_t self_in) {
    size_t count;
    mp_obj_t *columns = sqlite_row_columns(MP_OBJ_TO_PTR(self_in), &count);
    mp_obj_t keys = mp_obj_new_list(0, NULL);
    for (size_t i = 0; i < count; i++) {
        mp_obj_list_append(keys, sqlite_column_name(columns[i]));
    }
    return keys;
}
static MP_DEFINE_CONST_FUN_OBJ_1(sqlite_row_keys_obj, sqlite_row_keys);

static mp_obj_t sqlite_row_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args);

static const mp_rom_map_elem_t sqlite_row_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR_keys), MP_ROM_PTR(&sqlite_row_keys_obj)},
};
static MP_DEFINE_CONST_DICT(sqlite_row_locals, sqlite_row_locals_table);

static MP_DEFINE_CONST_OBJ_TYPE(
    sqlite_type_Row, MP_QSTR_Row, MP_TYPE_FLAG_ITER_IS_GETITER,
    make_new, sqlite_row_make_new,
    unary_op, sqlite_row_unary_op,
    binary_op, sqlite_row_binary_op,
    subscr, sqlite_row_subscr,
    iter, sqlite_row_getiter,
    locals_dict, &sqlite_row_locals
    );

#endif
