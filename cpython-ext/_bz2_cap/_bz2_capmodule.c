/* _bz2_cap: CPython's _bz2 module over bzip2:component/stream.

   The parts: bz2_refusal.h (exceptions), bz2_compressor.h and bz2_decompressor.h (a type each), what every codec shares
   (../include), and here the module itself. */

#include "Python.h"

#include "bz2_compressor.h"
#include "bz2_decompressor.h"
#include "cap_module.h"

static int
module_exec(PyObject *module)
{
    return add_type(module, &compressor_spec, NULL) < 0 ? -1 : add_type(module, &decompressor_spec, NULL);
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
    {0, NULL},
};

static struct PyModuleDef bz2_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_bz2_cap",
    .m_slots = module_slots,
};

PyMODINIT_FUNC
PyInit__bz2_cap(void)
{
    return PyModuleDef_Init(&bz2_module);
}
