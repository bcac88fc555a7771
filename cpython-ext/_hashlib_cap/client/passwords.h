/* Keys from passwords. */

#ifndef CLIENT_PASSWORDS_H
#define CLIENT_PASSWORDS_H

#include "algorithms.h"

static inline hashlib_import_list_u8_t
list_lend(const void *bytes, size_t size)
{
    return (hashlib_import_list_u8_t){.ptr = (uint8_t *)bytes, .len = size};
}

/* Takes over what a call returned, its key or its failure. */
static inline int
password_key(bool done, hashlib_import_list_u8_t *made, openssl_component_kdf_failure_t *failure, uint8_t *key,
             size_t size)
{
    if (!done) {
        ERRORS_TAKE(failure, openssl_component_kdf_failure_free);
        return 0;
    }
    bool honest = made->len == size;
    if (honest) {
        memcpy(key, made->ptr, size);
    }
    if (made->len > 0) {
        OPENSSL_cleanse(made->ptr, made->len);
    }
    hashlib_import_list_u8_free(made);
    return honest;
}

static inline int
PKCS5_PBKDF2_HMAC(const char *password, int password_size, const unsigned char *salt, int salt_size, int iterations,
                  const EVP_MD *md, int size, unsigned char *key)
{
    if (!room_is_there((size_t)size) ||
        !room_is_over_there((size_t)password_size, (size_t)salt_size, openssl_component_kdf_has_room)) {
        return 0;
    }
    hashlib_import_string_t digest = text_lend(md->name);
    hashlib_import_list_u8_t password_list = list_lend(password, (size_t)password_size);
    hashlib_import_list_u8_t salt_list = list_lend(salt, (size_t)salt_size), made;
    openssl_component_kdf_failure_t failure;
    bool done = openssl_component_kdf_pbkdf2_hmac(&digest, &password_list, &salt_list, (uint32_t)iterations,
                                                  (uint32_t)size, &made, &failure);
    return password_key(done, &made, &failure, key, (size_t)size);
}

/* Without a place for a key, this looks at the costs and at nothing else. */
static inline int
EVP_PBE_scrypt(const char *password, size_t password_size, const unsigned char *salt, size_t salt_size, uint64_t n,
               uint64_t r, uint64_t p, uint64_t memory, unsigned char *key, size_t size)
{
    openssl_component_kdf_costs_t costs = {.n = n, .r = r, .p = p, .memory = memory};
    openssl_component_kdf_failure_t failure;
    if (!room_is_there(size) || !room_is_over_there(password_size, salt_size, openssl_component_kdf_has_room)) {
        return 0;
    }
    if (key == NULL) {
        bool taken = openssl_component_kdf_check_scrypt(&costs, &failure);
        if (!taken) {
            ERRORS_TAKE(&failure, openssl_component_kdf_failure_free);
        }
        return taken;
    }
    hashlib_import_list_u8_t password_list = list_lend(password, password_size);
    hashlib_import_list_u8_t salt_list = list_lend(salt, salt_size), made;
    bool done = openssl_component_kdf_scrypt(&password_list, &salt_list, &costs, (uint32_t)size, &made, &failure);
    return password_key(done, &made, &failure, key, size);
}

#endif
