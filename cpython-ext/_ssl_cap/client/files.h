/* Files that are handed over whole. */

#ifndef CLIENT_FILES_H
#define CLIENT_FILES_H

#include "bio_functions.h"

/* What a read makes room for first. */
#define FIRST_FILE_ROOM ((size_t)8 * 1024)

/* Reads on to the end, with room for a last word behind. False with errno set where the file could not be
   read, or is larger than the component can be given. */
static bool
file_read_rest(FILE *stream, Taken *rest)
{
    size_t room = 0;
    *rest = (Taken){.block = NULL};
    do {
        size_t larger = room == 0 ? FIRST_FILE_ROOM : room * 2;
        uint8_t *block = larger > MOST_ARGUMENT ? NULL : realloc(rest->block, larger);
        if (block == NULL) {
            taken_free(rest);
            errno = larger > MOST_ARGUMENT ? EFBIG : ENOMEM;
            return false;
        }
        rest->block = block;
        room = larger;
        rest->end += fread(block + rest->end, 1, room - rest->end, stream);
    } while (rest->end == room);
    if (ferror(stream)) {
        taken_free(rest);
        return false;
    }
    return true;
}

/* Reads a file. False with errno set, and an error added, where that fails; else errno is what it was. */
static bool
file_read(const char *name, Taken *content)
{
    int number = errno;
    FILE *stream = fopen(name, "rb");
    bool is_read = stream != NULL && file_read_rest(stream, content);
    int failure = errno;
    if (stream != NULL) {
        fclose(stream);
    }
    if (!is_read) {
        errors_add_system(failure);
    }
    errno = is_read ? number : failure;
    return is_read;
}

/* Reads what is left in a BIO of memory or of a file, likewise. */
static bool
bio_read_rest(BIO *bio, Taken *rest)
{
    *rest = (Taken){.block = NULL};
    if (bio->method->kind != BIO_OF_MEMORY) {
        return file_read_rest(bio->in.file.stream, rest);
    }
    size_t size = bio_memory_size(bio);
    rest->block = size > MOST_ARGUMENT ? NULL : malloc(size + WORD_SIZE);
    if (rest->block == NULL) {
        return false;
    }
    if (size > 0) {
        memcpy(rest->block, bio->in.memory.block + bio->in.memory.start, size);
        bio_memory_taken(bio, size);
    }
    rest->end = size;
    return true;
}

#endif
