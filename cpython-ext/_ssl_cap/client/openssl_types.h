/* The types of OpenSSL's C interface. Those that a consumer looks into are whole here; the others are where
   their concept is. */

#ifndef OPENSSL_TYPES_H
#define OPENSSL_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "ssl_import.h"

typedef struct ssl_method_st SSL_METHOD;
typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_st SSL;
typedef struct ssl_session_st SSL_SESSION;
typedef struct ssl_cipher_st SSL_CIPHER;
typedef struct bio_st BIO;
typedef struct bio_method_st BIO_METHOD;
typedef struct dh_st DH;
typedef struct x509_st X509;
typedef struct x509_name_st X509_NAME;
typedef struct x509_name_entry_st X509_NAME_ENTRY;
typedef struct x509_object_st X509_OBJECT;
typedef struct x509_store_st X509_STORE;
typedef struct x509_verify_param_st X509_VERIFY_PARAM;
typedef struct asn1_object_st ASN1_OBJECT;
typedef struct asn1_string_st ASN1_STRING;
typedef ASN1_STRING ASN1_OCTET_STRING;
typedef ASN1_STRING ASN1_IA5STRING;

/* As they are printed. */
typedef ssl_import_string_t ASN1_INTEGER;
typedef ssl_import_string_t ASN1_TIME;

#define STACK_OF(type) struct stack_st_##type

typedef STACK_OF(GENERAL_NAME) GENERAL_NAMES;
typedef STACK_OF(ACCESS_DESCRIPTION) AUTHORITY_INFO_ACCESS;
typedef STACK_OF(DIST_POINT) CRL_DIST_POINTS;

typedef struct GENERAL_NAME_st {
    int type;
    union {
        ASN1_IA5STRING *rfc822Name;
        ASN1_IA5STRING *dNSName;
        ASN1_IA5STRING *uniformResourceIdentifier;
        ASN1_OCTET_STRING *ip;
        ASN1_OBJECT *rid;
        X509_NAME *dirn;
        ASN1_STRING *other; /* as it is printed */
    } d;
} GENERAL_NAME;

typedef struct ACCESS_DESCRIPTION_st {
    ASN1_OBJECT *method;
    GENERAL_NAME *location;
} ACCESS_DESCRIPTION;

/* A place by its full name; a name relative to the issuer is left out. */
typedef struct DIST_POINT_NAME_st {
    union {
        GENERAL_NAMES *fullname;
    } name;
} DIST_POINT_NAME;

typedef struct DIST_POINT_st {
    DIST_POINT_NAME *distpoint;
} DIST_POINT;

typedef enum {
    X509_LU_NONE,
    X509_LU_X509,
    X509_LU_CRL,
} X509_LOOKUP_TYPE;

/* Callbacks. */
typedef int pem_password_cb(char *buffer, int size, int for_writing, void *data);
/* There is no such callback: NULL is all that can be passed. */
typedef struct nobody *SSL_verify_cb;
typedef int (*SSL_servername_cb)(SSL *ssl, int *alert, void *argument);
typedef int (*SSL_CTX_alpn_select_cb_func)(SSL *ssl, const unsigned char **out, unsigned char *out_size,
                                           const unsigned char *in, unsigned int in_size, void *argument);
typedef void (*SSL_CTX_keylog_cb_func)(const SSL *ssl, const char *line);
typedef void (*SSL_msg_cb)(int sent, int version, int content_type, const void *content, size_t size,
                           SSL *ssl, void *argument);
typedef unsigned int (*SSL_psk_client_cb_func)(SSL *ssl, const char *hint, char *identity,
                                               unsigned int identity_size, unsigned char *psk,
                                               unsigned int psk_size);
typedef unsigned int (*SSL_psk_server_cb_func)(SSL *ssl, const char *identity, unsigned char *psk,
                                               unsigned int psk_size);

#endif
