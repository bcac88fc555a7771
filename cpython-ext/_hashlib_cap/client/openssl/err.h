/* OpenSSL's error queue: openssl/err.h, as far as CPython's _hashlib uses it. */

#ifndef OPENSSL_ERR_H
#define OPENSSL_ERR_H

#include "cap_openssl_errors.h"

#define ERR_LIB_EVP 6
#define ERR_LIB_CRYPTO 15
#define ERR_LIB_PROV 57

/* Reasons that any library may have. */
#define ERR_R_MALLOC_FAILURE 0xC0100
#define ERR_R_UNSUPPORTED 0x8010C

/* The libraries that digests and keys come from; NULL for another one. */
static inline const char *
ERR_lib_error_string(unsigned long code)
{
    switch (ERR_GET_LIB(code)) {
    case ERR_LIB_SYS:
        return "system library";
    case ERR_LIB_EVP:
        return "digital envelope routines";
    case ERR_LIB_CRYPTO:
        return "common libcrypto routines";
    case ERR_LIB_PROV:
        return "Provider routines";
    default:
        return NULL;
    }
}

/* OpenSSL 3 does not tell. */
static inline const char *
ERR_func_error_string(unsigned long code)
{
    (void)code;
    return NULL;
}

static inline void
errors_add_no_memory(void)
{
    static const char reason[] = "malloc failure";
    errors_add(ERR_PACK(ERR_LIB_CRYPTO, 0, ERR_R_MALLOC_FAILURE), reason, sizeof(reason) - 1);
}

static inline void
errors_add_unsupported(void)
{
    static const char reason[] = "unsupported";
    errors_add(ERR_PACK(ERR_LIB_EVP, 0, ERR_R_UNSUPPORTED), reason, sizeof(reason) - 1);
}

#endif
