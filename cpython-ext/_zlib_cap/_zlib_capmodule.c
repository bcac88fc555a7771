/* _zlib_cap: CPython's zlib module over zlib:component/stream. Each call goes through the component; what is
   here reads arguments, cuts input into slices, joins output and raises what CPython raises.

   The parts: zlib_refusal.h (exceptions), zlib_arguments.h (what all share), zlib_deflater.h and zlib_inflater.h (the
   component's streams), zlib_compress.h, zlib_decompress.h and zlib_decompressor.h (a type each), what every codec
   shares (../include), and here the module's functions and the module itself. */

#include "Python.h"

#include "cap_module.h"
#include "zlib_arguments.h"
#include "zlib_compress.h"
#include "zlib_decompress.h"
#include "zlib_decompressor.h"
#include "zlib_deflater.h"
#include "zlib_inflater.h"
#include "zlib_refusal.h"

/* Input up to this many bytes goes across whole, in one call that opens and closes the stream by itself. For
   decompression it is less: when the output is more than STEP_OUTPUT, the call was in vain. */
#define COMPRESS_AT_ONCE COMPRESS_SLICE
#define DECOMPRESS_AT_ONCE ((size_t)16 * 1024)

/* Bytes that are summed at once, for the same reasons. */
#define CHECKSUM_SLICE ((size_t)256 * 1024)

/* What `size` bytes can grow to when they cannot be compressed, in any container. */
#define DEFLATED_BOUND(size) ((size) + (size) / 256 + 1024)

/* What deflate data of `size` bytes can grow to (its format allows 1032:1), and some more. */
#define INFLATED_BOUND(size) ((size) * 1032 + 1024)

static ModuleState *
module_state(PyObject *module)
{
    return (ModuleState *)PyModule_GetState(module);
}

/* A stream that cannot be opened for compress() is a matter of the level, whatever it was. Frees the refusal. */
static void
raise_compress_refusal(ModuleState *state, Refusal *refusal)
{
    if (refusal_code(refusal) != Z_STREAM_ERROR) {
        raise_refusal(state->error, refusal, &COMPRESSING_AT_ONCE);
        return;
    }
    PyErr_SetString(state->error, "Bad compression level");
    zlib_component_stream_error_free(refusal);
}

static PyObject *
compress_in_slices(ModuleState *state, const Py_buffer *data, zlib_component_stream_compression_t *options)
{
    Deflater deflater = {
        .flush = ZLIB_COMPONENT_STREAM_FLUSH_FINISH,
        .error = state->error,
        .words = &COMPRESSING_AT_ONCE,
    };
    Refusal refusal;
    deflater.is_open = zlib_component_stream_static_compressor_open(options, &deflater.stream, &refusal);
    if (!deflater.is_open) {
        raise_compress_refusal(state, &refusal);
        return NULL;
    }
    PyObject *output = codec_compress(&DEFLATING, &deflater, data->buf, (size_t)data->len);
    deflater_close(&deflater);
    return output;
}

static PyObject *
compress_data(ModuleState *state, const Py_buffer *data, int level, int wbits)
{
    zlib_component_stream_compression_t options = {
        .level = level,
        .method = DEFLATED,
        .window_bits = wbits,
        .mem_level = DEF_MEM_LEVEL,
        .strategy = Z_DEFAULT_STRATEGY,
    };
    if ((size_t)data->len > COMPRESS_AT_ONCE) {
        return compress_in_slices(state, data, &options);
    }
    Refusal refusal;
    Words input;
    Piece whole = {.ptr = data->buf, .len = (size_t)data->len};
    if (run_reserve(whole.len + DEFLATED_BOUND(whole.len)) < 0 || words_open(&input, whole) < 0) {
        return NULL;
    }
    zlib_component_stream_bytes_t bytes = BYTES_OF(zlib_component_stream_bytes_t, &input), output;
    bool compressed = zlib_component_stream_compress(&bytes, &options, &output, &refusal);
    words_close(&input, whole);
    if (!compressed) {
        raise_compress_refusal(state, &refusal);
        return NULL;
    }
    return piece_as_bytes(PIECE_OF(output));
}

