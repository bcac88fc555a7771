/* The module `_pyforge_library`: the standard library's archive, which is part of the interpreter's own memory. How it
   is laid out is said where it is written (archive.rs). */

#include "start.h"

#include <marshal.h>
#include <stdint.h>
#include <string.h>

#include "internal/pycore_pylifecycle.h"
#include "internal/pycore_import.h"

#define ZSTD_STATIC_LINKING_ONLY
#include "zstd.h"

extern const uint8_t pyforge_archive[];

/* What the archive begins with; offsets are from its beginning. */
typedef struct {
    uint32_t entries;    /* how many */
    uint32_t dictionary; /* where the dictionary of the code is */
    uint32_t dictionary_size;
} header_t;

/* A file, in the order of the paths. */
typedef struct {
    uint32_t path, path_size;
    uint32_t code, code_packed, code_size; /* its code, compressed with the dictionary; size 0: there is none */
    uint32_t block, block_packed, block_size; /* the block that has it with others, compressed */
    uint32_t data, data_size;                 /* where it is in there */
} entry_t;

static const header_t *
header(void)
{
    return (const header_t *)pyforge_archive;
}

static const entry_t *
entry(uint32_t index)
{
    return (const entry_t *)(pyforge_archive + sizeof(header_t)) + index;
}

/* How a path compares to an entry's, or to that many bytes of it. */
static int
compare(const char *path, size_t size, const entry_t *with, bool as_folder)
{
    const char *other = (const char *)pyforge_archive + with->path;
    size_t other_size = with->path_size;
    if (as_folder && other_size >= size) {
        int order = memcmp(path, other, size);
        /* A file of the folder's own name is before all that is in it. */
        int next = other_size == size ? '\0' : (uint8_t)other[size];
        return order != 0 ? order : '/' - next;
    }
    int order = memcmp(path, other, size < other_size ? size : other_size);
    return order != 0 ? order : (size > other_size) - (size < other_size);
}

/* The index of an entry, or of one in that folder; -1 when there is none. */
static int64_t
search(const char *path, size_t size, bool as_folder)
{
    uint32_t low = 0, high = header()->entries;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = compare(path, size, entry(middle), as_folder);
        if (order == 0) {
            return middle;
        }
        if (order < 0) {
            high = middle;
        }
        else {
            low = middle + 1;
        }
    }
    return -1;
}

static ZSTD_DCtx *context;
static ZSTD_DDict *dictionary;

