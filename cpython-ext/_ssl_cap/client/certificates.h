/* Certificates: their DER, and what is in them once anyone asks. */

#ifndef CLIENT_CERTIFICATES_H
#define CLIENT_CERTIFICATES_H

#include "files.h"
#include "names.h"

typedef openssl_component_x509_description_t Description;

struct x509_st {
    unsigned references;
    int ca; /* what X509_check_ca() says: of certificates from a store, and 0 of others */
    uint8_t *der;
    size_t size;
    bool is_described;
    Description description;
    X509_NAME *subject; /* views of the description */
    X509_NAME *issuer;
};

/* Copies the DER; NULL when there is no memory. */
static X509 *
certificate_new(const ssl_import_list_u8_t *der, int ca)
{
    X509 *certificate = calloc(1, sizeof(*certificate));
    uint8_t *copy = malloc(der->len + 1);
    if (certificate == NULL || copy == NULL) {
        free(certificate);
        free(copy);
        error_no_memory(ERR_LIB_X509);
        return NULL;
    }
    memcpy(copy, der->ptr, der->len);
    *certificate = (X509){.references = 1, .ca = ca, .der = copy, .size = der->len};
    return certificate;
}

static inline int
X509_up_ref(X509 *certificate)
{
    certificate->references++;
    return 1;
}

static void
X509_free(X509 *certificate)
{
    if (certificate == NULL || --certificate->references > 0) {
        return;
    }
    if (certificate->is_described) {
        openssl_component_x509_description_free(&certificate->description);
    }
    free(certificate->subject);
    free(certificate->issuer);
    free(certificate->der);
    free(certificate);
}

/* What is in it. NULL, with errors added, when that cannot be had. */
static const Description *
certificate_description(X509 *certificate)
{
    if (certificate->is_described) {
        return &certificate->description;
    }
    if (!room_is_there(ROOM_FOR_ANY)) {
        error_no_memory(ERR_LIB_X509);
        return NULL;
    }
    ssl_import_list_u8_t der = list_lend(certificate->der, certificate->size);
    openssl_component_x509_failure_t failure;
    if (!openssl_component_x509_describe(&der, &certificate->description, &failure)) {
        ERRORS_TAKE(&failure, openssl_component_x509_failure_free);
        return NULL;
    }
    certificate->is_described = true;
    return &certificate->description;
}

static X509_NAME *
X509_get_subject_name(X509 *certificate)
{
    const Description *description = certificate_description(certificate);
    if (certificate->subject == NULL && description != NULL) {
        certificate->subject = name_new(&description->subject, &description->subject_text);
    }
    return certificate->subject;
}

static X509_NAME *
X509_get_issuer_name(X509 *certificate)
{
    const Description *description = certificate_description(certificate);
    if (certificate->issuer == NULL && description != NULL) {
        certificate->issuer = name_new(&description->issuer, NULL);
    }
    return certificate->issuer;
}

static inline unsigned long
X509_subject_name_hash(X509 *certificate)
{
    const Description *description = certificate_description(certificate);
    return description == NULL ? 0 : description->subject_hash;
}

static inline long
X509_get_version(X509 *certificate)
{
    const Description *description = certificate_description(certificate);
    return description == NULL ? 0 : description->version;
}

static inline const ASN1_INTEGER *
certificate_serial_number(X509 *certificate)
{
    const Description *description = certificate_description(certificate);
    return description == NULL ? NULL : &description->serial_number;
}

static inline ASN1_INTEGER *
X509_get_serialNumber(X509 *certificate)
{
    return (ASN1_INTEGER *)certificate_serial_number(certificate);
}

static inline const ASN1_TIME *
X509_get0_notBefore(X509 *certificate)
{
    const Description *description = certificate_description(certificate);
    return description == NULL ? NULL : &description->not_before;
}

static inline const ASN1_TIME *
X509_get0_notAfter(X509 *certificate)
{
    const Description *description = certificate_description(certificate);
    return description == NULL ? NULL : &description->not_after;
}

static inline int
i2a_ASN1_INTEGER(BIO *bio, const ASN1_INTEGER *number)
{
    return bio_print(bio, number);
}

static inline int
ASN1_TIME_print(BIO *bio, const ASN1_TIME *time)
{
    return bio_print(bio, time) >= 0;
}

/* By their DER. */
static int
X509_cmp(const X509 *left, const X509 *right)
{
    if (left->size != right->size) {
        return left->size < right->size ? -1 : 1;
    }
    return memcmp(left->der, right->der, left->size);
}

static inline int
X509_check_ca(const X509 *certificate)
{
    return certificate->ca;
}

/* Lists of certificates. */
STACK_OF(X509) {
    size_t count;
    X509 *items[];
};

static inline int
sk_X509_num(const STACK_OF(X509) *stack)
{
    return stack == NULL ? -1 : (int)stack->count;
}

static inline X509 *
sk_X509_value(const STACK_OF(X509) *stack, int index)
{
    return index >= 0 && index < sk_X509_num(stack) ? stack->items[index] : NULL;
}

static void
certificates_free(STACK_OF(X509) *stack)
{
    for (int i = 0; i < sk_X509_num(stack); i++) {
        X509_free(stack->items[i]);
    }
    free(stack);
}

/* Copies a list of DER; NULL when there is no memory. */
static STACK_OF(X509) *
certificates_new(const ssl_import_list_list_u8_t *list)
{
    STACK_OF(X509) *stack = calloc(1, sizeof(*stack) + list->len * sizeof(X509 *));
    while (stack != NULL && stack->count < list->len) {
        X509 *certificate = certificate_new(&list->ptr[stack->count], 0);
        if (certificate == NULL) {
            certificates_free(stack);
            return NULL;
        }
        stack->items[stack->count++] = certificate;
    }
    return stack;
}

#endif
