/* The parameters of compressors and decompressors: their numbers and names, and reading them from a dict. */

#ifndef ZSTD_PARAMETERS_H
#define ZSTD_PARAMETERS_H

#include "zstd_state.h"

/* The library's numbers, from its manual, under the names that the module gives them. X(number, constant, name in
   messages) */
#define COMPRESSION_PARAMETERS(X) \
    X(100, "ZSTD_c_compressionLevel", "compression_level") \
    X(101, "ZSTD_c_windowLog", "window_log") \
    X(102, "ZSTD_c_hashLog", "hash_log") \
    X(103, "ZSTD_c_chainLog", "chain_log") \
    X(104, "ZSTD_c_searchLog", "search_log") \
    X(105, "ZSTD_c_minMatch", "min_match") \
    X(106, "ZSTD_c_targetLength", "target_length") \
    X(107, "ZSTD_c_strategy", "strategy") \
    X(160, "ZSTD_c_enableLongDistanceMatching", "enable_long_distance_matching") \
    X(161, "ZSTD_c_ldmHashLog", "ldm_hash_log") \
    X(162, "ZSTD_c_ldmMinMatch", "ldm_min_match") \
    X(163, "ZSTD_c_ldmBucketSizeLog", "ldm_bucket_size_log") \
    X(164, "ZSTD_c_ldmHashRateLog", "ldm_hash_rate_log") \
    X(200, "ZSTD_c_contentSizeFlag", "content_size_flag") \
    X(201, "ZSTD_c_checksumFlag", "checksum_flag") \
    X(202, "ZSTD_c_dictIDFlag", "dict_id_flag") \
    X(400, "ZSTD_c_nbWorkers", "nb_workers") \
    X(401, "ZSTD_c_jobSize", "job_size") \
    X(402, "ZSTD_c_overlapLog", "overlap_log")

#define DECOMPRESSION_PARAMETERS(X) \
    X(100, "ZSTD_d_windowLogMax", "window_log_max")

typedef struct {
    int number;
    const char *constant;
    const char *name;
} Parameter;

#define PARAMETER(number, constant, name) {number, constant, name},

static const Parameter compression_parameters[] = {COMPRESSION_PARAMETERS(PARAMETER){0}};
static const Parameter decompression_parameters[] = {DECOMPRESSION_PARAMETERS(PARAMETER){0}};

/* ZSTD_c_compressionLevel, which is checked in a way of its own. */
enum { COMPRESSION_LEVEL = 100 };

/* Which of the two a dict of options is for. */
typedef struct {
    const char *type; /* of the object being made */
    const char *kind, *other_kind;
    const Parameter *parameters;
    zstd_component_stream_side_t side;
} Side;

static const Side COMPRESSION = {
    .type = "ZstdCompressor",
    .kind = "compression",
    .other_kind = "Decompression",
    .parameters = compression_parameters,
    .side = ZSTD_COMPONENT_STREAM_SIDE_COMPRESSION,
};

static const Side DECOMPRESSION = {
    .type = "ZstdDecompressor",
    .kind = "decompression",
    .other_kind = "Compression",
    .parameters = decompression_parameters,
    .side = ZSTD_COMPONENT_STREAM_SIDE_DECOMPRESSION,
};

/* Raises what is wrong with a parameter that the component refused. */
static void
raise_bad_parameter(const Side *side, int number, int value)
{
    char unknown[64];
    PyOS_snprintf(unknown, sizeof(unknown), "unknown parameter (key %d)", number);
    const char *name = unknown;
    for (const Parameter *parameter = side->parameters; parameter->name != NULL; parameter++) {
        if (parameter->number == number) {
            name = parameter->name;
        }
    }
    zstd_component_stream_bounds_t bounds;
    Failure failure;
    if (!zstd_component_stream_parameter_bounds(side->side, number, &bounds, &failure)) {
        zstd_component_stream_failure_free(&failure);
        PyErr_Format(PyExc_ValueError, "invalid %s parameter '%s'", side->kind, name);
        return;
    }
    PyErr_Format(PyExc_ValueError, "%s parameter '%s' received an illegal value %d; the valid range is [%d, %d]",
                 side->kind, name, value, bounds.lower, bounds.upper);
}

/* Reads one entry of the options. */
static int
read_option(const Side *side, PyTypeObject *wrong_type, PyObject *key, PyObject *value, int *number, int *setting)
{
    if (Py_TYPE(key) == wrong_type) {
        PyErr_Format(PyExc_TypeError, "%s options dictionary key must not be a %sParameter attribute", side->kind,
                     side->other_kind);
        return -1;
    }
    /* Reading them may run Python code, which may take them out of the dict. */
    Py_INCREF(key);
    Py_INCREF(value);
    *number = PyLong_AsInt(key);
    int failed = *number == -1 && PyErr_Occurred();
    if (!failed) {
        *setting = PyLong_AsInt(value);
        failed = *setting == -1 && PyErr_Occurred();
    }
    Py_DECREF(key);
    Py_DECREF(value);
    return failed ? -1 : 0;
}

/* Hands each of the options to `set`, which raises what is wrong with one. `wrong_type` is that of the keys which are
   for the other side, or NULL. */
static int
set_options(const Side *side, PyTypeObject *wrong_type, PyObject *options, int (*set)(PyObject *, int, int),
            PyObject *self)
{
    if (!PyDict_Check(options)) {
        PyErr_Format(PyExc_TypeError, "%s() argument 'options' must be dict, not %T", side->type, options);
        return -1;
    }
    Py_ssize_t position = 0;
    PyObject *key, *value;
    while (PyDict_Next(options, &position, &key, &value)) {
        int number, setting;
        if (read_option(side, wrong_type, key, value, &number, &setting) < 0 || set(self, number, setting) < 0) {
            return -1;
        }
    }
    return 0;
}

#endif
