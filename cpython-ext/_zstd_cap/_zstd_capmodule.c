/* _zstd_cap: CPython's _zstd module over zstd:component/stream.

   The parts: zstd_state.h (state and ZstdError), zstd_parameters.h (options), zstd_room.h (large arguments), a type each
   in zstd_dictionary.h, zstd_compressor.h and zstd_decompressor.h, zstd_training.h and zstd_frame.h (functions), what
   every codec shares (../include), and here the rest and the module itself. */

#include "Python.h"

#include "cap_module.h"
#include "zstd_compressor.h"
#include "zstd_decompressor.h"
#include "zstd_frame.h"
#include "zstd_training.h"

PyDoc_STRVAR(get_param_bounds_doc,
"get_param_bounds($module, /, parameter, is_compress)\n"
"--\n"
"\n"
"Return the least and the greatest value that a parameter can have.\n"
"\n"
"  parameter\n"
"    Its number.\n"
"  is_compress\n"
"    Whether it is a CompressionParameter; else it is a DecompressionParameter.");

static PyObject *
get_param_bounds(PyObject *module, PyObject *const *args, Py_ssize_t count, PyObject *kwnames)
{
    static char *names[] = {"parameter", "is_compress", NULL};
    PyObject *values[MOST_ARGUMENTS] = {NULL};
    int parameter;
    if (read_arguments(args, count, kwnames, 2, 2, "OO:get_param_bounds", names, values) < 0
        || read_int(values[0], &parameter) < 0) {
        return NULL;
    }
    int is_compress = PyObject_IsTrue(values[1]);
    if (is_compress < 0) {
        return NULL;
    }
    zstd_component_stream_bounds_t bounds;
    Failure failure;
    const Side *side = is_compress ? &COMPRESSION : &DECOMPRESSION;
    if (!zstd_component_stream_parameter_bounds(side->side, parameter, &bounds, &failure)) {
        raise_failure(PyModule_GetState(module),
                      is_compress ? GETTING_COMPRESSION_BOUNDS : GETTING_DECOMPRESSION_BOUNDS, &failure);
        return NULL;
    }
    return Py_BuildValue("ii", (int)bounds.lower, (int)bounds.upper);
}

PyDoc_STRVAR(set_parameter_types_doc,
"set_parameter_types($module, /, c_parameter_type, d_parameter_type)\n"
"--\n"
"\n"
"Say which types the keys of options have, so that wrong ones are noticed.\n"
"\n"
"  c_parameter_type\n"
"    The type CompressionParameter.\n"
"  d_parameter_type\n"
"    The type DecompressionParameter.");

static PyObject *
set_parameter_types(PyObject *module, PyObject *const *args, Py_ssize_t count, PyObject *kwnames)
{
    static char *names[] = {"c_parameter_type", "d_parameter_type", NULL};
    PyObject *values[MOST_ARGUMENTS] = {NULL};
    if (read_arguments(args, count, kwnames, 2, 2, "OO:set_parameter_types", names, values) < 0) {
        return NULL;
    }
    for (int i = 0; i < 2; i++) {
        if (!PyType_Check(values[i])) {
            PyErr_Format(PyExc_TypeError, "set_parameter_types() argument '%s' must be type, not %.50s", names[i],
                         values[i] == Py_None ? "None" : Py_TYPE(values[i])->tp_name);
            return NULL;
        }
    }
    ModuleState *state = PyModule_GetState(module);
    Py_XSETREF(state->compression_parameter, (PyTypeObject *)Py_NewRef(values[0]));
    Py_XSETREF(state->decompression_parameter, (PyTypeObject *)Py_NewRef(values[1]));
    Py_RETURN_NONE;
}

static PyMethodDef zstd_functions[] = {
    {"train_dict", train_dict, METH_VARARGS, train_dict_doc},
    {"finalize_dict", finalize_dict, METH_VARARGS, finalize_dict_doc},
    {"get_param_bounds", FAST_WITH_KEYWORDS(get_param_bounds), get_param_bounds_doc},
    {"get_frame_size", FAST_WITH_KEYWORDS(get_frame_size), get_frame_size_doc},
    {"get_frame_info", FAST_WITH_KEYWORDS(get_frame_info), get_frame_info_doc},
    {"set_parameter_types", FAST_WITH_KEYWORDS(set_parameter_types), set_parameter_types_doc},
    {NULL},
};

