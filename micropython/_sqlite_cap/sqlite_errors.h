// The exceptions of DB-API 2.0, and SQLite's failures as such.

#ifndef MICROPY_INCLUDED_SQLITE_ERRORS_H
#define MICROPY_INCLUDED_SQLITE_ERRORS_H

#include <string.h>

#include "py/gc.h"
#include "py/objexcept.h"
#include "py/objtuple.h"
#include "py/runtime.h"
#include "sqlite_codes.h"

// The arguments of an exception with a code are a tuple of one, with the code behind its item, and this behind the code.
// What others allocate has zeros there, if there is room at all.
static const char sqlite_code_mark;
#define SQLITE_CODE_AT (1)
#define SQLITE_MARK_AT (2)
#define SQLITE_ARGS_SIZE (offsetof(mp_obj_tuple_t, items) + (SQLITE_MARK_AT + 1) * sizeof(mp_obj_t))

static bool sqlite_args_have_code(const mp_obj_tuple_t *args) {
    return args->len == 1 && gc_nbytes(args) >= SQLITE_ARGS_SIZE
           && MP_OBJ_TO_PTR(args->items[SQLITE_MARK_AT]) == (void *)&sqlite_code_mark;
}

static void sqlite_error_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    mp_obj_exception_t *self = MP_OBJ_TO_PTR(self_in);
    bool is_code = attr == MP_QSTR_sqlite_errorcode || attr == MP_QSTR_sqlite_errorname;
    if (dest[0] != MP_OBJ_NULL || !is_code) {
        mp_obj_exception_attr(self_in, attr, dest);
    } else if (sqlite_args_have_code(self->args)) {
        mp_obj_t code = self->args->items[SQLITE_CODE_AT];
        dest[0] = attr == MP_QSTR_sqlite_errorcode ? code : sqlite_code_name(MP_OBJ_SMALL_INT_VALUE(code));
        if (dest[0] == mp_const_none) {
            dest[0] = MP_OBJ_NEW_QSTR(MP_QSTR_unknown);
        }
    }
}

#define SQLITE_DEFINE_ERROR(error, base) \
    MP_DEFINE_CONST_OBJ_TYPE(sqlite_type_##error, MP_QSTR_##error, MP_TYPE_FLAG_NONE, \
    make_new, mp_obj_exception_make_new, \
    print, mp_obj_exception_print, \
    attr, sqlite_error_attr, \
    parent, &base \
    );

static SQLITE_DEFINE_ERROR(Warning, mp_type_Exception)
static SQLITE_DEFINE_ERROR(Error, mp_type_Exception)
static SQLITE_DEFINE_ERROR(InterfaceError, sqlite_type_Error)
static SQLITE_DEFINE_ERROR(DatabaseError, sqlite_type_Error)
static SQLITE_DEFINE_ERROR(DataError, sqlite_type_DatabaseError)
static SQLITE_DEFINE_ERROR(OperationalError, sqlite_type_DatabaseError)
static SQLITE_DEFINE_ERROR(IntegrityError, sqlite_type_DatabaseError)
static SQLITE_DEFINE_ERROR(InternalError, sqlite_type_DatabaseError)
static SQLITE_DEFINE_ERROR(ProgrammingError, sqlite_type_DatabaseError)
static SQLITE_DEFINE_ERROR(NotSupportedError, sqlite_type_DatabaseError)

// For the dictionaries of the module and of connections.
#define SQLITE_ERROR_ENTRY(error) {MP_ROM_QSTR(MP_QSTR_##error), MP_ROM_PTR(&sqlite_type_##error)}
#define SQLITE_ERROR_ENTRIES \
    SQLITE_ERROR_ENTRY(Warning), \
    SQLITE_ERROR_ENTRY(Error), \
    SQLITE_ERROR_ENTRY(InterfaceError), \
    SQLITE_ERROR_ENTRY(DatabaseError), \
    SQLITE_ERROR_ENTRY(DataError), \
    SQLITE_ERROR_ENTRY(OperationalError), \
    SQLITE_ERROR_ENTRY(IntegrityError), \
    SQLITE_ERROR_ENTRY(InternalError), \
    SQLITE_ERROR_ENTRY(ProgrammingError), \
    SQLITE_ERROR_ENTRY(NotSupportedError)

static MP_NORETURN void sqlite_raise_programming_error(mp_rom_error_text_t message) {
    mp_raise_msg(&sqlite_type_ProgrammingError, message);
}

static const mp_obj_type_t *sqlite_error_type(int primary_code) {
    switch (primary_code) {
        case SQLITE_INTERNAL:
        case SQLITE_NOTFOUND:
            return &sqlite_type_InternalError;
        case SQLITE_NOMEM:
            return &mp_type_MemoryError;
        case SQLITE_ERROR:
        case SQLITE_PERM:
        case SQLITE_ABORT:
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_READONLY:
        case SQLITE_INTERRUPT:
        case SQLITE_IOERR:
        case SQLITE_FULL:
        case SQLITE_CANTOPEN:
        case SQLITE_PROTOCOL:
        case SQLITE_EMPTY:
        case SQLITE_SCHEMA:
            return &sqlite_type_OperationalError;
        case SQLITE_TOOBIG:
            return &sqlite_type_DataError;
        case SQLITE_CONSTRAINT:
        case SQLITE_MISMATCH:
            return &sqlite_type_IntegrityError;
        case SQLITE_MISUSE:
        case SQLITE_RANGE:
            return &sqlite_type_InterfaceError;
        default:
            return &sqlite_type_DatabaseError;
    }
}

// An exception for a code, which may be extended.
static mp_obj_t sqlite_error_new(int code, const char *message) {
    const mp_obj_type_t *type = sqlite_error_type(code & 0xff);
    mp_obj_t error = mp_obj_new_exception(type);
    if (type != &mp_type_MemoryError) {
        mp_obj_tuple_t *args = mp_obj_malloc_var(mp_obj_tuple_t, items, mp_obj_t, SQLITE_MARK_AT + 1, &mp_type_tuple);
        args->len = 1;
        args->items[0] = mp_const_none;
        args->items[SQLITE_CODE_AT] = MP_OBJ_NEW_SMALL_INT(code);
        args->items[SQLITE_MARK_AT] = MP_OBJ_FROM_PTR(&sqlite_code_mark);
        args->items[0] = mp_obj_new_str(message, strlen(message));
        ((mp_obj_exception_t *)MP_OBJ_TO_PTR(error))->args = args;
    }
    return error;
}

static MP_NORETURN void sqlite_raise_code(int code) {
    nlr_raise(sqlite_error_new(code, sqlite3_errstr(code)));
}

#endif
