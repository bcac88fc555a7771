/* ASN.1's strings: bytes of a certificate's description, or of an address. */

#ifndef CLIENT_ASN1_STRINGS_H
#define CLIENT_ASN1_STRINGS_H

#include <arpa/inet.h>

#include "objects.h"

struct asn1_string_st {
    int length;
    int type; /* V_ASN1_*; texts are UTF-8 */
    unsigned char *data;
};

/* A view of bytes. */
static inline ASN1_STRING
string_of(int type, const ssl_import_list_u8_t *bytes)
{
    return (ASN1_STRING){.length = (int)bytes->len, .type = type, .data = bytes->ptr};
}

static inline int
ASN1_STRING_type(const ASN1_STRING *string)
{
    return string->type;
}

static inline int
ASN1_STRING_length(const ASN1_STRING *string)
{
    return string->length;
}

static inline const unsigned char *
ASN1_STRING_get0_data(const ASN1_STRING *string)
{
    return string->data;
}

/* Puts a copy with a zero byte behind it into `*out`. */
static int
ASN1_STRING_to_UTF8(unsigned char **out, const ASN1_STRING *string)
{
    size_t size = (size_t)string->length;
    *out = malloc(size + 1);
    if (*out == NULL) {
        error_no_memory(ERR_LIB_ASN1);
        return -1;
    }
    memcpy(*out, string->data, size);
    (*out)[size] = '\0';
    return string->length;
}

/* Their bytes are behind them, in the same memory. */
static inline void
ASN1_OCTET_STRING_free(ASN1_OCTET_STRING *string)
{
    free(string);
}

/* An address of version 4 or 6, or NULL. */
static ASN1_OCTET_STRING *
a2i_IPADDRESS(const char *text)
{
    uint8_t address[16];
    bool is_version_6 = strchr(text, ':') != NULL;
    if (inet_pton(is_version_6 ? AF_INET6 : AF_INET, text, address) != 1) {
        return NULL;
    }
    size_t size = is_version_6 ? 16 : 4;
    ASN1_OCTET_STRING *string = malloc(sizeof(*string) + size);
    if (string == NULL) {
        error_no_memory(ERR_LIB_X509V3);
        return NULL;
    }
    ssl_import_list_u8_t bytes = {.ptr = (uint8_t *)(string + 1), .len = size};
    memcpy(bytes.ptr, address, size);
    *string = string_of(V_ASN1_OCTET_STRING, &bytes);
    return string;
}

#endif
