/* ASN.1's objects: numbers and names. What the component says of a number is kept for good, as OpenSSL's own
   table is: there are as many as it knows. */

#ifndef CLIENT_OBJECTS_H
#define CLIENT_OBJECTS_H

#include "error_codes.h"
#include "openssl_codes.h"
#include "texts.h"

struct asn1_object_st {
    int nid;
    bool owned;       /* by whom it was given to */
    char *short_name; /* these are NULL where they are not known */
    char *long_name;
    char *oid;
    ssl_import_string_t text; /* what it is called: the long name, or digits and dots */
};

static struct {
    ASN1_OBJECT **kept;
    size_t count;
} objects;

static void
ASN1_OBJECT_free(ASN1_OBJECT *object)
{
    if (object != NULL && object->owned) {
        free(object->short_name);
        free(object->long_name);
        free(object->oid);
        free(object);
    }
}

/* Takes the description over; NULL when there is no memory. */
static ASN1_OBJECT *
object_new(openssl_component_x509_object_t *description)
{
    ASN1_OBJECT *object = calloc(1, sizeof(*object));
    if (object == NULL) {
        openssl_component_x509_object_free(description);
        error_no_memory(ERR_LIB_OBJ);
        return NULL;
    }
    object->owned = true;
    object->nid = (int)description->nid;
    object->short_name = text_keep(&description->short_name);
    object->long_name = text_keep(&description->long_name);
    object->oid = text_keep(&description->oid);
    if (object->short_name == NULL || object->long_name == NULL || object->oid == NULL) {
        ASN1_OBJECT_free(object);
        error_no_memory(ERR_LIB_OBJ);
        return NULL;
    }
    char *name = object->nid == NID_undef ? object->oid : object->long_name;
    object->text = (ssl_import_string_t){.ptr = (uint8_t *)name, .len = strlen(name)};
    return object;
}

/* Keeps an object, or frees it and returns NULL. */
static ASN1_OBJECT *
object_keep(ASN1_OBJECT *object)
{
    ASN1_OBJECT **kept = realloc(objects.kept, (objects.count + 1) * sizeof(*kept));
    if (kept == NULL) {
        ASN1_OBJECT_free(object);
        error_no_memory(ERR_LIB_OBJ);
        return NULL;
    }
    objects.kept = kept;
    kept[objects.count++] = object;
    object->owned = false;
    return object;
}

static ASN1_OBJECT *
OBJ_nid2obj(int nid)
{
    for (size_t i = 0; i < objects.count; i++) {
        if (objects.kept[i]->nid == nid) {
            return objects.kept[i];
        }
    }
    openssl_component_x509_object_t description;
    if (nid < 0 || !room_is_there(ROOM_FOR_FEW)
        || !openssl_component_x509_object_of((uint32_t)nid, &description)) {
        return NULL;
    }
    ASN1_OBJECT *object = object_new(&description);
    return object == NULL ? NULL : object_keep(object);
}

static inline const char *
OBJ_nid2sn(int nid)
{
    const ASN1_OBJECT *object = OBJ_nid2obj(nid);
    return object == NULL ? NULL : object->short_name;
}

static inline const char *
OBJ_nid2ln(int nid)
{
    const ASN1_OBJECT *object = OBJ_nid2obj(nid);
    return object == NULL ? NULL : object->long_name;
}

static inline int
OBJ_obj2nid(const ASN1_OBJECT *object)
{
    return object == NULL ? NID_undef : object->nid;
}

static int
OBJ_sn2nid(const char *name)
{
    ssl_import_string_t lent;
    return text_lend(&lent, name) ? (int)openssl_component_x509_nid_of(&lent) : NID_undef;
}

static ASN1_OBJECT *
OBJ_txt2obj(const char *text, int only_oid)
{
    ssl_import_string_t lent;
    openssl_component_x509_object_t description;
    openssl_component_x509_failure_t failure;
    if (!text_lend(&lent, text)) {
        error_add(ERR_LIB_OBJ, ERR_R_PASSED_INVALID_ARGUMENT, "passed invalid argument");
        return NULL;
    }
    if (!openssl_component_x509_find_object(&lent, !only_oid, &description, &failure)) {
        ERRORS_TAKE(&failure, openssl_component_x509_failure_free);
        return NULL;
    }
    return object_new(&description);
}

/* Returns the length of the whole text. */
static int
OBJ_obj2txt(char *buffer, int room, const ASN1_OBJECT *object, int as_oid)
{
    ssl_import_string_t text = object->text;
    if (as_oid && object->oid != NULL) {
        text = (ssl_import_string_t){.ptr = (uint8_t *)object->oid, .len = strlen(object->oid)};
    }
    if (buffer != NULL && room > 0) {
        text_copy(buffer, (size_t)room, &text);
    }
    return (int)text.len;
}

static inline int
i2t_ASN1_OBJECT(char *buffer, int room, const ASN1_OBJECT *object)
{
    return OBJ_obj2txt(buffer, room, object, 0);
}

#endif
