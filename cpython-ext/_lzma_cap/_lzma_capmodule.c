/* _lzma_cap: CPython's _lzma module over lzma:component/stream.

   The parts: lzma_refusal.h (exceptions), lzma_numbers.h (numbers, also liblzma's names for them),
   lzma_filters.h (filters as dicts), lzma_compressor.h and lzma_decompressor.h (a type each), what every
   codec shares (../include), and here the module's functions and the module itself. */

#include "Python.h"

#include "cap_module.h"
#include "lzma_compressor.h"
#include "lzma_decompressor.h"

/* More than any filter's properties take, in bytes. */
#define PROPERTIES_BOUND 64

static ModuleState *
module_state(PyObject *module)
{
    return (ModuleState *)PyModule_GetState(module);
}

PyDoc_STRVAR(lzma_is_check_supported_doc,
"is_check_supported($module, check_id, /)\n"
"--\n"
"\n"
"Return whether the integrity check can be computed.\n"
"\n"
"CHECK_NONE and CHECK_CRC32 always can.");

static PyObject *
lzma_is_check_supported(PyObject *Py_UNUSED(module), PyObject *check_id)
{
    int check;
    if (read_int(check_id, &check) < 0) {
        return NULL;
    }
    return PyBool_FromLong(lzma_component_stream_is_check_supported((uint32_t)check));
}

PyDoc_STRVAR(lzma_encode_filter_properties_doc,
"_encode_filter_properties($module, filter, /)\n"
"--\n"
"\n"
"Return the options of a filter, given as a dict, as the bytes that containers\n"
"hold of them. The filter's id is not among them.");

static PyObject *
lzma_encode_filter_properties(PyObject *module, PyObject *spec)
{
    PyObject *error = module_state(module)->error;
    Filter filter;
    lzma_import_list_u8_t properties;
    lzma_component_stream_failure_t failure;
    if (read_filter(error, spec, &filter) < 0) {
        return NULL;
    }
    if (!lzma_component_stream_encode_properties(&filter, &properties, &failure)) {
        raise_lzma_error(error, failure.code);
        return NULL;
    }
    return piece_as_bytes(PIECE_OF_LIST(properties));
}

PyDoc_STRVAR(lzma_decode_filter_properties_doc,
"_decode_filter_properties($module, filter_id, encoded_props, /)\n"
"--\n"
"\n"
"Return the filter with that id and these options, as containers hold them, as\n"
"a dict.");

static PyObject *
decode_properties(PyObject *error, uint64_t id, const Py_buffer *encoded)
{
    Filter filter;
    lzma_component_stream_failure_t failure;
    /* What is longer is refused, and need not be copied for that. */
    lzma_import_list_u8_t properties = {
        .ptr = encoded->buf,
        .len = Py_MIN((size_t)encoded->len, PROPERTIES_BOUND),
    };
    if (!lzma_component_stream_decode_properties(id, &properties, &filter, &failure)) {
        raise_lzma_error(error, failure.code);
        return NULL;
    }
    return filter_as_dict(id, &filter);
}

static PyObject *
lzma_decode_filter_properties(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    uint64_t id;
    Py_buffer encoded;
    if (count != 2) {
        PyErr_Format(PyExc_TypeError, "_decode_filter_properties expected 2 arguments, got %zd", count);
        return NULL;
    }
    if (!read_filter_id(args[0], &id) || PyObject_GetBuffer(args[1], &encoded, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    PyObject *spec = decode_properties(module_state(module)->error, id, &encoded);
    PyBuffer_Release(&encoded);
    return spec;
}

static PyMethodDef lzma_functions[] = {
    {"is_check_supported", lzma_is_check_supported, METH_O, lzma_is_check_supported_doc},
    {"_encode_filter_properties", lzma_encode_filter_properties, METH_O, lzma_encode_filter_properties_doc},
    {"_decode_filter_properties", _PyCFunction_CAST(lzma_decode_filter_properties), METH_FASTCALL,
     lzma_decode_filter_properties_doc},
    {NULL},
};

static int
add_classes(PyObject *module, ModuleState *state)
{
    state->error = PyErr_NewExceptionWithDoc("_lzma.LZMAError", "What liblzma refused.", NULL, NULL);
    if (state->error == NULL || PyModule_AddType(module, (PyTypeObject *)state->error) < 0) {
        return -1;
    }
    return add_type(module, &compressor_spec, NULL) < 0 ? -1 : add_type(module, &decompressor_spec, NULL);
}

static const Constant lzma_constants[] = {
    {"FORMAT_AUTO", FORMAT_AUTO},
    {"FORMAT_XZ", FORMAT_XZ},
    {"FORMAT_ALONE", FORMAT_ALONE},
    {"FORMAT_RAW", FORMAT_RAW},
    {"CHECK_NONE", LZMA_CHECK_NONE},
    {"CHECK_CRC32", 1},
    {"CHECK_CRC64", LZMA_CHECK_CRC64},
    {"CHECK_SHA256", 10},
    {"CHECK_ID_MAX", LZMA_CHECK_ID_MAX},
    {"CHECK_UNKNOWN", CHECK_UNKNOWN},
    {"FILTER_LZMA1", LZMA_FILTER_LZMA1},
    {"FILTER_LZMA2", LZMA_FILTER_LZMA2},
    {"FILTER_DELTA", LZMA_FILTER_DELTA},
    {"FILTER_X86", LZMA_FILTER_X86},
    {"FILTER_IA64", LZMA_FILTER_IA64},
    {"FILTER_ARM", LZMA_FILTER_ARM},
    {"FILTER_ARMTHUMB", LZMA_FILTER_ARMTHUMB},
    {"FILTER_SPARC", LZMA_FILTER_SPARC},
    {"FILTER_POWERPC", LZMA_FILTER_POWERPC},
    {"MF_HC3", 0x03},
    {"MF_HC4", 0x04},
    {"MF_BT2", 0x12},
    {"MF_BT3", 0x13},
    {"MF_BT4", 0x14},
    {"MODE_FAST", 1},
    {"MODE_NORMAL", 2},
    {"PRESET_DEFAULT", LZMA_PRESET_DEFAULT},
    {"PRESET_EXTREME", 1LL << 31},
};

static int
module_exec(PyObject *module)
{
    bool failed = add_functions(module, lzma_functions, "_lzma") < 0
        || add_constants(module, lzma_constants, Py_ARRAY_LENGTH(lzma_constants)) < 0
        || add_classes(module, module_state(module)) < 0;
    return failed ? -1 : 0;
}

static int
module_traverse(PyObject *module, visitproc visit, void *arg)
{
    Py_VISIT(module_state(module)->error);
    return 0;
}

static int
module_clear(PyObject *module)
{
    Py_CLEAR(module_state(module)->error);
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

static struct PyModuleDef lzma_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_lzma_cap",
    .m_size = sizeof(ModuleState),
    .m_slots = module_slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC
PyInit__lzma_cap(void)
{
    return PyModuleDef_Init(&lzma_module);
}
