/* BIOs: what there are, and their life. Reference counts are OpenSSL's. */

#ifndef CLIENT_BIOS_H
#define CLIENT_BIOS_H

#include <errno.h>

#include "error_codes.h"
#include "openssl_codes.h"
#include "pieces.h"

struct bio_method_st {
    enum {
        BIO_OF_MEMORY,
        BIO_OF_FILE,
        BIO_OF_SOCKET,
    } kind;
};

struct bio_st {
    const BIO_METHOD *method;
    unsigned references;
    int flags; /* BIO_FLAGS_*: whether the last call is to be made again */
    union {
        struct {
            uint8_t *block;
            size_t start, end, room;
            bool read_only; /* the block is the consumer's */
            bool broken;    /* what was to be written could not be had */
            int at_end;     /* what a read from an empty one returns */
        } memory;
        struct {
            FILE *stream;
            bool close;
        } file;
        int socket;
    } in;
    /* The certificates that were in it, once any is asked for, and how many were handed out. */
    openssl_component_x509_readout_t *readout;
    size_t handed_out;
};

static const BIO_METHOD bio_methods[] = {{BIO_OF_MEMORY}, {BIO_OF_FILE}, {BIO_OF_SOCKET}};

static inline const BIO_METHOD *
BIO_s_mem(void)
{
    return &bio_methods[BIO_OF_MEMORY];
}

static inline const BIO_METHOD *
BIO_s_file(void)
{
    return &bio_methods[BIO_OF_FILE];
}

static BIO *
BIO_new(const BIO_METHOD *method)
{
    BIO *bio = calloc(1, sizeof(*bio));
    if (bio == NULL) {
        error_no_memory(ERR_LIB_BIO);
        return NULL;
    }
    bio->method = method;
    bio->references = 1;
    if (method->kind == BIO_OF_MEMORY) {
        bio->in.memory.at_end = -1;
    }
    return bio;
}

static inline int
BIO_up_ref(BIO *bio)
{
    bio->references++;
    return 1;
}

static void
bio_drop_readout(BIO *bio)
{
    if (bio->readout != NULL) {
        openssl_component_x509_readout_free(bio->readout);
        free(bio->readout);
        bio->readout = NULL;
    }
}

/* Sockets belong to whom they were had from. */
static int
BIO_free(BIO *bio)
{
    if (bio == NULL) {
        return 0;
    }
    if (--bio->references > 0) {
        return 1;
    }
    if (bio->method->kind == BIO_OF_MEMORY && !bio->in.memory.read_only) {
        free(bio->in.memory.block);
    }
    if (bio->method->kind == BIO_OF_FILE && bio->in.file.close && bio->in.file.stream != NULL) {
        fclose(bio->in.file.stream);
    }
    bio_drop_readout(bio);
    free(bio);
    return 1;
}

/* There are no chains of BIOs here. */
static inline void
BIO_free_all(BIO *bio)
{
    BIO_free(bio);
}

static inline void
BIO_clear_retry_flags(BIO *bio)
{
    bio->flags &= ~(BIO_FLAGS_READ | BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY);
}

static inline void
BIO_set_retry_read(BIO *bio)
{
    bio->flags |= BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY;
}

static inline void
BIO_set_retry_write(BIO *bio)
{
    bio->flags |= BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY;
}

static inline int
BIO_should_retry(const BIO *bio)
{
    return bio->flags & BIO_FLAGS_SHOULD_RETRY;
}

/* The consumer sees to its socket itself. */
static inline int
BIO_set_nbio(BIO *bio, int on)
{
    (void)bio;
    (void)on;
    return 1;
}

#endif
