/* What is general in libcrypto: openssl/crypto.h, as far as CPython's _hashlib uses it. */

#ifndef OPENSSL_CRYPTO_H
#define OPENSSL_CRYPTO_H

#include <stddef.h>

/* The version whose manual these headers follow. */
#define OPENSSL_VERSION_NUMBER 0x30500000L

/* An instance of a component is entered by one thread at a time. */
#define OPENSSL_THREADS

/* Takes as long wherever they differ. */
static inline int
CRYPTO_memcmp(const void *left, const void *right, size_t size)
{
    const volatile unsigned char *one = left, *other = right;
    unsigned char differences = 0;
    for (size_t i = 0; i < size; i++) {
        differences |= one[i] ^ other[i];
    }
    return differences;
}

/* Overwrites what was secret, also where the compiler sees nobody read it again. */
static inline void
OPENSSL_cleanse(void *memory, size_t size)
{
    volatile unsigned char *bytes = memory;
    for (size_t i = 0; i < size; i++) {
        bytes[i] = 0;
    }
}

#endif
