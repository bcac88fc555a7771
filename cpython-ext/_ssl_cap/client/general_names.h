/* What certificates are extended with: alternative names and places. All of it is views of a description,
   whose certificate is held meanwhile. */

#ifndef CLIENT_GENERAL_NAMES_H
#define CLIENT_GENERAL_NAMES_H

#include "certificates.h"

/* A name, and what it points to. */
typedef struct {
    GENERAL_NAME name;
    ASN1_STRING string;
    ASN1_OBJECT object;
} StoredName;

STACK_OF(GENERAL_NAME) {
    X509 *owner;
    size_t count;
    StoredName items[];
};

typedef struct {
    ACCESS_DESCRIPTION access;
    ASN1_OBJECT method;
    StoredName location;
} StoredAccess;

STACK_OF(ACCESS_DESCRIPTION) {
    X509 *owner;
    size_t count;
    StoredAccess items[];
};

typedef struct {
    DIST_POINT point;
    DIST_POINT_NAME name;
} StoredPoint;

STACK_OF(DIST_POINT) {
    size_t count;
    StoredPoint items[];
};

typedef openssl_component_x509_general_name_t GeneralName;

static void
general_name_string(StoredName *stored, int type, const ssl_import_list_u8_t *bytes)
{
    stored->name.type = type;
    stored->string = string_of(V_ASN1_IA5STRING, bytes);
    stored->name.d.other = &stored->string;
}

/* False when there is no memory. */
static bool
general_name_open(StoredName *stored, const GeneralName *from)
{
    static const int types[] = {GEN_EMAIL, GEN_DNS, GEN_URI, GEN_IPADD};
    switch (from->tag) {
    case OPENSSL_COMPONENT_X509_GENERAL_NAME_DIRECTORY:
        stored->name.type = GEN_DIRNAME;
        stored->name.d.dirn = name_new(&from->val.directory, NULL);
        return stored->name.d.dirn != NULL;
    case OPENSSL_COMPONENT_X509_GENERAL_NAME_REGISTERED_ID:
        stored->name.type = GEN_RID;
        stored->object = (ASN1_OBJECT){.text = from->val.registered_id};
        stored->name.d.rid = &stored->object;
        return true;
    case OPENSSL_COMPONENT_X509_GENERAL_NAME_OTHER:
        general_name_string(stored, from->val.other.f0, &from->val.other.f1);
        return true;
    default:
        /* The first four are all bytes. */
        general_name_string(stored, types[from->tag], &from->val.email);
        return true;
    }
}

static void
GENERAL_NAME_free(GENERAL_NAME *name)
{
    if (name->type == GEN_DIRNAME) {
        free(name->d.dirn);
    }
}

/* As the description has it. */
static inline int
GENERAL_NAME_print(BIO *bio, GENERAL_NAME *name)
{
    return BIO_write(bio, name->d.other->data, name->d.other->length) >= 0;
}

static inline int
sk_GENERAL_NAME_num(const GENERAL_NAMES *names)
{
    return names == NULL ? -1 : (int)names->count;
}

static inline GENERAL_NAME *
sk_GENERAL_NAME_value(const GENERAL_NAMES *names, int index)
{
    bool there = index >= 0 && index < sk_GENERAL_NAME_num(names);
    return there ? (GENERAL_NAME *)&names->items[index].name : NULL;
}

static void
sk_GENERAL_NAME_pop_free(GENERAL_NAMES *names, void (*free_name)(GENERAL_NAME *))
{
    if (names != NULL) {
        for (size_t i = 0; i < names->count; i++) {
            free_name(&names->items[i].name);
        }
        X509_free(names->owner);
        free(names);
    }
}

static GENERAL_NAMES *
general_names_new(X509 *owner, const openssl_component_x509_list_general_name_t *from)
{
    GENERAL_NAMES *names = calloc(1, sizeof(*names) + from->len * sizeof(*names->items));
    if (names == NULL) {
        error_no_memory(ERR_LIB_X509V3);
        return NULL;
    }
    names->owner = owner;
    X509_up_ref(owner);
    for (size_t i = 0; i < from->len; i++) {
        if (!general_name_open(&names->items[i], &from->ptr[i])) {
            sk_GENERAL_NAME_pop_free(names, GENERAL_NAME_free);
            return NULL;
        }
        names->count++;
    }
    return names;
}

