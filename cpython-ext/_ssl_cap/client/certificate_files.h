/* Certificates out of BIOs and into them. */

#ifndef CLIENT_CERTIFICATE_FILES_H
#define CLIENT_CERTIFICATE_FILES_H

#include "certificates.h"

/* Reads all certificates of the rest of a BIO. */
static bool
readout_open(BIO *bio, openssl_component_x509_form_t form)
{
    Taken rest;
    openssl_component_x509_readout_t *readout = malloc(sizeof(*readout));
    if (readout == NULL || !bio_read_rest(bio, &rest)) {
        free(readout);
        error_no_memory(ERR_LIB_BIO);
        return false;
    }
    bool has_room = room_is_there(taken_left(&rest) * 3 + ROOM_FOR_ANY);
    if (has_room) {
        Piece piece = piece_of_words(rest.block, taken_left(&rest));
        openssl_component_x509_bytes_t bytes = PIECE_AS(openssl_component_x509_bytes_t, piece);
        openssl_component_x509_read(&bytes, form, readout);
        bio->readout = readout;
        bio->handed_out = 0;
    }
    else {
        free(readout);
        error_no_memory(ERR_LIB_BIO);
    }
    taken_free(&rest);
    return has_room;
}

/* Adds what ended the readout, each time that its end is met. */
static void
readout_add_failure(const openssl_component_x509_readout_t *readout)
{
    for (size_t i = 0; i < readout->failure.len; i++) {
        const openssl_component_x509_problem_t *problem = &readout->failure.ptr[i];
        errors_add(problem->code, (const char *)problem->reason.ptr, problem->reason.len);
    }
}

/* The next one. NULL, with errors added, where there is none. */
static X509 *
readout_next(BIO *bio, openssl_component_x509_form_t form)
{
    if (bio->readout == NULL && !readout_open(bio, form)) {
        return NULL;
    }
    if (bio->handed_out == bio->readout->certificates.len) {
        readout_add_failure(bio->readout);
        return NULL;
    }
    return certificate_new(&bio->readout->certificates.ptr[bio->handed_out++], 0);
}

/* Certificates are not encrypted: nobody is asked for a password. */
static inline X509 *
PEM_read_bio_X509(BIO *bio, X509 **out, pem_password_cb *callback, void *data)
{
    (void)out;
    (void)callback;
    (void)data;
    return readout_next(bio, OPENSSL_COMPONENT_X509_FORM_PEM);
}

static inline X509 *
d2i_X509_bio(BIO *bio, X509 **out)
{
    (void)out;
    return readout_next(bio, OPENSSL_COMPONENT_X509_FORM_DER);
}

static inline int
i2d_X509_bio(BIO *bio, const X509 *certificate)
{
    return BIO_write(bio, certificate->der, (int)certificate->size) == (int)certificate->size;
}

/* Puts a copy into `*out`. */
static int
i2d_X509(const X509 *certificate, unsigned char **out)
{
    *out = malloc(certificate->size + 1);
    if (*out == NULL) {
        error_no_memory(ERR_LIB_X509);
        return -1;
    }
    memcpy(*out, certificate->der, certificate->size);
    return (int)certificate->size;
}

static int
certificate_write_pem(BIO *bio, const X509 *certificate, bool with_trust)
{
    ssl_import_list_u8_t der = list_lend(certificate->der, certificate->size);
    ssl_import_string_t pem;
    openssl_component_x509_failure_t failure;
    if (!room_is_there(certificate->size * 2 + ROOM_FOR_FEW)) {
        error_no_memory(ERR_LIB_PEM);
        return 0;
    }
    if (!openssl_component_x509_to_pem(&der, with_trust, &pem, &failure)) {
        ERRORS_TAKE(&failure, openssl_component_x509_failure_free);
        return 0;
    }
    bool is_written = bio_print(bio, &pem) == (int)pem.len;
    ssl_import_string_free(&pem);
    return is_written;
}

static inline int
PEM_write_bio_X509(BIO *bio, const X509 *certificate)
{
    return certificate_write_pem(bio, certificate, false);
}

static inline int
PEM_write_bio_X509_AUX(BIO *bio, const X509 *certificate)
{
    return certificate_write_pem(bio, certificate, true);
}

#endif