PyDoc_STRVAR(zlib_compress_doc,
"compress($module, data, /, level=Z_DEFAULT_COMPRESSION, wbits=MAX_WBITS)\n"
"--\n"
"\n"
"Return data compressed, as bytes.\n"
"\n"
"  level\n"
"    0 (none) to 9 (best), or -1 for the default.\n"
"  wbits\n"
"    The container and the size of the window.");

static PyObject *
zlib_compress(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"", "level", "wbits", NULL};
    PyObject *object, *level_object = NULL, *wbits_object = NULL, *output = NULL;
    int level = Z_DEFAULT_COMPRESSION, wbits = MAX_WBITS;
    Py_buffer data;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|OO:compress", names, &object, &level_object, &wbits_object)
        || PyObject_GetBuffer(object, &data, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    if (read_int(level_object, &level) == 0 && read_int(wbits_object, &wbits) == 0) {
        output = compress_data(module_state(module), &data, level, wbits);
    }
    PyBuffer_Release(&data);
    return output;
}

static PyObject *
decompress_in_slices(ModuleState *state, const Py_buffer *data, int wbits)
{
    Inflater inflater = {.error = state->error, .words = &DECOMPRESSING_AT_ONCE};
    if (inflater_open(&inflater, wbits, &PREPARING) < 0) {
        return NULL;
    }
    PyObject *output = NULL;
    Run run;
    run_open(&run, data->buf, (size_t)data->len);
    Outcome outcome = run_decompress(&run, &INFLATING, &inflater);
    if (outcome == RUN_GOING) {
        inflater.refusal = library_refusal(Z_BUF_ERROR);
        outcome = RUN_REFUSED;
    }
    if (outcome == RUN_REFUSED) {
        inflater_raise(&inflater);
    }
    else if (outcome == RUN_ENDED) {
        output = run_output(&run);
    }
    run_close(&run);
    inflater_close(&inflater);
    return output;
}

static PyObject *
decompress_data(ModuleState *state, const Py_buffer *data, int wbits)
{
    if ((size_t)data->len > DECOMPRESS_AT_ONCE) {
        return decompress_in_slices(state, data, wbits);
    }
    Refusal refusal;
    Words input;
    Piece whole = {.ptr = data->buf, .len = (size_t)data->len};
    size_t room = Py_MIN(INFLATED_BOUND(whole.len), STEP_OUTPUT);
    if (run_reserve(whole.len + room) < 0 || words_open(&input, whole) < 0) {
        return NULL;
    }
    zlib_component_stream_bytes_t bytes = BYTES_OF(zlib_component_stream_bytes_t, &input), output;
    bool decompressed = zlib_component_stream_decompress(&bytes, wbits, (uint32_t)room, &output, &refusal);
    words_close(&input, whole);
    if (decompressed) {
        return piece_as_bytes(PIECE_OF(output));
    }
    if (refusal_code(&refusal) == Z_BUF_ERROR && room == STEP_OUTPUT) {
        zlib_component_stream_error_free(&refusal);
        return decompress_in_slices(state, data, wbits);
    }
    /* Only a stream that could not be set up is in an inconsistent state. */
    bool unprepared = refusal_code(&refusal) == Z_STREAM_ERROR;
    raise_refusal(state->error, &refusal, unprepared ? &PREPARING : &DECOMPRESSING_AT_ONCE);
    return NULL;
}

PyDoc_STRVAR(zlib_decompress_doc,
"decompress($module, data, /, wbits=MAX_WBITS, bufsize=DEF_BUF_SIZE)\n"
"--\n"
"\n"
"Return data decompressed, as bytes.\n"
"\n"
"  wbits\n"
"    The container and the size of the window.\n"
"  bufsize\n"
"    How much output to expect; it is no limit.");

