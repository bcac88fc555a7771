/* What can be done with any BIO. */

#ifndef CLIENT_BIO_FUNCTIONS_H
#define CLIENT_BIO_FUNCTIONS_H

#include <stdarg.h>

#include "bio_memory.h"
#include "bio_streams.h"

static int
BIO_read(BIO *bio, void *buffer, int room)
{
    BIO_clear_retry_flags(bio);
    switch (bio->method->kind) {
    case BIO_OF_MEMORY:
        return bio_memory_read(bio, buffer, room);
    case BIO_OF_FILE:
        return bio_file_read(bio, buffer, room);
    default:
        return bio_socket_read(bio, buffer, room);
    }
}

static int
BIO_write(BIO *bio, const void *data, int size)
{
    BIO_clear_retry_flags(bio);
    switch (bio->method->kind) {
    case BIO_OF_MEMORY:
        return bio_memory_write(bio, data, size);
    case BIO_OF_FILE:
        return bio_file_write(bio, data, size);
    default:
        return bio_socket_write(bio, data, size);
    }
}

static inline int
BIO_puts(BIO *bio, const char *text)
{
    return BIO_write(bio, text, (int)strlen(text));
}

/* Of memory only. */
static inline int
BIO_gets(BIO *bio, char *buffer, int room)
{
    BIO_clear_retry_flags(bio);
    return bio_memory_gets(bio, buffer, room);
}

__attribute__((__format__(__printf__, 2, 3))) static int
BIO_printf(BIO *bio, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments), written = -1;
    char *text = size < 0 ? NULL : malloc((size_t)size + 1);
    if (text != NULL) {
        vsnprintf(text, (size_t)size + 1, format, again);
        written = BIO_write(bio, text, size);
    }
    free(text);
    va_end(again);
    va_end(arguments);
    return written;
}

static inline int
BIO_flush(BIO *bio)
{
    return bio->method->kind != BIO_OF_FILE || fflush(bio->in.file.stream) == 0;
}

static inline size_t
BIO_ctrl_pending(BIO *bio)
{
    return bio->method->kind == BIO_OF_MEMORY ? bio_memory_size(bio) : 0;
}

/* Whether nothing is left; when certificates are read from it, whether they all were handed out. */
static int
BIO_eof(BIO *bio)
{
    if (bio->readout != NULL) {
        return bio->handed_out == bio->readout->certificates.len && bio->readout->failure.len == 0;
    }
    return bio->method->kind == BIO_OF_MEMORY ? bio_memory_size(bio) == 0 : feof(bio->in.file.stream) != 0;
}

/* Writes a text that a binding brought; where there is none, reading from the BIO will fail. */
static int
bio_print(BIO *bio, const ssl_import_string_t *text)
{
    if (text != NULL) {
        return BIO_write(bio, text->ptr, (int)text->len);
    }
    if (bio->method->kind == BIO_OF_MEMORY) {
        bio->in.memory.broken = true;
    }
    return -1;
}

#endif
