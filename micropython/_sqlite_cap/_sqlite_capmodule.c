// _sqlite_cap: databases as CPython's sqlite3 module has them, over sqlite:component/database.
//
// It is written against libsqlite3's interface, which clients/sqlite brings on the component's bindings. All of it is
// compiled together, so that calls for the cells of a row need not be any.

#include <limits.h>

#include "py/obj.h"
#include "py/objlist.h"
#include "py/runtime.h"

#include "sqlite3_client.h"

#include "sqlite_connection.h"

static mp_obj_t sqlite_library_version(void) {
    const char *version = sqlite3_libversion();
    if (*version == '\0') {
        m_malloc_fail(sizeof(SQLITE_VERSION));
    }
    return mp_obj_new_str(version, strlen(version));
}
static MP_DEFINE_CONST_FUN_OBJ_0(sqlite_library_version_obj, sqlite_library_version);

static mp_obj_t sqlite_complete_statement(mp_obj_t sql) {
    return mp_obj_new_bool(sqlite3_complete(mp_obj_str_get_str(sql)));
}
static MP_DEFINE_CONST_FUN_OBJ_1(sqlite_complete_statement_obj, sqlite_complete_statement);

static const mp_rom_map_elem_t sqlite_cap_globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__sqlite_cap)},
    {MP_ROM_QSTR(MP_QSTR_connect), MP_ROM_PTR(&sqlite_connect_obj)},
    {MP_ROM_QSTR(MP_QSTR_Connection), MP_ROM_PTR(&sqlite_type_Connection)},
    {MP_ROM_QSTR(MP_QSTR_Cursor), MP_ROM_PTR(&sqlite_type_Cursor)},
    {MP_ROM_QSTR(MP_QSTR_Row), MP_ROM_PTR(&sqlite_type_Row)},
    {MP_ROM_QSTR(MP_QSTR_complete_statement), MP_ROM_PTR(&sqlite_complete_statement_obj)},
    {MP_ROM_QSTR(MP_QSTR__library_version), MP_ROM_PTR(&sqlite_library_version_obj)},
    {MP_ROM_QSTR(MP_QSTR__code_by_name), MP_ROM_PTR(&sqlite_code_by_name_obj)},
    SQLITE_ERROR_ENTRIES,
};
static MP_DEFINE_CONST_DICT(sqlite_cap_globals, sqlite_cap_globals_table);

const mp_obj_module_t sqlite_cap_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&sqlite_cap_globals,
};
MP_REGISTER_MODULE(MP_QSTR__sqlite_cap, sqlite_cap_module);