static inline int
sk_ACCESS_DESCRIPTION_num(const AUTHORITY_INFO_ACCESS *access)
{
    return access == NULL ? -1 : (int)access->count;
}

static inline ACCESS_DESCRIPTION *
sk_ACCESS_DESCRIPTION_value(const AUTHORITY_INFO_ACCESS *access, int index)
{
    bool there = index >= 0 && index < sk_ACCESS_DESCRIPTION_num(access);
    return there ? (ACCESS_DESCRIPTION *)&access->items[index].access : NULL;
}

static void
AUTHORITY_INFO_ACCESS_free(AUTHORITY_INFO_ACCESS *access)
{
    if (access != NULL) {
        for (size_t i = 0; i < access->count; i++) {
            GENERAL_NAME_free(&access->items[i].location.name);
        }
        X509_free(access->owner);
        free(access);
    }
}

static AUTHORITY_INFO_ACCESS *
access_new(X509 *owner, const openssl_component_x509_list_access_t *from)
{
    AUTHORITY_INFO_ACCESS *access = calloc(1, sizeof(*access) + from->len * sizeof(*access->items));
    if (access == NULL) {
        error_no_memory(ERR_LIB_X509V3);
        return NULL;
    }
    access->owner = owner;
    X509_up_ref(owner);
    for (size_t i = 0; i < from->len; i++) {
        StoredAccess *item = &access->items[i];
        if (!general_name_open(&item->location, &from->ptr[i].location)) {
            AUTHORITY_INFO_ACCESS_free(access);
            return NULL;
        }
        item->method.nid = (int)from->ptr[i].method;
        item->access = (ACCESS_DESCRIPTION){.method = &item->method, .location = &item->location.name};
        access->count++;
    }
    return access;
}

static inline int
sk_DIST_POINT_num(const CRL_DIST_POINTS *points)
{
    return points == NULL ? -1 : (int)points->count;
}

static inline DIST_POINT *
sk_DIST_POINT_value(const CRL_DIST_POINTS *points, int index)
{
    return index >= 0 && index < sk_DIST_POINT_num(points) ? (DIST_POINT *)&points->items[index].point : NULL;
}

static void
CRL_DIST_POINTS_free(CRL_DIST_POINTS *points)
{
    for (int i = 0; i < sk_DIST_POINT_num(points); i++) {
        sk_GENERAL_NAME_pop_free(points->items[i].name.name.fullname, GENERAL_NAME_free);
    }
    free(points);
}

static CRL_DIST_POINTS *
points_new(X509 *owner, const openssl_component_x509_list_option_list_general_name_t *from)
{
    CRL_DIST_POINTS *points = calloc(1, sizeof(*points) + from->len * sizeof(*points->items));
    for (size_t i = 0; points != NULL && i < from->len; i++) {
        StoredPoint *item = &points->items[points->count++];
        if (!from->ptr[i].is_some) {
            continue;
        }
        item->name.name.fullname = general_names_new(owner, &from->ptr[i].val);
        item->point.distpoint = &item->name;
        if (item->name.name.fullname == NULL) {
            CRL_DIST_POINTS_free(points);
            return NULL;
        }
    }
    return points;
}

/* An extension, of the three kinds that a description has. NULL where there is none. */
static void *
X509_get_ext_d2i(X509 *certificate, int nid, int *critical, int *index)
{
    (void)critical;
    (void)index;
    const Description *description = certificate_description(certificate);
    if (description == NULL) {
        return NULL;
    }
    switch (nid) {
    case NID_subject_alt_name:
        return description->alternative_names.is_some
            ? general_names_new(certificate, &description->alternative_names.val)
            : NULL;
    case NID_info_access:
        return description->information_access.is_some
            ? access_new(certificate, &description->information_access.val)
            : NULL;
    case NID_crl_distribution_points:
        return description->crl_points.is_some ? points_new(certificate, &description->crl_points.val) : NULL;
    default:
        return NULL;
    }
}

#endif