static PyObject *
zlib_decompress(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"", "wbits", "bufsize", NULL};
    PyObject *object, *wbits_object = NULL, *size_object = NULL, *output = NULL;
    int wbits = MAX_WBITS;
    Py_ssize_t bufsize = DEF_BUF_SIZE;
    Py_buffer data;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|OO:decompress", names, &object, &wbits_object, &size_object)
        || PyObject_GetBuffer(object, &data, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    if (read_int(wbits_object, &wbits) == 0 && read_size(size_object, &bufsize) == 0) {
        if (bufsize < 0) {
            PyErr_SetString(PyExc_ValueError, "bufsize must be non-negative");
        }
        else {
            output = decompress_data(module_state(module), &data, wbits);
        }
    }
    PyBuffer_Release(&data);
    return output;
}

#if PY_VERSION_HEX >= 0x030E0000
#define NO_DICTIONARY "<unrepresentable>"
#else
#define NO_DICTIONARY "None"
#endif

PyDoc_STRVAR(zlib_compressobj_doc,
"compressobj($module, /, level=Z_DEFAULT_COMPRESSION, method=DEFLATED,\n"
"            wbits=MAX_WBITS, memLevel=DEF_MEM_LEVEL,\n"
"            strategy=Z_DEFAULT_STRATEGY, zdict=" NO_DICTIONARY ")\n"
"--\n"
"\n"
"Return a compressor.\n"
"\n"
"  level\n"
"    0 (none) to 9 (best), or -1 for the default, which is 6.\n"
"  method\n"
"    DEFLATED; there is no other.\n"
"  wbits\n"
"    The size of the window as a power of two: 9 to 15 for a zlib container,\n"
"    25 to 31 for gzip, and -9 to -15 for raw data.\n"
"  memLevel\n"
"    1 (least memory) to 9 (fastest, smallest output).\n"
"  strategy\n"
"    Z_DEFAULT_STRATEGY, or another one that suits the data better.\n"
"  zdict\n"
"    A preset dictionary: bytes with what is likely to occur in the data.");

/* The integers among compressobj()'s arguments, in their order. */
static int
read_compression(PyObject *const *arguments, zlib_component_stream_compression_t *options)
{
    int level = Z_DEFAULT_COMPRESSION, method = DEFLATED, wbits = MAX_WBITS;
    int mem_level = DEF_MEM_LEVEL, strategy = Z_DEFAULT_STRATEGY;
    if (read_int(arguments[0], &level) < 0 || read_int(arguments[1], &method) < 0
        || read_int(arguments[2], &wbits) < 0 || read_int(arguments[3], &mem_level) < 0
        || read_int(arguments[4], &strategy) < 0) {
        return -1;
    }
    *options = (zlib_component_stream_compression_t){
        .level = level,
        .method = method,
        .window_bits = wbits,
        .mem_level = mem_level,
        .strategy = strategy,
    };
    return 0;
}

static PyObject *
zlib_compressobj(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"level", "method", "wbits", "memLevel", "strategy", "zdict", NULL};
    PyObject *numbers[5] = {NULL}, *dictionary = NULL;
    zlib_component_stream_compression_t options;
    Py_buffer zdict = {.obj = NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|OOOOOO:compressobj", names, &numbers[0], &numbers[1],
                                     &numbers[2], &numbers[3], &numbers[4], &dictionary)
        || read_compression(numbers, &options) < 0
        || (dictionary != NULL && PyObject_GetBuffer(dictionary, &zdict, PyBUF_SIMPLE) < 0)) {
        return NULL;
    }
    PyObject *compressor = compress_open(module_state(module), &options, &zdict);
    PyBuffer_Release(&zdict);
    return compressor;
}

PyDoc_STRVAR(zlib_decompressobj_doc,
"decompressobj($module, /, wbits=MAX_WBITS, zdict=b'')\n"
"--\n"
"\n"
"Return a decompressor.\n"
"\n"
"  wbits\n"
"    The container and the size of the window.\n"
"  zdict\n"
"    The preset dictionary that the data was compressed with.");

