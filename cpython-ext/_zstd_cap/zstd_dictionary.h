/* ZstdDict. */

#ifndef ZSTD_DICTIONARY_H
#define ZSTD_DICTIONARY_H

#include <stddef.h>

#include "cap_pieces.h"
#include "zstd_room.h"
#include "zstd_state.h"

/* The contract's ways to use a dictionary have CPython's numbers. */
enum {
    DIGESTED = ZSTD_COMPONENT_STREAM_DICTIONARY_USE_DIGESTED,
    UNDIGESTED = ZSTD_COMPONENT_STREAM_DICTIONARY_USE_UNDIGESTED,
    PREFIX = ZSTD_COMPONENT_STREAM_DICTIONARY_USE_PREFIX,
};

/* The library's code for a dictionary that cannot be prepared. */
enum { DICTIONARY_CREATION_FAILED = 34 };

typedef struct {
    PyObject_HEAD
    zstd_component_stream_own_dictionary_t dictionary;
    bool is_open;
    PyObject *content; /* bytes */
    unsigned int id;
} ZstdDict;

PyDoc_STRVAR(dict_doc,
"ZstdDict(dict_content, /, *, is_raw=False)\n"
"--\n"
"\n"
"A dictionary: data like the data to come, for any number of compressors and\n"
"decompressors.\n"
"\n"
"  dict_content\n"
"    The dictionary as bytes, eight at least.\n"
"  is_raw\n"
"    Take any bytes. Otherwise they must be a dictionary in Zstandard's format.");

static int
dict_open(ZstdDict *self)
{
    Failure failure;
    zstd_import_list_u8_t content = {
        .ptr = (uint8_t *)PyBytes_AS_STRING(self->content),
        .len = (size_t)PyBytes_GET_SIZE(self->content),
    };
    if (check_room(content.len) < 0) {
        return -1;
    }
    self->is_open = zstd_component_stream_static_dictionary_open(&content, &self->dictionary, &failure);
    if (!self->is_open) {
        zstd_component_stream_failure_free(&failure);
        PyErr_NoMemory();
        return -1;
    }
    self->id = zstd_component_stream_method_dictionary_id(
        zstd_component_stream_borrow_dictionary(self->dictionary));
    return 0;
}

static PyObject *
dict_make(PyTypeObject *type, const Py_buffer *content, int is_raw)
{
    if (content->len < 8) {
        PyErr_SetString(PyExc_ValueError,
                        "Zstandard dictionary content too short (must have at least eight bytes)");
        return NULL;
    }
    ZstdDict *self = (ZstdDict *)type->tp_alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    self->content = PyBytes_FromStringAndSize(content->buf, content->len);
    if (self->content == NULL || dict_open(self) < 0) {
        Py_DECREF(self);
        return NULL;
    }
    if (!is_raw && self->id == 0) {
        PyErr_SetString(PyExc_ValueError, "invalid Zstandard dictionary");
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

static PyObject *
dict_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"", "is_raw", NULL};
    PyObject *content, *raw = Py_False, *self = NULL;
    Py_buffer buffer;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|$O:ZstdDict", names, &content, &raw)
        || PyObject_GetBuffer(content, &buffer, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    int is_raw = PyObject_IsTrue(raw);
    if (is_raw >= 0) {
        self = dict_make(type, &buffer, is_raw);
    }
    PyBuffer_Release(&buffer);
    return self;
}

static void
dict_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    ZstdDict *self = (ZstdDict *)op;
    PyObject_GC_UnTrack(op);
    if (self->is_open) {
        zstd_component_stream_dictionary_drop_own(self->dictionary);
    }
    Py_XDECREF(self->content);
    type->tp_free(op);
    Py_DECREF(type);
}

static int
dict_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    return 0;
}

static PyObject *
dict_repr(PyObject *op)
{
    ZstdDict *self = (ZstdDict *)op;
    return PyUnicode_FromFormat("<ZstdDict dict_id=%u dict_size=%zd>", self->id, PyBytes_GET_SIZE(self->content));
}