static int
make_context(void)
{
    if (context == NULL) {
        context = ZSTD_createDCtx();
        dictionary = ZSTD_createDDict_byReference(pyforge_archive + header()->dictionary, header()->dictionary_size);
    }
    if (context == NULL || dictionary == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

/* Unpacks into a buffer of that very size. */
static int
unpack(uint8_t *to, size_t size, uint32_t from, uint32_t packed, const ZSTD_DDict *with)
{
    size_t got = ZSTD_decompress_usingDDict(context, to, size, pyforge_archive + from, packed, with);
    if (got != size) {
        PyErr_SetString(PyExc_SystemError, "the library's archive is damaged");
        return -1;
    }
    return 0;
}

static PyObject *
load_code(const entry_t *of)
{
    uint8_t *bytes = make_context() < 0 ? NULL : PyMem_Malloc(of->code_size);
    PyObject *code = NULL;
    if (bytes != NULL && unpack(bytes, of->code_size, of->code, of->code_packed, dictionary) == 0) {
        code = PyMarshal_ReadObjectFromString((char *)bytes, of->code_size);
    }
    else if (!PyErr_Occurred()) {
        PyErr_NoMemory();
    }
    PyMem_Free(bytes);
    return code;
}

/* The entry of an index that Python has. */
static const entry_t *
entry_of(PyObject *index)
{
    unsigned long value = PyLong_AsUnsignedLong(index);
    if (!PyErr_Occurred() && value >= header()->entries) {
        PyErr_SetString(PyExc_IndexError, "the archive has no such entry");
    }
    return PyErr_Occurred() ? NULL : entry((uint32_t)value);
}

static PyObject *
library_find(PyObject *Py_UNUSED(module), PyObject *path)
{
    Py_ssize_t size;
    const char *text = PyUnicode_AsUTF8AndSize(path, &size);
    if (text == NULL) {
        return NULL;
    }
    int64_t index = search(text, (size_t)size, false);
    return index < 0 ? Py_NewRef(Py_None) : PyLong_FromLongLong(index);
}

static PyObject *
library_has_folder(PyObject *Py_UNUSED(module), PyObject *path)
{
    Py_ssize_t size;
    const char *text = PyUnicode_AsUTF8AndSize(path, &size);
    return text == NULL ? NULL : PyBool_FromLong(size == 0 || search(text, (size_t)size, true) >= 0);
}

static PyObject *
library_code(PyObject *Py_UNUSED(module), PyObject *index)
{
    const entry_t *of = entry_of(index);
    if (of == NULL) {
        return NULL;
    }
    return of->code_size == 0 ? Py_NewRef(Py_None) : load_code(of);
}

static PyObject *
library_data(PyObject *Py_UNUSED(module), PyObject *index)
{
    const entry_t *of = entry_of(index);
    if (of == NULL || make_context() < 0) {
        return NULL;
    }
    uint8_t *block = PyMem_Malloc(of->block_size);
    if (block == NULL) {
        return PyErr_NoMemory();
    }
    PyObject *data = NULL;
    if (unpack(block, of->block_size, of->block, of->block_packed, NULL) == 0) {
        data = PyBytes_FromStringAndSize((char *)block + of->data, of->data_size);
    }
    PyMem_Free(block);
    return data;
}

static PyObject *
library_paths(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    PyObject *paths = PyTuple_New(header()->entries);
    for (uint32_t i = 0; paths != NULL && i < header()->entries; i++) {
        PyObject *path = PyUnicode_FromStringAndSize((char *)pyforge_archive + entry(i)->path, entry(i)->path_size);
        if (path == NULL) {
            Py_CLEAR(paths);
            break;
        }
        PyTuple_SET_ITEM(paths, i, path);
    }
    return paths;
}

static PyMethodDef library_methods[] = {
    {"find", library_find, METH_O, "The index of the entry with this path, or None."},
    {"has_folder", library_has_folder, METH_O, "Whether there are entries below this path."},
    {"code", library_code, METH_O, "The code of the module in this entry, or None when it has to be compiled."},
    {"data", library_data, METH_O, "The bytes of this entry."},
    {"paths", library_paths, METH_NOARGS, "The paths of all entries, sorted."},
    {NULL, NULL, 0, NULL},
};

static int
library_exec(PyObject *module)
{
    return PyModule_AddStringConstant(module, "ROOT", PYFORGE_LIBRARY);
}

static PyModuleDef_Slot library_slots[] = {
    {Py_mod_exec, library_exec},
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
    {0, NULL},
};

static struct PyModuleDef library_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_pyforge_library",
    .m_doc = "The standard library's archive, which is part of the interpreter.",
    .m_methods = library_methods,
    .m_slots = library_slots,
};

PyMODINIT_FUNC
PyInit__pyforge_library(void)
{
    return PyModuleDef_Init(&library_module);
}

/* Imports the module that imports from the archive, from the archive. */
static int
install_importer(void)
{
    int64_t index = search("_pyforge_importer.py", strlen("_pyforge_importer.py"), false);
    PyObject *code = index < 0 ? NULL : load_code(entry((uint32_t)index));
    PyObject *module = code == NULL ? NULL : PyImport_ExecCodeModule("_pyforge_importer", code);
    PyObject *result = module == NULL ? NULL : PyObject_CallMethod(module, "install", NULL);
    Py_XDECREF(code);
    Py_XDECREF(module);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

PyStatus __real__PyImport_InitExternal(PyThreadState *);

/* Stands before CPython's function of that name: the first moment at which a hook of sys.path_hooks can be set, and the
   last before one is needed. */
PyStatus
__wrap__PyImport_InitExternal(PyThreadState *thread)
{
    PyStatus result = __real__PyImport_InitExternal(thread);
    if (!PyStatus_Exception(result) && install_importer() < 0) {
        PyErr_Print();
        return PyStatus_Error("the library's archive cannot be used");
    }
    return result;
}
