// The digests that the module has.

#ifndef MICROPY_INCLUDED_HASH_ALGORITHMS_H
#define MICROPY_INCLUDED_HASH_ALGORITHMS_H

#include "py/runtime.h"

#include "cap_words.h"
#include "hashlib_import.h"

// The name in Python, OpenSSL's name, the sizes of a value (0 when it is for the caller to say) and of a block.
#define HASH_ALGORITHMS(X) \
    X(md5, "MD5", 16, 64) \
    X(sha1, "SHA1", 20, 64) \
    X(sha224, "SHA2-224", 28, 64) \
    X(sha256, "SHA2-256", 32, 64) \
    X(sha384, "SHA2-384", 48, 128) \
    X(sha512, "SHA2-512", 64, 128) \
    X(sha3_224, "SHA3-224", 28, 144) \
    X(sha3_256, "SHA3-256", 32, 136) \
    X(sha3_384, "SHA3-384", 48, 104) \
    X(sha3_512, "SHA3-512", 64, 72) \
    X(shake_128, "SHAKE-128", 0, 168) \
    X(shake_256, "SHAKE-256", 0, 136) \
    X(blake2b, "BLAKE2B-512", 64, 128) \
    X(blake2s, "BLAKE2S-256", 32, 64)

// An algorithm is a number: its place in these tables.
#define HASH_NAME(py_name, openssl_name, value_size, size_of_block) openssl_name,
static const char *const hash_names[] = {
    HASH_ALGORITHMS(HASH_NAME)
};

#define HASH_SIZE(py_name, openssl_name, value_size, size_of_block) value_size,
static const uint8_t hash_sizes[] = {
    HASH_ALGORITHMS(HASH_SIZE)
};

// ERR_R_MALLOC_FAILURE, and the bits of a problem's code that say a reason.
#define OPENSSL_REASON_MASK (0x7fffff)
#define OPENSSL_OUT_OF_MEMORY (0x40000 | 0x80000 | 256)

// Takes the failure over.
static MP_NORETURN void hash_raise(openssl_component_digest_failure_t *failure) {
    bool out_of_memory = failure->len > 0 && (failure->ptr[0].code & OPENSSL_REASON_MASK) == OPENSSL_OUT_OF_MEMORY;
    openssl_component_digest_failure_free(failure);
    if (out_of_memory) {
        mp_raise_type(&mp_type_MemoryError);
    }
    mp_raise_ValueError(MP_ERROR_TEXT("digest refused by OpenSSL"));
}

#endif // MICROPY_INCLUDED_HASH_ALGORITHMS_H
