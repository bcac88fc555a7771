/* BIOs of memory: bytes wait there until they are read. */

#ifndef CLIENT_BIO_MEMORY_H
#define CLIENT_BIO_MEMORY_H

#include <limits.h>

#include "bios.h"

/* What the first byte makes room for, and what is kept of it when it is empty, in bytes. */
#define LEAST_BIO_ROOM ((size_t)256)
#define MOST_BIO_KEPT ((size_t)64 * 1024)

/* More than this is refused, so that the sizes can be added up. */
#define MOST_BIO_ROOM ((size_t)INT_MAX)

static inline size_t
bio_memory_size(const BIO *bio)
{
    return bio->in.memory.end - bio->in.memory.start;
}

/* Reads from memory of the consumer's, which stays there. */
static BIO *
BIO_new_mem_buf(const void *data, int size)
{
    if (data == NULL) {
        error_add(ERR_LIB_BIO, ERR_R_PASSED_INVALID_ARGUMENT, "passed invalid argument");
        return NULL;
    }
    BIO *bio = BIO_new(BIO_s_mem());
    if (bio != NULL) {
        bio->in.memory.block = (uint8_t *)data;
        bio->in.memory.end = size < 0 ? strlen(data) : (size_t)size;
        bio->in.memory.read_only = true;
        bio->in.memory.at_end = 0;
    }
    return bio;
}

/* Makes room for so many more bytes behind those that wait. */
static bool
bio_memory_grow(BIO *bio, size_t size)
{
    size_t waiting = bio_memory_size(bio);
    uint8_t *block = bio->in.memory.block;
    if (bio->in.memory.start > 0 && bio->in.memory.end + size > bio->in.memory.room) {
        memmove(block, block + bio->in.memory.start, waiting);
        bio->in.memory.start = 0;
        bio->in.memory.end = waiting;
    }
    size_t needed = bio->in.memory.end + size;
    if (needed <= bio->in.memory.room) {
        return true;
    }
    size_t room = bio->in.memory.room < LEAST_BIO_ROOM ? LEAST_BIO_ROOM : bio->in.memory.room;
    while (room < needed && room < MOST_BIO_ROOM) {
        room += room / 2;
    }
    block = room < needed ? NULL : realloc(block, room);
    if (block == NULL) {
        error_no_memory(ERR_LIB_BIO);
        return false;
    }
    bio->in.memory.block = block;
    bio->in.memory.room = room;
    return true;
}

static int
bio_memory_write(BIO *bio, const void *data, int size)
{
    if (bio->in.memory.read_only) {
        error_add(ERR_LIB_BIO, BIO_R_WRITE_TO_READ_ONLY_BIO, "write to read only BIO");
        return -1;
    }
    if (size <= 0) {
        return 0;
    }
    if (!bio_memory_grow(bio, (size_t)size)) {
        return -1;
    }
    memcpy(bio->in.memory.block + bio->in.memory.end, data, (size_t)size);
    bio->in.memory.end += (size_t)size;
    return size;
}

static void
bio_memory_taken(BIO *bio, size_t size)
{
    bio->in.memory.start += size;
    if (bio_memory_size(bio) > 0 || bio->in.memory.read_only) {
        return;
    }
    bio->in.memory.start = bio->in.memory.end = 0;
    if (bio->in.memory.room > MOST_BIO_KEPT) {
        free(bio->in.memory.block);
        bio->in.memory.block = NULL;
        bio->in.memory.room = 0;
    }
}

static int
bio_memory_read(BIO *bio, void *buffer, int room)
{
    size_t waiting = bio_memory_size(bio);
    if (waiting == 0) {
        if (bio->in.memory.at_end != 0) {
            BIO_set_retry_read(bio);
        }
        return bio->in.memory.at_end;
    }
    size_t size = room < 0 ? 0 : (size_t)room < waiting ? (size_t)room : waiting;
    memcpy(buffer, bio->in.memory.block + bio->in.memory.start, size);
    bio_memory_taken(bio, size);
    return (int)size;
}

/* Up to the end of a line. */
static int
bio_memory_gets(BIO *bio, char *buffer, int room)
{
    size_t waiting = bio_memory_size(bio);
    size_t size = room <= 1 ? 0 : (size_t)room - 1 < waiting ? (size_t)room - 1 : waiting;
    buffer[0] = '\0';
    if (bio->in.memory.broken) {
        return -1;
    }
    if (size == 0) {
        return 0;
    }
    const uint8_t *line = bio->in.memory.block + bio->in.memory.start;
    const uint8_t *end = memchr(line, '\n', size);
    size = end == NULL ? size : (size_t)(end - line) + 1;
    buffer[size] = '\0';
    return bio_memory_read(bio, buffer, (int)size);
}

/* Forgets what was written, or begins again with what is only read. */
static int
BIO_reset(BIO *bio)
{
    bio_drop_readout(bio);
    bio->in.memory.start = 0;
    if (!bio->in.memory.read_only) {
        bio->in.memory.end = 0;
    }
    bio->in.memory.broken = false;
    return 1;
}

static inline void
BIO_set_mem_eof_return(BIO *bio, int value)
{
    bio->in.memory.at_end = value;
}

static long
BIO_get_mem_data(BIO *bio, char **data)
{
    /* Nothing is somewhere, too. */
    static char nothing[1];
    bool empty = bio->method->kind != BIO_OF_MEMORY || bio_memory_size(bio) == 0;
    *data = empty ? nothing : (char *)bio->in.memory.block + bio->in.memory.start;
    return empty ? 0 : (long)bio_memory_size(bio);
}

#endif