/* The strategies, numbered from 1. */
static const char *const strategies[] = {
    "ZSTD_fast",  "ZSTD_dfast", "ZSTD_greedy",  "ZSTD_lazy",     "ZSTD_lazy2", "ZSTD_btlazy2",
    "ZSTD_btopt", "ZSTD_btultra", "ZSTD_btultra2",
};

/* The most output that a decompressor holds back at once: a block, in bytes. */
enum { DSTREAM_OUT_SIZE = 128 * 1024 };

static int
add_parameters(PyObject *module, const Parameter *parameter)
{
    for (; parameter->name != NULL; parameter++) {
        if (PyModule_AddIntConstant(module, parameter->constant, parameter->number) < 0) {
            return -1;
        }
    }
    return 0;
}

static int
add_strategies(PyObject *module)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(strategies); i++) {
        if (PyModule_AddIntConstant(module, strategies[i], (long)i + 1) < 0) {
            return -1;
        }
    }
    return 0;
}

static int
add_version(PyObject *module)
{
    unsigned int version = zstd_component_stream_version();
    PyObject *text = PyUnicode_FromFormat("%u.%u.%u", version / 10000, version / 100 % 100, version % 100);
    return PyModule_AddIntConstant(module, "zstd_version_number", (long)version) < 0
        ? (Py_XDECREF(text), -1) : PyModule_Add(module, "zstd_version", text);
}

static int
add_numbers(PyObject *module)
{
    ModuleState *state = PyModule_GetState(module);
    zstd_component_stream_compression_levels(&state->levels);
    if (add_version(module) < 0 || add_parameters(module, compression_parameters) < 0
        || add_parameters(module, decompression_parameters) < 0 || add_strategies(module) < 0
        || PyModule_AddIntConstant(module, "ZSTD_CLEVEL_DEFAULT", state->levels.default_) < 0) {
        return -1;
    }
    return PyModule_AddIntConstant(module, "ZSTD_DStreamOutSize", DSTREAM_OUT_SIZE);
}

static int
add_error(PyObject *module, ModuleState *state)
{
    state->error = PyErr_NewExceptionWithDoc("compression.zstd.ZstdError",
                                             "What the Zstandard library refuses to do, or cannot.", NULL, NULL);
    return state->error == NULL ? -1 : PyModule_AddType(module, (PyTypeObject *)state->error);
}

static int
module_exec(PyObject *module)
{
    ModuleState *state = PyModule_GetState(module);
    if (add_functions(module, zstd_functions, "_zstd") < 0
        || add_type(module, &dict_spec, &state->dict_type) < 0
        || add_type(module, &compressor_spec, &state->compressor_type) < 0
        || compressor_add_modes(state->compressor_type) < 0
        || add_type(module, &decompressor_spec, &state->decompressor_type) < 0 || add_error(module, state) < 0) {
        return -1;
    }
    return add_numbers(module);
}

static int
module_traverse(PyObject *module, visitproc visit, void *arg)
{
    ModuleState *state = PyModule_GetState(module);
    Py_VISIT(state->dict_type);
    Py_VISIT(state->compressor_type);
    Py_VISIT(state->decompressor_type);
    Py_VISIT(state->error);
    Py_VISIT(state->compression_parameter);
    Py_VISIT(state->decompression_parameter);
    return 0;
}

static int
module_clear(PyObject *module)
{
    ModuleState *state = PyModule_GetState(module);
    Py_CLEAR(state->dict_type);
    Py_CLEAR(state->compressor_type);
    Py_CLEAR(state->decompressor_type);
    Py_CLEAR(state->error);
    Py_CLEAR(state->compression_parameter);
    Py_CLEAR(state->decompression_parameter);
    return 0;
}

static void
module_free(void *module)
{
    module_clear((PyObject *)module);
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
    {0, NULL},
};

static struct PyModuleDef zstd_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_zstd_cap",
    .m_size = sizeof(ModuleState),
    .m_slots = module_slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC
PyInit__zstd_cap(void)
{
    return PyModuleDef_Init(&zstd_module);
}
