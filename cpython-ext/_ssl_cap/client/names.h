/* Names of certificates: views of a description, which has to stay. */

#ifndef CLIENT_NAMES_H
#define CLIENT_NAMES_H

#include "asn1_strings.h"
#include "bio_functions.h"

struct x509_name_entry_st {
    ASN1_OBJECT object;
    ASN1_STRING value;
    int set;
};

struct x509_name_st {
    const ssl_import_string_t *text; /* as RFC 2253 writes it; NULL where it is not known */
    size_t count;
    X509_NAME_ENTRY entries[];
};

/* Of the name itself the text is known only to whom gives it. NULL when there is no memory. */
static X509_NAME *
name_new(const openssl_component_x509_list_attribute_t *attributes, const ssl_import_string_t *text)
{
    X509_NAME *name = calloc(1, sizeof(*name) + attributes->len * sizeof(*name->entries));
    if (name == NULL) {
        error_no_memory(ERR_LIB_X509);
        return NULL;
    }
    name->text = text;
    name->count = attributes->len;
    for (size_t i = 0; i < attributes->len; i++) {
        const openssl_component_x509_attribute_t *attribute = &attributes->ptr[i];
        int type = attribute->is_bit_string ? V_ASN1_BIT_STRING : V_ASN1_UTF8STRING;
        name->entries[i] = (X509_NAME_ENTRY){
            .object = {.text = attribute->name},
            .value = string_of(type, &attribute->value),
            .set = attribute->set,
        };
    }
    return name;
}

static inline int
X509_NAME_entry_count(const X509_NAME *name)
{
    return name == NULL ? 0 : (int)name->count;
}

static inline X509_NAME_ENTRY *
X509_NAME_get_entry(const X509_NAME *name, int index)
{
    bool there = index >= 0 && index < X509_NAME_entry_count(name);
    return there ? (X509_NAME_ENTRY *)&name->entries[index] : NULL;
}

static inline ASN1_OBJECT *
X509_NAME_ENTRY_get_object(const X509_NAME_ENTRY *entry)
{
    return (ASN1_OBJECT *)&entry->object;
}

static inline ASN1_STRING *
X509_NAME_ENTRY_get_data(const X509_NAME_ENTRY *entry)
{
    return (ASN1_STRING *)&entry->value;
}

static inline int
X509_NAME_ENTRY_set(const X509_NAME_ENTRY *entry)
{
    return entry->set;
}

/* Subjects only, and only as RFC 2253 writes them. */
static int
X509_NAME_print_ex(BIO *bio, const X509_NAME *name, int indent, unsigned long flags)
{
    if (name == NULL || name->text == NULL || indent != 0 || flags != XN_FLAG_RFC2253) {
        return -1;
    }
    return bio_print(bio, name->text);
}

#endif
