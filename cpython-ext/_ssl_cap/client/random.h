/* Random numbers. */

#ifndef CLIENT_RANDOM_H
#define CLIENT_RANDOM_H

#include "error_codes.h"
#include "pieces.h"

/* How much crosses at once, in bytes. */
#define RANDOM_SLICE 65536

/* All of the entropy is said to be in the first bytes. */
static void
RAND_add(const void *data, int size, double entropy)
{
    const uint8_t *next = data;
    do {
        int slice = size < RANDOM_SLICE ? size : RANDOM_SLICE;
        ssl_import_list_u8_t lent = list_lend(next, (size_t)slice);
        openssl_component_random_add(&lent, entropy < slice ? entropy : slice);
        entropy = entropy < slice ? 0 : entropy - slice;
        next += slice;
        size -= slice;
    } while (size > 0);
}

static bool
random_slice(unsigned char *buffer, uint32_t size)
{
    ssl_import_list_u8_t bytes;
    openssl_component_random_failure_t failure;
    if (!room_is_there(size + ROOM_FOR_FEW)) {
        error_no_memory(ERR_LIB_RAND);
        return false;
    }
    if (!openssl_component_random_generate(size, &bytes, &failure)) {
        ERRORS_TAKE(&failure, openssl_component_random_failure_free);
        return false;
    }
    bool sound = bytes.len == size;
    if (sound) {
        memcpy(buffer, bytes.ptr, size);
    }
    else {
        error_internal(ERR_LIB_RAND);
    }
    explicit_bzero(bytes.ptr, bytes.len);
    ssl_import_list_u8_free(&bytes);
    return sound;
}

static int
RAND_bytes(unsigned char *buffer, int size)
{
    for (int done = 0; done < size; done += RANDOM_SLICE) {
        int slice = size - done < RANDOM_SLICE ? size - done : RANDOM_SLICE;
        if (!random_slice(buffer + done, (uint32_t)slice)) {
            return 0;
        }
    }
    return 1;
}

static inline int
RAND_status(void)
{
    return openssl_component_random_is_seeded();
}

#endif
