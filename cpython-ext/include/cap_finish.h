/* The methods of a compressor that flush() ends for good, as BZ2Compressor and LZMACompressor are. */

#ifndef CAP_FINISH_H
#define CAP_FINISH_H

#include "cap_run.h"

#define FINISH_COMPRESS_DOC \
    "compress($self, data, /)\n" \
    "--\n" \
    "\n" \
    "Compress data and return what is ready as bytes.\n" \
    "\n" \
    "The compressor keeps some of it until more data comes or flush() is called."

/* compress(data), of a stream that may be `finishing` already. */
static inline PyObject *
finish_compress(const Codec *codec, void *stream, bool finishing, PyObject *data)
{
    PyObject *output = NULL;
    Py_buffer buffer;
    if (PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    if (finishing) {
        PyErr_SetString(PyExc_ValueError, "Compressor has been flushed");
    }
    else {
        output = codec_compress(codec, stream, buffer.buf, (size_t)buffer.len);
    }
    PyBuffer_Release(&buffer);
    return output;
}

#define FINISH_FLUSH_DOC \
    "flush($self, /)\n" \
    "--\n" \
    "\n" \
    "End the stream and return what the compressor held back, as bytes.\n" \
    "\n" \
    "The compressor cannot be used after that."

/* flush(), which makes the stream `finishing`. */
static inline PyObject *
finish_flush(const Codec *codec, void *stream, bool *finishing)
{
    if (*finishing) {
        PyErr_SetString(PyExc_ValueError, "Repeated call to flush()");
        return NULL;
    }
    *finishing = true;
    return codec_compress(codec, stream, NULL, 0);
}

#endif
