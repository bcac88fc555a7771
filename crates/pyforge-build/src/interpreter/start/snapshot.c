/* An interpreter that is brought up once, and found up by every instance that begins with its memory.

   A host calls `prepare`, takes what `memory` says, and starts instances with that. Those come to `resume` instead of an
   initialisation. What belongs to a run (arguments, variables, streams, folders, random numbers) is made anew there;
   options that would have made another interpreter are refused, since it is too late for them. */

#include "start.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wasi/libc-environ.h>
#include <wasi/libc.h>
#include <wasi/wasip2.h>

#include "internal/pycore_initconfig.h"
#include "internal/pycore_interp.h"
#include "internal/pycore_pystate.h"

#include "cpython.h"

static bool prepared;

/* What the options and variables of the preparation came to. */
static PyObject *prepared_options;

/* The module with the part that is written in Python. */
static PyObject *start_module;

/* The names of what is imported. */
static PyObject *modules_imported;

bool
is_prepared(void)
{
    return prepared;
}

PyObject *
prepared_modules(void)
{
    return prepared ? modules_imported : NULL;
}

/* What a run of these arguments is to do, read into the configuration. */
static PyStatus
read_config(PyConfig *config, int argc, char **argv)
{
    PyConfig_InitPythonConfig(config);
    config->pathconfig_warnings = 0;
    PyStatus result = PyConfig_SetBytesArgv(config, argc, argv);
    return PyStatus_Exception(result) ? result : PyConfig_Read(config);
}

/* The configuration without what each run has of its own. */
static PyObject *
options(const PyConfig *config)
{
    static const char *const OF_A_RUN[] = {"argv",         "orig_argv",  "run_command",
                                           "run_filename", "run_module", "stdio_errors"};
    PyObject *dict = _PyConfig_AsDict(config);
    for (size_t i = 0; dict != NULL && i < Py_ARRAY_LENGTH(OF_A_RUN); i++) {
        if (PyDict_PopString(dict, OF_A_RUN[i], NULL) < 0) {
            Py_CLEAR(dict);
        }
    }
    return dict;
}

static int
append_name(PyObject *names, const char *text, size_t size)
{
    PyObject *name = PyUnicode_FromStringAndSize(text, (Py_ssize_t)size);
    int result = name == NULL ? -1 : PyList_Append(names, name);
    Py_XDECREF(name);
    return result;
}

/* The modules that the distribution names, and those that the host does. */
static PyObject *
names_of(const cpython_list_string_t *modules)
{
    PyObject *names = PyList_New(0);
    for (size_t i = 0; names != NULL && snapshot_modules[i] != NULL; i++) {
        if (append_name(names, snapshot_modules[i], strlen(snapshot_modules[i])) < 0) {
            Py_CLEAR(names);
        }
    }
    for (size_t i = 0; names != NULL && i < modules->len; i++) {
        if (append_name(names, (char *)modules->ptr[i].ptr, modules->ptr[i].len) < 0) {
            Py_CLEAR(names);
        }
    }
    return names;
}

static int
import_prepared(const cpython_list_string_t *modules)
{
    PyObject *names = names_of(modules);
    start_module = names == NULL ? NULL : PyImport_ImportModule("_pyforge_start");
    modules_imported = start_module == NULL ? NULL : PyObject_CallMethod(start_module, "prepare", "O", names);
    Py_XDECREF(names);
    return modules_imported == NULL ? -1 : 0;
}

static PyStatus
prepare(const cpython_list_string_t *modules)
{
    char *argv[] = {"python", NULL};
    if (add_caps() < 0) {
        return PyStatus_NoMemory();
    }
    PyStatus result = initialize(1, argv);
    if (PyStatus_Exception(result)) {
        return result;
    }
    PyConfig config;
    result = read_config(&config, 1, argv);
    if (!PyStatus_Exception(result)) {
        prepared_options = options(&config);
    }
    PyConfig_Clear(&config);
    if (prepared_options == NULL || import_prepared(modules) < 0) {
        PyErr_Print();
        return PyStatus_Error("the modules cannot be imported");
    }
    return result;
}

/* How many resources of the host's or of caps' this instance has handles of. A handle is the lowest index of a table
   that is free, or the next one, so that as many new ones as fill all gaps tell how many indices are taken. */
static int
live_handles(void)
{
    enum { GAPS = 4096 };
    static poll_own_pollable_t fresh[GAPS];
    int last = 0;
    for (int i = 0; i < GAPS; i++) {
        fresh[i] = monotonic_clock_subscribe_duration(0);
        last = fresh[i].__handle > last ? fresh[i].__handle : last;
    }
    for (int i = 0; i < GAPS; i++) {
        poll_pollable_drop_own(fresh[i]);
    }
    return last - GAPS;
}