static Py_ssize_t
dict_length(PyObject *op)
{
    return PyBytes_GET_SIZE(((ZstdDict *)op)->content);
}

static PyObject *
dict_content(PyObject *op, void *Py_UNUSED(none))
{
    return Py_NewRef(((ZstdDict *)op)->content);
}

/* The dictionary and how to use it, as compressors and decompressors take it; `use` points to one of the uses. */
static PyObject *
dict_used_as(PyObject *op, void *use)
{
    return Py_BuildValue("Oi", op, *(const int *)use);
}

static int uses[] = {DIGESTED, UNDIGESTED, PREFIX};

static PyGetSetDef dict_getset[] = {
    {"dict_content", dict_content, NULL, "The dictionary as bytes."},
    {"as_digested_dict", dict_used_as, NULL,
     "To use it prepared: zstd_dict=zd.as_digested_dict.\n\n"
     "A compressor then has the parameters of its level, and the next one of the\n"
     "same level takes what was prepared.",
     &uses[DIGESTED]},
    {"as_undigested_dict", dict_used_as, NULL,
     "To use it with the compressor's own parameters:\n"
     "zstd_dict=zd.as_undigested_dict.\n\n"
     "It is then prepared each time anew.",
     &uses[UNDIGESTED]},
    {"as_prefix", dict_used_as, NULL,
     "To use it as data that comes before the first frame, and that frame only:\n"
     "zstd_dict=zd.as_prefix.\n\n"
     "What was compressed so must be decompressed so.",
     &uses[PREFIX]},
    {NULL},
};

static PyMemberDef dict_members[] = {
    {"dict_id", Py_T_UINT, offsetof(ZstdDict, id), Py_READONLY,
     "The number that frames name the dictionary by; 0 when it is any bytes at all."},
    {NULL},
};

static PyType_Slot dict_slots[] = {
    {Py_tp_new, dict_new},
    {Py_tp_dealloc, dict_dealloc},
    {Py_tp_traverse, dict_traverse},
    {Py_tp_repr, dict_repr},
    {Py_sq_length, dict_length},
    {Py_tp_doc, (char *)dict_doc},
    {Py_tp_members, dict_members},
    {Py_tp_getset, dict_getset},
    {0, NULL},
};

static PyType_Spec dict_spec = {
    .name = "compression.zstd.ZstdDict",
    .basicsize = sizeof(ZstdDict),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = dict_slots,
};

/* Reads an argument `zstd_dict`: a dictionary, or one with how to use it. Borrows it; `use` stays as it is when the
   argument does not say. */
static ZstdDict *
read_dict(const ModuleState *state, PyObject *argument, int *use)
{
    if (PyObject_TypeCheck(argument, state->dict_type)) {
        return (ZstdDict *)argument;
    }
    if (PyTuple_CheckExact(argument) && PyTuple_GET_SIZE(argument) == 2
        && PyObject_TypeCheck(PyTuple_GET_ITEM(argument, 0), state->dict_type)
        && PyLong_Check(PyTuple_GET_ITEM(argument, 1))) {
        int number = PyLong_AsInt(PyTuple_GET_ITEM(argument, 1));
        if (number == -1 && PyErr_Occurred()) {
            return NULL;
        }
        if (number == DIGESTED || number == UNDIGESTED || number == PREFIX) {
            *use = number;
            return (ZstdDict *)PyTuple_GET_ITEM(argument, 0);
        }
    }
    PyErr_SetString(PyExc_TypeError, "zstd_dict argument should be a ZstdDict object.");
    return NULL;
}

/* Raises why a dictionary could not be loaded, and frees the failure. `prepared` names what it would have become. */
static void
raise_not_loaded(const ModuleState *state, const char *doing, const char *prepared, Failure *failure)
{
    if (failure->code == DICTIONARY_CREATION_FAILED) {
        zstd_component_stream_failure_free(failure);
        PyErr_Format(state->error, "Failed to create a %s instance from Zstandard dictionary content.", prepared);
    }
    else {
        raise_failure(state, doing, failure);
    }
}

#endif
