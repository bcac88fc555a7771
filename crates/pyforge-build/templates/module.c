/* _{{name}}_cap: {{name}}:component/bytes for Python. Each call goes through the component. */

#define PY_SSIZE_T_CLEAN
#include "Python.h"

#include "{{name}}_import.h"

PyDoc_STRVAR(reverse_doc,
"reverse($module, data, /)\n"
"--\n"
"\n"
"The bytes of data, last first.");

static PyObject *
reverse(PyObject *Py_UNUSED(module), PyObject *data)
{
    Py_buffer view;
    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    /* Arguments stay ours; results become ours. */
    {{name}}_import_list_u8_t argument = {.ptr = view.buf, .len = (size_t)view.len};
    {{name}}_import_list_u8_t result;
    {{name}}_component_bytes_reverse(&argument, &result);
    PyBuffer_Release(&view);
    PyObject *bytes = PyBytes_FromStringAndSize((const char *)result.ptr, (Py_ssize_t)result.len);
    {{name}}_import_list_u8_free(&result);
    return bytes;
}

static PyMethodDef methods[] = {
    {"reverse", reverse, METH_O, reverse_doc},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
    {0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_{{name}}_cap",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit__{{name}}_cap(void)
{
    return PyModuleDef_Init(&module);
}
