/* The interpreter's entry. It is CPython's own main, except that it can also go on where a snapshot was taken. */

#include "start.h"

#include <stdlib.h>
#include <wasi/libc-environ.h>

#include "cpython.h"

/* What libc's own entry calls. It would call constructors in every instance. */
void __wasi_init_tp(void);
void __wasm_call_ctors(void);
int __main_void(void);
void __wasm_call_dtors(void);

static bool constructed;
static int status;

uint8_t
exports_pyforge_python_exit_status(void)
{
    return (uint8_t)status;
}

void
start_libc(void)
{
    if (constructed) {
        __wasilibc_initialize_environ();
        return;
    }
    constructed = true;
    __wasi_init_tp();
    __wasm_call_ctors();
}

bool
exports_wasi_cli_run_run(void)
{
    start_libc();
    int result = __main_void();
    __wasm_call_dtors();
    return result == 0;
}

PyStatus
initialize(int argc, char **argv)
{
    PyPreConfig preconfig;
    PyPreConfig_InitPythonConfig(&preconfig);
    PyStatus result = Py_PreInitializeFromBytesArgs(&preconfig, argc, argv);
    if (PyStatus_Exception(result)) {
        return result;
    }
    PyConfig config;
    PyConfig_InitPythonConfig(&config);
    /* The library is in this very file; there need be no folder of it. */
    config.pathconfig_warnings = 0;
    if (getenv("PYTHONHOME") == NULL) {
        result = PyConfig_SetBytesString(&config, &config.stdlib_dir, PYFORGE_LIBRARY);
    }
    if (!PyStatus_Exception(result)) {
        result = PyConfig_SetBytesArgv(&config, argc, argv);
    }
    if (!PyStatus_Exception(result)) {
        result = Py_InitializeFromConfig(&config);
    }
    PyConfig_Clear(&config);
    return result;
}

static int
run(int argc, char **argv)
{
    if (is_prepared()) {
        return resume(argc, argv);
    }
    if (add_caps() < 0) {
        return 1;
    }
    PyStatus result = initialize(argc, argv);
    if (PyStatus_IsExit(result)) {
        return result.exitcode;
    }
    if (PyStatus_Exception(result)) {
        Py_ExitStatusException(result);
    }
    return Py_RunMain();
}

int
main(int argc, char **argv)
{
    return status = run(argc, argv);
}
