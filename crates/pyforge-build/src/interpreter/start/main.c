/* The interpreter's entry. It is CPython's own main, except that it can also go on where a snapshot was taken. */

#include "start.h"

#include <stdlib.h>

#include "cpython.h"

static int status;

uint8_t
exports_pyforge_python_exit_status(void)
{
    return (uint8_t)status;
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
