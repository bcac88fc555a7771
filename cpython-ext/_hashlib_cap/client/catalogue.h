/* What digests the component has, asked for once. */

#ifndef CLIENT_CATALOGUE_H
#define CLIENT_CATALOGUE_H

#include <stdlib.h>
#include <string.h>

#include "hashlib_import.h"

#include "room.h"

/* What the answer takes at most, in bytes. */
#define CATALOGUE_ROOM 16384

typedef struct {
    int nid;
    char *short_name;
    char *long_name;
} Entry;

static struct {
    size_t count;
    Entry *entries;
} catalogue;

/* Makes a text of the bindings one that ends with a zero, or is empty where there is no memory. */
static inline char *
catalogue_text(hashlib_import_string_t *text)
{
    char *copy = text->len == 0 ? NULL : malloc(text->len + 1);
    if (copy != NULL) {
        memcpy(copy, text->ptr, text->len);
        copy[text->len] = '\0';
    }
    return copy;
}

static inline void
catalogue_load(void)
{
    if (catalogue.count > 0 || !room_is_there(CATALOGUE_ROOM)) {
        return;
    }
    openssl_component_digest_list_description_t list;
    openssl_component_digest_algorithms(&list);
    catalogue.entries = calloc(list.len, sizeof(Entry));
    catalogue.count = catalogue.entries == NULL ? 0 : list.len;
    for (size_t i = 0; i < catalogue.count; i++) {
        catalogue.entries[i] = (Entry){
            .nid = (int)list.ptr[i].nid,
            .short_name = catalogue_text(&list.ptr[i].short_name),
            .long_name = catalogue_text(&list.ptr[i].long_name),
        };
    }
    openssl_component_digest_list_description_free(&list);
}

/* NULL for none. */
static inline const Entry *
catalogue_find(int nid)
{
    catalogue_load();
    for (size_t i = 0; i < catalogue.count; i++) {
        if (catalogue.entries[i].nid == nid) {
            return &catalogue.entries[i];
        }
    }
    return NULL;
}

#endif