static PyObject *
zlib_decompressobj(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"wbits", "zdict", NULL};
    PyObject *wbits_object = NULL, *zdict = NULL;
    int wbits = MAX_WBITS;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|OO:decompressobj", names, &wbits_object, &zdict)
        || read_int(wbits_object, &wbits) < 0) {
        return NULL;
    }
    if (zdict != NULL && !PyObject_CheckBuffer(zdict)) {
        PyErr_SetString(PyExc_TypeError, "zdict argument must support the buffer protocol");
        return NULL;
    }
    return decompress_open(module_state(module), wbits, zdict);
}

typedef uint32_t (*Checksum)(zlib_component_stream_bytes_t *data, uint32_t value);

/* In slices, as the component holds a copy of what it sums. */
static int
sum_slices(Checksum checksum, const Py_buffer *data, uint32_t *value)
{
    Piece slice = {.ptr = data->buf};
    size_t left = (size_t)data->len;
    do {
        slice.len = Py_MIN(left, CHECKSUM_SLICE);
        Words input;
        if (words_open(&input, slice) < 0) {
            return -1;
        }
        zlib_component_stream_bytes_t bytes = BYTES_OF(zlib_component_stream_bytes_t, &input);
        *value = checksum(&bytes, *value);
        words_close(&input, slice);
        slice.ptr += slice.len;
        left -= slice.len;
    } while (left > 0);
    return 0;
}

static PyObject *
sum(Checksum checksum, const char *function, PyObject *const *args, Py_ssize_t count, uint32_t value)
{
    Py_buffer data;
    if (count < 1 || count > 2) {
        PyErr_Format(PyExc_TypeError, "%s expected at %s, got %zd", function,
                     count < 1 ? "least 1 argument" : "most 2 arguments", count);
        return NULL;
    }
    if (PyObject_GetBuffer(args[0], &data, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    if (count == 2) {
        value = (uint32_t)PyLong_AsUnsignedLongMask(args[1]);
    }
    PyObject *result = NULL;
    if (!PyErr_Occurred() && sum_slices(checksum, &data, &value) == 0) {
        result = PyLong_FromUnsignedLong(value);
    }
    PyBuffer_Release(&data);
    return result;
}

PyDoc_STRVAR(zlib_adler32_doc,
"adler32($module, data, value=1, /)\n"
"--\n"
"\n"
"Return the Adler-32 checksum of data, continued from value.");

static PyObject *
zlib_adler32(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count)
{
    return sum(zlib_component_stream_adler32, "adler32", args, count, 1);
}

PyDoc_STRVAR(zlib_crc32_doc,
"crc32($module, data, value=0, /)\n"
"--\n"
"\n"
"Return the CRC-32 checksum of data, continued from value.");

static PyObject *
zlib_crc32(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count)
{
    return sum(zlib_component_stream_crc32, "crc32", args, count, 0);
}

static PyMethodDef zlib_functions[] = {
    {"adler32", _PyCFunction_CAST(zlib_adler32), METH_FASTCALL, zlib_adler32_doc},
    {"compress", WITH_KEYWORDS(zlib_compress), zlib_compress_doc},
    {"compressobj", WITH_KEYWORDS(zlib_compressobj), zlib_compressobj_doc},
    {"crc32", _PyCFunction_CAST(zlib_crc32), METH_FASTCALL, zlib_crc32_doc},
    {"decompress", WITH_KEYWORDS(zlib_decompress), zlib_decompress_doc},
    {"decompressobj", WITH_KEYWORDS(zlib_decompressobj), zlib_decompressobj_doc},
    {NULL},
};

static int
add_classes(PyObject *module, ModuleState *state)
{
    /* The module does not show these two. */
    state->compress_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &compress_spec, NULL);
    state->decompress_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &decompress_spec, NULL);
    if (state->compress_type == NULL || state->decompress_type == NULL
        || add_type(module, &decompressor_spec, &state->zlib_decompressor_type) < 0) {
        return -1;
    }
    state->error = PyErr_NewException("zlib.error", NULL, NULL);
    return PyModule_AddObjectRef(module, "error", state->error);
}

