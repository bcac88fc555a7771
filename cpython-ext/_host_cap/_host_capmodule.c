/* _host_cap: pyforge:host/functions for Python. What the functions are to Python is in pyforge_host.py. */

#include "Python.h"

#include "host_import.h"

static PyObject *
text(const host_import_string_t *string)
{
    return PyUnicode_FromStringAndSize((const char *)string->ptr, (Py_ssize_t)string->len);
}

/* Borrows from `object`. Nothing with a lone surrogate crosses, which is no text to others. */
static int
borrow(PyObject *object, host_import_string_t *string)
{
    Py_ssize_t size;
    const char *bytes = PyUnicode_AsUTF8AndSize(object, &size);
    *string = (host_import_string_t){.ptr = (uint8_t *)bytes, .len = bytes == NULL ? 0 : (size_t)size};
    return bytes == NULL ? -1 : 0;
}

PyDoc_STRVAR(names_doc,
"names($module, /)\n"
"--\n"
"\n"
"What the functions of the host are called, as a list.");

static PyObject *
names(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    host_import_list_string_t found;
    pyforge_host_functions_names(&found);
    PyObject *list = PyList_New((Py_ssize_t)found.len);
    for (size_t i = 0; list != NULL && i < found.len; i++) {
        PyObject *name = text(&found.ptr[i]);
        if (name == NULL) {
            Py_CLEAR(list);
        }
        else {
            PyList_SET_ITEM(list, (Py_ssize_t)i, name);
        }
    }
    host_import_list_string_free(&found);
    return list;
}

/* Raises HostError with the host's message. */
static void
raise_failure(PyObject *module, PyObject *name, const pyforge_host_functions_error_t *error)
{
    PyObject *failure = *(PyObject **)PyModule_GetState(module);
    if (error->tag == PYFORGE_HOST_FUNCTIONS_ERROR_UNKNOWN) {
        PyErr_Format(failure, "the host has no function %R", name);
        return;
    }
    PyObject *message = text(&error->val.failed);
    if (message != NULL) {
        PyErr_SetObject(failure, message);
        Py_DECREF(message);
    }
}

PyDoc_STRVAR(call_doc,
"call($module, name, arguments, /)\n"
"--\n"
"\n"
"Call a function of the host: JSON in, a list of positional and named arguments, and JSON out.");

static PyObject *
call(PyObject *module, PyObject *args)
{
    PyObject *name, *arguments;
    host_import_string_t called, given, result;
    if (!PyArg_ParseTuple(args, "UU:call", &name, &arguments)
        || borrow(name, &called) < 0 || borrow(arguments, &given) < 0)
    {
        return NULL;
    }
    /* Arguments stay ours; results become ours. */
    pyforge_host_functions_error_t error;
    if (!pyforge_host_functions_call(&called, &given, &result, &error)) {
        raise_failure(module, name, &error);
        pyforge_host_functions_error_free(&error);
        return NULL;
    }
    PyObject *value = text(&result);
    host_import_string_free(&result);
    return value;
}

static PyMethodDef methods[] = {
    {"names", names, METH_NOARGS, names_doc},
    {"call", call, METH_VARARGS, call_doc},
    {NULL, NULL, 0, NULL},
};

PyDoc_STRVAR(failure_doc, "A function of the host failed; the message is the host's.");

static int
fill(PyObject *module)
{
    PyObject **failure = PyModule_GetState(module);
    *failure = PyErr_NewExceptionWithDoc("pyforge_host.HostError", failure_doc, NULL, NULL);
    return PyModule_AddObjectRef(module, "HostError", *failure);
}

static int
visit(PyObject *module, visitproc visit, void *arg)
{
    Py_VISIT(*(PyObject **)PyModule_GetState(module));
    return 0;
}

static int
clear(PyObject *module)
{
    Py_CLEAR(*(PyObject **)PyModule_GetState(module));
    return 0;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, fill},
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
    {0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_host_cap",
    .m_size = sizeof(PyObject *),
    .m_methods = methods,
    .m_slots = slots,
    .m_traverse = visit,
    .m_clear = clear,
};

PyMODINIT_FUNC
PyInit__host_cap(void)
{
    return PyModuleDef_Init(&module);
}
