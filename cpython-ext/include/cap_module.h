/* Filling a module, under the names of the one that it stands for. */

#ifndef CAP_MODULE_H
#define CAP_MODULE_H

#include "Python.h"

/* Adds functions of `name`, the module that users know, whatever this one is called. The table ends with an empty
   entry. */
static inline int
add_functions(PyObject *module, PyMethodDef *functions, const char *name)
{
    PyObject *known_as = PyUnicode_FromString(name);
    for (PyMethodDef *function = functions; known_as != NULL && function->ml_name != NULL; function++) {
        if (PyModule_Add(module, function->ml_name, PyCFunction_NewEx(function, module, known_as)) < 0) {
            Py_CLEAR(known_as);
        }
    }
    Py_XDECREF(known_as);
    return known_as == NULL ? -1 : 0;
}

/* Makes a type and adds it. `*kept`, of the module's state, owns it too, also when it fails; NULL where the state
   has no use for it. */
static inline int
add_type(PyObject *module, PyType_Spec *spec, PyTypeObject **kept)
{
    PyTypeObject *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
    int added = type == NULL ? -1 : PyModule_AddType(module, type);
    if (kept != NULL) {
        *kept = type;
    }
    else {
        Py_XDECREF(type);
    }
    return added;
}

typedef struct {
    const char *name;
    long long value;
} Constant;

static inline int
add_constants(PyObject *module, const Constant *constants, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (PyModule_Add(module, constants[i].name, PyLong_FromLongLong(constants[i].value)) < 0) {
            return -1;
        }
    }
    return 0;
}

#endif