bool
exports_pyforge_python_snapshot_prepare(cpython_list_string_t *modules, cpython_string_t *error)
{
    start_libc();
    PyStatus result = prepare(modules);
    cpython_list_string_free(modules);
    if (PyStatus_Exception(result)) {
        cpython_string_dup(error, result.err_msg == NULL ? "python exits" : result.err_msg);
        return false;
    }
    fflush(NULL);
    /* Handles of the host's are for this instance alone. */
    __wasilibc_reset_preopens();
    __wasilibc_deinitialize_environ();
    if (live_handles() != 0) {
        cpython_string_dup(error, "a module that is imported holds on to something of a cap's or of the host's");
        return false;
    }
    prepared = true;
    return true;
}

void
exports_pyforge_python_snapshot_memory(cpython_list_u8_t *memory)
{
    memory->ptr = NULL;
    memory->len = __builtin_wasm_memory_size(0) * 65536;
}

/* Says which options come too late. */
static void
refuse(PyObject *said)
{
    PySys_WriteStderr("python: this interpreter came up beforehand, too early for this locale or these options:");
    PyObject *key, *value;
    Py_ssize_t at = 0;
    while (PyDict_Next(said, &at, &key, &value)) {
        PyObject *before = PyDict_GetItemWithError(prepared_options, key);
        if (before == NULL || PyObject_RichCompareBool(before, value, Py_EQ) != 1) {
            PySys_FormatStderr(" %U", key);
        }
    }
    PySys_WriteStderr("\n");
}

static int
set_argv(const char *name, const PyWideStringList *list)
{
    PyObject *value = PyList_New(list->length);
    for (Py_ssize_t i = 0; value != NULL && i < list->length; i++) {
        PyObject *item = PyUnicode_FromWideChar(list->items[i], -1);
        if (item == NULL) {
            Py_CLEAR(value);
            break;
        }
        PyList_SET_ITEM(value, i, item);
    }
    int result = value == NULL ? -1 : PySys_SetObject(name, value);
    Py_XDECREF(value);
    return result;
}

/* Has the interpreter's configuration say what this run is to do. */
static int
apply(PyConfig *said)
{
    PyConfig *config = (PyConfig *)_PyInterpreterState_GetConfig(PyInterpreterState_Get());
    config->argv = said->argv;
    config->orig_argv = said->orig_argv;
    config->run_command = said->run_command;
    config->run_filename = said->run_filename;
    config->run_module = said->run_module;
    return set_argv("argv", &config->argv) < 0 || set_argv("orig_argv", &config->orig_argv) < 0 ? -1 : 0;
}

/* Takes the locale from this run's variables. Whether it is one that the interpreter could have come up with: in the
   others it would be in its UTF-8 mode. */
static bool
take_locale(void)
{
    const char *name = setlocale(LC_CTYPE, "");
    return name != NULL && strcmp(name, "C") != 0 && strcmp(name, "POSIX") != 0;
}

static PyObject *
environment(void)
{
    PyObject *list = PyList_New(0);
    for (char **variable = __wasilibc_get_environ(); list != NULL && *variable != NULL; variable++) {
        PyObject *text = PyBytes_FromString(*variable);
        if (text == NULL || PyList_Append(list, text) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(text);
    }
    return list;
}

/* The part that is written in Python. */
static int
renew(const PyConfig *said)
{
    PyObject *errors = PyUnicode_FromWideChar(said->stdio_errors, -1);
    PyObject *variables = errors == NULL ? NULL : environment();
    PyObject *result =
        variables == NULL ? NULL : PyObject_CallMethod(start_module, "resume", "OO", errors, variables);
    Py_XDECREF(errors);
    Py_XDECREF(variables);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

/* Compares the options and takes over the rest: 0, or the status to end with. */
static int
take_over(PyConfig *said, bool locale_fits)
{
    PyObject *said_options = renew(said) < 0 ? NULL : options(said);
    int same = said_options == NULL ? -1 : PyObject_RichCompareBool(said_options, prepared_options, Py_EQ);
    if (same == 0 || (same == 1 && !locale_fits)) {
        refuse(said_options);
        Py_DECREF(said_options);
        return 2;
    }
    Py_XDECREF(said_options);
    if (same < 0 || apply(said) < 0) {
        PyErr_Print();
        return 1;
    }
    return 0;
}

int
resume(int argc, char **argv)
{
    bool locale_fits = take_locale();
    PyConfig said;
    PyStatus result = read_config(&said, argc, argv);
    if (PyStatus_IsExit(result)) {
        return result.exitcode;
    }
    if (PyStatus_Exception(result)) {
        Py_ExitStatusException(result);
    }
    int failed = take_over(&said, locale_fits);
    return failed != 0 ? failed : Py_RunMain();
}
