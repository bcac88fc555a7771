/* EVP_MD: an algorithm of the component's, with what it says of itself. */

#ifndef CLIENT_ALGORITHMS_H
#define CLIENT_ALGORITHMS_H

#include "catalogue.h"

#define EVP_MAX_MD_SIZE 64
#define EVP_MD_FLAG_XOF 0x2

/* The most bytes that a name or properties have. */
#define MOST_NAME 1024

typedef struct evp_md_st {
    size_t count;
    int nid;
    int size;
    int block_size;
    unsigned long flags;
    openssl_component_digest_own_algorithm_t handle;
    /* HMAC with it, once somebody asks for that. */
    bool has_hmac;
    openssl_component_mac_own_hmac_t hmac;
    /* What it was fetched by; properties may be NULL. */
    char *properties;
    char *name;
} EVP_MD;

static inline hashlib_import_string_t
text_lend(const char *text)
{
    return (hashlib_import_string_t){.ptr = (uint8_t *)text, .len = text == NULL ? 0 : strlen(text)};
}

/* Frees it without what it is over there. */
static inline void
algorithm_free(EVP_MD *md)
{
    free(md->properties);
    free(md->name);
    free(md);
}

static inline void
EVP_MD_free(EVP_MD *md)
{
    if (md == NULL || --md->count > 0) {
        return;
    }
    if (md->has_hmac) {
        openssl_component_mac_hmac_drop_own(md->hmac);
    }
    openssl_component_digest_algorithm_drop_own(md->handle);
    algorithm_free(md);
}

static inline int
EVP_MD_up_ref(EVP_MD *md)
{
    md->count++;
    return 1;
}

/* Fills in what the algorithm says. */
static inline void
algorithm_describe(EVP_MD *md)
{
    openssl_component_digest_description_t description;
    openssl_component_digest_method_algorithm_describe(openssl_component_digest_borrow_algorithm(md->handle),
                                                       &description);
    md->nid = (int)description.nid;
    md->size = description.size > EVP_MAX_MD_SIZE ? 0 : (int)description.size;
    md->block_size = (int)description.block_size;
    md->flags = description.flags;
    openssl_component_digest_description_free(&description);
}

/* Finds the algorithm over there. */
static inline bool
algorithm_fetch(EVP_MD *md)
{
    if (!room_is_there(0)) {
        return false;
    }
    hashlib_import_string_t name = text_lend(md->name), properties = text_lend(md->properties);
    openssl_component_digest_failure_t failure;
    bool fetched = openssl_component_digest_static_algorithm_fetch(&name, md->properties == NULL ? NULL : &properties,
                                                                   &md->handle, &failure);
    if (!fetched) {
        ERRORS_TAKE(&failure, openssl_component_digest_failure_free);
    }
    return fetched;
}

/* One that is not fetched yet. */
static inline EVP_MD *
algorithm_new(const char *name, const char *properties)
{
    EVP_MD *md = calloc(1, sizeof(EVP_MD));
    if (md != NULL) {
        md->count = 1;
        md->name = strdup(name);
        md->properties = properties == NULL ? NULL : strdup(properties);
    }
    if (md != NULL && (md->name == NULL || (md->properties == NULL) != (properties == NULL))) {
        algorithm_free(md);
        md = NULL;
    }
    if (md == NULL) {
        errors_add_no_memory();
    }
    return md;
}

/* Of the library contexts there is the default one, NULL. */
static inline EVP_MD *
EVP_MD_fetch(void *library, const char *name, const char *properties)
{
    (void)library;
    if (strlen(name) > MOST_NAME || (properties != NULL && strlen(properties) > MOST_NAME)) {
        errors_add_unsupported();
        return NULL;
    }
    EVP_MD *md = algorithm_new(name, properties);
    if (md != NULL && !algorithm_fetch(md)) {
        algorithm_free(md);
        md = NULL;
    }
    if (md != NULL) {
        algorithm_describe(md);
    }
    return md;
}

/* Sees to it that HMAC with it is there. */
static inline bool
algorithm_fetch_hmac(EVP_MD *md)
{
    if (md->has_hmac || !room_is_there(0)) {
        return md->has_hmac;
    }
    hashlib_import_string_t name = text_lend(md->name), properties = text_lend(md->properties);
    openssl_component_mac_failure_t failure;
    md->has_hmac = openssl_component_mac_static_hmac_fetch(&name, md->properties == NULL ? NULL : &properties,
                                                           &md->hmac, &failure);
    if (!md->has_hmac) {
        ERRORS_TAKE(&failure, openssl_component_mac_failure_free);
    }
    return md->has_hmac;
}

static inline int
EVP_MD_nid(const EVP_MD *md)
{
    return md->nid;
}

static inline int
EVP_MD_size(const EVP_MD *md)
{
    return md->size;
}

static inline int
EVP_MD_block_size(const EVP_MD *md)
{
    return md->block_size;
}

static inline unsigned long
EVP_MD_flags(const EVP_MD *md)
{
    return md->flags;
}

/* Of what is handed over, only EVP_MD_nid() is to be asked. */
static inline void
EVP_MD_do_all_provided(void *library, void (*each)(EVP_MD *, void *), void *argument)
{
    (void)library;
    catalogue_load();
    for (size_t i = 0; i < catalogue.count; i++) {
        EVP_MD md = {.nid = catalogue.entries[i].nid};
        each(&md, argument);
    }
}

static inline int
EVP_default_properties_is_fips_enabled(void *library)
{
    (void)library;
    return openssl_component_digest_is_fips_default();
}

#endif
