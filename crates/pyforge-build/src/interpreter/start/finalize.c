/* How an instance that began with a snapshot ends.

   CPython takes everything apart at the end, which would be most of a short run's work, and would copy the pages of a
   memory that instances share. Here it does what a program can see: functions of atexit are called, what the run has
   imported and made is finalized, streams are flushed. What was there before the run is left as it is; the instance's
   memory goes with it. */

#include "start.h"

#include <stdlib.h>

#include "internal/pycore_ceval.h"
#include "internal/pycore_gc.h"
#include "internal/pycore_interp.h"
#include "internal/pycore_moduleobject.h"
#include "internal/pycore_pylifecycle.h"
#include "internal/pycore_pystate.h"
#include "internal/pycore_runtime.h"

int __real_Py_FinalizeEx(void);
_Noreturn void __real_Py_Exit(int);

static void
ignore(const char *while_doing)
{
    if (PyErr_Occurred()) {
        PyErr_FormatUnraisable("Exception ignored while %s", while_doing);
    }
}

/* Flushes a standard stream unless it is closed or absent: 0, or -1 with an exception. */
static int
flush(const char *name)
{
    PyObject *stream = Py_XNewRef(PySys_GetObject(name));
    if (stream == NULL || stream == Py_None) {
        Py_XDECREF(stream);
        return 0;
    }
    PyObject *closed = PyObject_GetAttrString(stream, "closed");
    int is_closed = closed == NULL ? -1 : PyObject_IsTrue(closed);
    Py_XDECREF(closed);
    if (is_closed < 0) {
        PyErr_Clear();
    }
    PyObject *result = is_closed == 1 ? Py_NewRef(Py_None) : PyObject_CallMethod(stream, "flush", NULL);
    Py_DECREF(stream);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

/* 0, or -1 if what was written cannot be. */
static int
flush_streams(void)
{
    int out = flush("stdout");
    ignore("flushing sys.stdout");
    int err = flush("stderr");
    PyErr_Clear();
    return out < 0 || err < 0 ? -1 : 0;
}

static void
shut_threads_down(void)
{
    PyObject *threading = PyDict_GetItemString(PyImport_GetModuleDict(), "threading");
    Py_XDECREF(threading == NULL ? NULL : PyObject_CallMethod(threading, "_shutdown", NULL));
    ignore("shutting threading down");
}

/* Lets go of what a program leaves in sys and builtins, and gives it CPython's own streams back. */
static void
restore_sys(void)
{
    static const char *const LEFT[] = {
        "argv", "ps1", "ps2", "last_exc", "last_type", "last_value", "last_traceback", "__interactivehook__",
    };
    static const char *const STREAMS[][2] = {
        {"stdin", "__stdin__"}, {"stdout", "__stdout__"}, {"stderr", "__stderr__"},
    };
    PyDict_SetItemString(PyInterpreterState_Get()->builtins, "_", Py_None);
    for (size_t i = 0; i < Py_ARRAY_LENGTH(LEFT); i++) {
        PySys_SetObject(LEFT[i], Py_None);
    }
    for (size_t i = 0; i < Py_ARRAY_LENGTH(STREAMS); i++) {
        PyObject *own = PySys_GetObject(STREAMS[i][1]);
        PySys_SetObject(STREAMS[i][0], own == NULL ? Py_None : own);
    }
    ignore("restoring sys");
}

/* Takes the modules that the run has imported out of sys.modules: weak references to them, in that order. */
static PyObject *
remove_modules(PyObject *before)
{
    PyObject *modules = PyImport_GetModuleDict();
    PyObject *items = PyMapping_Items(modules);
    PyObject *removed = PyList_New(0);
    for (Py_ssize_t i = 0; items != NULL && removed != NULL && i < PyList_GET_SIZE(items); i++) {
        PyObject *name = PyTuple_GET_ITEM(PyList_GET_ITEM(items, i), 0);
        PyObject *module = PyTuple_GET_ITEM(PyList_GET_ITEM(items, i), 1);
        if (!PyModule_Check(module) || PySequence_Contains(before, name) != 0) {
            continue;
        }
        PyObject *reference = PyWeakref_NewRef(module, NULL);
        if (reference == NULL || PyList_Append(removed, reference) < 0 || PyObject_DelItem(modules, name) < 0) {
            ignore("removing modules");
        }
        Py_XDECREF(reference);
    }
    Py_XDECREF(items);
    return removed;
}

/* Clears the modules that something keeps alive, the last imported first. */
static void
clear_modules(PyObject *removed)
{
    for (Py_ssize_t i = PyList_GET_SIZE(removed); i-- > 0;) {
        PyObject *module;
        if (PyWeakref_GetRef(PyList_GET_ITEM(removed, i), &module) == 1) {
            _PyModule_Clear(module);
            Py_DECREF(module);
        }
    }
}

/* The turn in which an object is finalized: destructors in Python are first, since they may still write; then what is
   to be closed before what it writes to. */
static int
turn_of(PyObject *object, PyObject *const *layers, int count)
{
    for (int i = 0; i < count; i++) {
        if (PyObject_IsInstance(object, layers[i]) == 1) {
            return i + 1;
        }
    }
    PyErr_Clear();
    return 0;
}

/* Finalizes what is left of the run in what was there before: files that were kept in another module, say. */
static void
finalize_rest(void)
{
    /* Text writes to a buffer, and that to a file. */
    static const char *const LAYERS[] = {"_TextIOBase", "_BufferedIOBase", "_RawIOBase"};
    PyObject *layers[Py_ARRAY_LENGTH(LAYERS)] = {NULL};
    const int count = Py_ARRAY_LENGTH(LAYERS);
    PyObject *io = PyImport_ImportModule("_io");
    for (int i = 0; i < count && io != NULL; i++) {
        layers[i] = PyObject_GetAttrString(io, LAYERS[i]);
    }
    Py_XDECREF(io);
    PyObject *objects = layers[count - 1] == NULL ? NULL : _PyGC_GetObjects(PyInterpreterState_Get(), -1);
    for (int turn = 0; turn <= count && objects != NULL; turn++) {
        for (Py_ssize_t i = 0; i < PyList_GET_SIZE(objects); i++) {
            PyObject *object = PyList_GET_ITEM(objects, i);
            if (Py_TYPE(object)->tp_finalize != NULL && turn_of(object, layers, count) == turn) {
                PyObject_CallFinalizer(object);
            }
        }
        if (turn == 0) {
            flush_streams();
        }
    }
    Py_XDECREF(objects);
    ignore("finalizing objects");
}

static void
set_finalizing(void)
{
    PyThreadState *thread = PyThreadState_Get();
    thread->interp->finalizing = 1;
    _PyInterpreterState_SetFinalizing(thread->interp, thread);
    _PyRuntimeState_SetFinalizing(&_PyRuntime, thread);
}

static int
finish(PyObject *before)
{
    shut_threads_down();
    _Py_FinishPendingCalls(PyThreadState_Get());
    _PyAtExit_Call(PyInterpreterState_Get());
    int status = flush_streams();
    set_finalizing();
    PyGC_Collect();
    restore_sys();
    PyObject *removed = remove_modules(before);
    PyGC_Collect();
    if (removed != NULL) {
        clear_modules(removed);
        PyGC_Collect();
    }
    if (flush_streams() < 0) {
        status = -1;
    }
    finalize_rest();
    return status;
}

/* Whether this is the end of a run that began with a snapshot, in the only interpreter there is. */
static PyObject *
modules_before(void)
{
    bool alone = PyInterpreterState_Next(PyInterpreterState_Head()) == NULL;
    return alone && !Py_IsFinalizing() ? prepared_modules() : NULL;
}

int
__wrap_Py_FinalizeEx(void)
{
    PyObject *before = modules_before();
    return before == NULL ? __real_Py_FinalizeEx() : finish(before);
}

_Noreturn void
__wrap_Py_Exit(int status)
{
    PyObject *before = modules_before();
    if (before == NULL) {
        __real_Py_Exit(status);
    }
    exit(finish(before) < 0 ? 120 : status);
}