static const Constant zlib_constants[] = {
    {"MAX_WBITS", MAX_WBITS},
    {"DEFLATED", DEFLATED},
    {"DEF_MEM_LEVEL", DEF_MEM_LEVEL},
    {"DEF_BUF_SIZE", DEF_BUF_SIZE},
    {"Z_NO_COMPRESSION", 0},
    {"Z_BEST_SPEED", 1},
    {"Z_BEST_COMPRESSION", 9},
    {"Z_DEFAULT_COMPRESSION", Z_DEFAULT_COMPRESSION},
    {"Z_FILTERED", 1},
    {"Z_HUFFMAN_ONLY", 2},
    {"Z_RLE", 3},
    {"Z_FIXED", 4},
    {"Z_DEFAULT_STRATEGY", Z_DEFAULT_STRATEGY},
    {"Z_NO_FLUSH", Z_NO_FLUSH},
    {"Z_PARTIAL_FLUSH", 1},
    {"Z_SYNC_FLUSH", 2},
    {"Z_FULL_FLUSH", 3},
    {"Z_FINISH", Z_FINISH},
    {"Z_BLOCK", 5},
    {"Z_TREES", Z_TREES},
};

/* There is no zlib to be compiled against, so both versions are the component's. */
static int
add_versions(PyObject *module)
{
    zlib_import_string_t version;
    zlib_component_stream_version(&version);
    PyObject *text = PyUnicode_DecodeUTF8((const char *)version.ptr, (Py_ssize_t)version.len, NULL);
    zlib_import_string_free(&version);
    if (PyModule_AddObjectRef(module, "ZLIB_VERSION", text) < 0) {
        Py_XDECREF(text);
        return -1;
    }
    return PyModule_Add(module, "ZLIB_RUNTIME_VERSION", text);
}

static int
module_exec(PyObject *module)
{
    bool failed = add_functions(module, zlib_functions, "zlib") < 0 || add_classes(module, module_state(module)) < 0
        || add_constants(module, zlib_constants, Py_ARRAY_LENGTH(zlib_constants)) < 0
        || PyModule_AddStringConstant(module, "__version__", "1.0") < 0 || add_versions(module) < 0;
    return failed ? -1 : 0;
}

static int
module_traverse(PyObject *module, visitproc visit, void *arg)
{
    ModuleState *state = module_state(module);
    Py_VISIT(state->compress_type);
    Py_VISIT(state->decompress_type);
    Py_VISIT(state->zlib_decompressor_type);
    Py_VISIT(state->error);
    return 0;
}

static int
module_clear(PyObject *module)
{
    ModuleState *state = module_state(module);
    Py_CLEAR(state->compress_type);
    Py_CLEAR(state->decompress_type);
    Py_CLEAR(state->zlib_decompressor_type);
    Py_CLEAR(state->error);
    return 0;
}

static void
module_free(void *module)
{
    module_clear((PyObject *)module);
}

PyDoc_STRVAR(zlib_doc,
"Compression and decompression in the formats of the zlib library.\n"
"\n"
"adler32(data[, value]) -- the Adler-32 checksum.\n"
"compress(data[, level[, wbits]]) -- compress in one go.\n"
"compressobj([level[, ...]]) -- a compressor for data that comes in pieces.\n"
"crc32(data[, value]) -- the CRC-32 checksum.\n"
"decompress(data[, wbits[, bufsize]]) -- decompress in one go.\n"
"decompressobj([wbits[, zdict]]) -- a decompressor for data that comes in pieces.\n"
"\n"
"wbits is the container (zlib, gzip or none) and the size of the window.");

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
    {0, NULL},
};

static struct PyModuleDef zlib_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_zlib_cap",
    .m_doc = zlib_doc,
    .m_size = sizeof(ModuleState),
    .m_slots = module_slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC
PyInit__zlib_cap(void)
{
    return PyModuleDef_Init(&zlib_module);
}
