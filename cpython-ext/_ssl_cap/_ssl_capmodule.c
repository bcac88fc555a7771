/* _ssl_cap: CPython's _ssl module over openssl:component/tls, x509 and random.

   It is CPython's own, from the sources that the interpreter is built from. They call OpenSSL, whose
   interface the folder client/ brings, on the component's bindings. Sockets stay on this side: the component
   sees ciphertext. */

/* CPython's modules may use what is internal to it, when this is defined before Python.h is included. */
#define Py_BUILD_CORE_MODULE 1

#include "Python.h"

/* The interpreter finds modules by the names of their caps. */
#define PyInit__ssl PyInit__ssl_cap
PyMODINIT_FUNC PyInit__ssl_cap(void);

#include "client/client.h"

#include "Modules/_ssl.c"
