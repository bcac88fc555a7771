/* train_dict() and finalize_dict(): dictionaries made of samples. */

#ifndef ZSTD_TRAINING_H
#define ZSTD_TRAINING_H

#include "cap_arguments.h"
#include "zstd_room.h"
#include "zstd_state.h"

static void
raise_sizes_differ(void)
{
    PyErr_SetString(PyExc_ValueError, "The samples size tuple doesn't match the concatenation's size.");
}

/* Reads the sizes of samples, which must add up to `total`, into `list`. */
static int
read_sizes(PyObject *sizes, size_t total, const zstd_import_list_u32_t *list)
{
    for (size_t i = 0; i < list->len; i++) {
        size_t size = PyLong_AsSize_t(PyTuple_GET_ITEM(sizes, (Py_ssize_t)i));
        if (size == (size_t)-1 && PyErr_Occurred()) {
            if (PyErr_ExceptionMatches(PyExc_OverflowError)) {
                raise_sizes_differ();
            }
            return -1;
        }
        if (size > total) {
            raise_sizes_differ();
            return -1;
        }
        total -= size;
        list->ptr[i] = (uint32_t)size;
    }
    if (total > 0) {
        raise_sizes_differ();
        return -1;
    }
    return 0;
}

/* What a dictionary is to be made of. */
typedef struct {
    PyObject *content; /* bytes, or NULL to have it chosen from the samples */
    PyObject *samples; /* bytes */
    PyObject *sizes;   /* a tuple */
    Py_ssize_t capacity;
    int level;
} Recipe;

static zstd_import_list_u8_t
list_of_bytes(PyObject *bytes)
{
    return (zstd_import_list_u8_t){
        .ptr = (uint8_t *)PyBytes_AS_STRING(bytes),
        .len = (size_t)PyBytes_GET_SIZE(bytes),
    };
}

/* Calls the component. */
static PyObject *
make_dictionary(const ModuleState *state, const Recipe *recipe, zstd_import_list_u32_t *sizes)
{
    zstd_import_list_u8_t samples = list_of_bytes(recipe->samples), made;
    zstd_import_list_u8_t content = {.len = 0};
    if (recipe->content != NULL) {
        content = list_of_bytes(recipe->content);
    }
    uint32_t capacity = (uint32_t)recipe->capacity;
    if (check_room(content.len + samples.len + sizes->len * sizeof(uint32_t)) < 0 || run_reserve(capacity) < 0) {
        return NULL;
    }
    Failure failure;
    bool training = recipe->content == NULL;
    bool succeeded = training
        ? zstd_component_stream_train_dictionary(&samples, sizes, capacity, &made, &failure)
        : zstd_component_stream_finalize_dictionary(&content, &samples, sizes, capacity, recipe->level, &made,
                                                    &failure);
    if (!succeeded) {
        raise_failure(state, training ? TRAINING : FINALIZING, &failure);
        return NULL;
    }
    if (made.len > capacity) {
        piece_free(PIECE_OF_LIST(made));
        PyErr_SetString(PyExc_SystemError, "the zstd component made a bigger dictionary than it was asked for");
        return NULL;
    }
    return piece_as_bytes(PIECE_OF_LIST(made));
}

static PyObject *
follow_recipe(PyObject *module, const Recipe *recipe)
{
    if (recipe->capacity <= 0) {
        PyErr_SetString(PyExc_ValueError, "dict_size argument should be positive number.");
        return NULL;
    }
    PyObject *made = NULL;
    size_t count = (size_t)PyTuple_GET_SIZE(recipe->sizes);
    zstd_import_list_u32_t sizes = {.ptr = PyMem_New(uint32_t, count), .len = count};
    if (sizes.ptr == NULL) {
        PyErr_NoMemory();
    }
    else if (read_sizes(recipe->sizes, (size_t)PyBytes_GET_SIZE(recipe->samples), &sizes) == 0) {
        made = make_dictionary(PyModule_GetState(module), recipe, &sizes);
    }
    PyMem_Free(sizes.ptr);
    return made;
}

PyDoc_STRVAR(train_dict_doc,
"train_dict($module, samples_bytes, samples_sizes, dict_size, /)\n"
"--\n"
"\n"
"Make a dictionary for data like the samples, and return it as bytes.\n"
"\n"
"  samples_bytes\n"
"    The samples, one after the other.\n"
"  samples_sizes\n"
"    A tuple of their sizes.\n"
"  dict_size\n"
"    The dictionary's size at most.");

static PyObject *
train_dict(PyObject *module, PyObject *args)
{
    PyObject *ignored;
    Recipe recipe = {.content = NULL};
    if (!PyArg_UnpackTuple(args, "train_dict", 3, 3, &ignored, &ignored, &ignored)
        || !PyArg_ParseTuple(args, "SO!n:train_dict", &recipe.samples, &PyTuple_Type, &recipe.sizes,
                             &recipe.capacity)) {
        return NULL;
    }
    return follow_recipe(module, &recipe);
}

PyDoc_STRVAR(finalize_dict_doc,
"finalize_dict($module, custom_dict_bytes, samples_bytes, samples_sizes,\n"
"              dict_size, compression_level, /)\n"
"--\n"
"\n"
"Make a dictionary of chosen content, and return it as bytes.\n"
"\n"
"  custom_dict_bytes\n"
"    The content.\n"
"  samples_bytes\n"
"    Samples of the data it is for, one after the other.\n"
"  samples_sizes\n"
"    A tuple of their sizes.\n"
"  dict_size\n"
"    The dictionary's size at most.\n"
"  compression_level\n"
"    The level that it is for, or 0 for the default.");

static PyObject *
finalize_dict(PyObject *module, PyObject *args)
{
    PyObject *ignored, *level;
    Recipe recipe;
    if (!PyArg_UnpackTuple(args, "finalize_dict", 5, 5, &ignored, &ignored, &ignored, &ignored, &ignored)
        || !PyArg_ParseTuple(args, "SSO!nO:finalize_dict", &recipe.content, &recipe.samples, &PyTuple_Type,
                             &recipe.sizes, &recipe.capacity, &level)
        || read_int(level, &recipe.level) < 0) {
        return NULL;
    }
    return follow_recipe(module, &recipe);
}

#endif
