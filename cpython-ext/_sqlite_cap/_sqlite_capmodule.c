/* _sqlite_cap: CPython's _sqlite3 module over sqlite:component/database.

   It is CPython's own, from the sources that the interpreter is built from. They call libsqlite3, whose interface
   clients/sqlite brings, on the component's bindings. All of it is compiled together, so that calls for the cells of a
   row need not be any. */

/* What configure says of this library: that it can read a database out. It cannot load extensions. */
#define PY_SQLITE_HAVE_SERIALIZE 1

/* CPython's modules may use what is internal to it, when this is defined before Python.h is included. */
#define Py_BUILD_CORE_MODULE 1

#include "Python.h"

/* The interpreter finds modules by the names of their caps. */
#define PyInit__sqlite3 PyInit__sqlite_cap
PyMODINIT_FUNC PyInit__sqlite_cap(void);

#include "sqlite3_client.h"

#include "Modules/_sqlite/blob.c"
#include "Modules/_sqlite/connection.c"
#include "Modules/_sqlite/cursor.c"
#include "Modules/_sqlite/microprotocols.c"
#include "Modules/_sqlite/module.c"
#include "Modules/_sqlite/prepare_protocol.c"
#include "Modules/_sqlite/row.c"
#include "Modules/_sqlite/statement.c"
#include "Modules/_sqlite/util.c"
