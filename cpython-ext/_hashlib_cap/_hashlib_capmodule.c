/* _hashlib_cap: CPython's _hashlib module over openssl:component/digest, mac and kdf.

   It is CPython's own, from the sources that the interpreter is built from. It calls libcrypto, whose headers the
   folder client/ brings, on the component's bindings. */

/* CPython's modules may use what is internal to it, when this is defined before Python.h is included. */
#define Py_BUILD_CORE_MODULE 1

#include "Python.h"

/* The interpreter finds modules by the names of their caps. */
#define PyInit__hashlib PyInit__hashlib_cap
PyMODINIT_FUNC PyInit__hashlib_cap(void);

#include "Modules/_hashopenssl.c"
