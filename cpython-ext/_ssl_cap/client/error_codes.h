/* OpenSSL's libraries as its error codes number them, the reasons that are used here, and how an error of
   this side is added. */

#ifndef CLIENT_ERROR_CODES_H
#define CLIENT_ERROR_CODES_H

#include "cap_openssl_errors.h"

#define ERR_LIB_NONE 1
#define ERR_LIB_BN 3
#define ERR_LIB_RSA 4
#define ERR_LIB_DH 5
#define ERR_LIB_EVP 6
#define ERR_LIB_BUF 7
#define ERR_LIB_OBJ 8
#define ERR_LIB_PEM 9
#define ERR_LIB_DSA 10
#define ERR_LIB_X509 11
#define ERR_LIB_ASN1 13
#define ERR_LIB_CONF 14
#define ERR_LIB_CRYPTO 15
#define ERR_LIB_EC 16
#define ERR_LIB_SSL 20
#define ERR_LIB_BIO 32
#define ERR_LIB_PKCS7 33
#define ERR_LIB_X509V3 34
#define ERR_LIB_PKCS12 35
#define ERR_LIB_RAND 36
#define ERR_LIB_DSO 37
#define ERR_LIB_ENGINE 38
#define ERR_LIB_OCSP 39
#define ERR_LIB_UI 40
#define ERR_LIB_COMP 41
#define ERR_LIB_ECDSA 42
#define ERR_LIB_ECDH 43
#define ERR_LIB_OSSL_STORE 44
#define ERR_LIB_FIPS 45
#define ERR_LIB_CMS 46
#define ERR_LIB_TS 47
#define ERR_LIB_HMAC 48
#define ERR_LIB_CT 50
#define ERR_LIB_ASYNC 51
#define ERR_LIB_KDF 52
#define ERR_LIB_SM2 53
#define ERR_LIB_ESS 54
#define ERR_LIB_PROP 55
#define ERR_LIB_CRMF 56
#define ERR_LIB_PROV 57
#define ERR_LIB_CMP 58
#define ERR_LIB_OSSL_ENCODER 59
#define ERR_LIB_OSSL_DECODER 60
#define ERR_LIB_HTTP 61
#define ERR_LIB_USER 128

#define BIO_R_WRITE_TO_READ_ONLY_BIO 126
#define PEM_R_BAD_PASSWORD_READ 104
#define PEM_R_NO_START_LINE 108
#define SSL_R_BAD_LENGTH 271
#define SSL_R_BAD_SSL_FILETYPE 124
#define SSL_R_CERTIFICATE_VERIFY_FAILED 134
#define SSL_R_UNEXPECTED_EOF_WHILE_READING 294
#define X509_R_INVALID_DIRECTORY 113
#define X509_R_CERT_ALREADY_IN_HASH_TABLE 101

/* Reasons that any library may have. */
#define ERR_R_MALLOC_FAILURE 0xC0100
#define ERR_R_INTERNAL_ERROR 0xC0103
#define ERR_R_PASSED_INVALID_ARGUMENT 0x80106

static void
error_add(int library, int reason, const char *words)
{
    errors_add(ERR_PACK(library, 0, reason), words, strlen(words));
}

static void
error_no_memory(int library)
{
    error_add(library, ERR_R_MALLOC_FAILURE, "malloc failure");
}

/* Where the component does what the contract excludes. */
static void
error_internal(int library)
{
    error_add(library, ERR_R_INTERNAL_ERROR, "internal error");
}

#endif
