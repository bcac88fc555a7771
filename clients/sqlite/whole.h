/* A database as the bytes that its file would have, read out and put in. */

#ifndef CLIENT_WHOLE_H
#define CLIENT_WHOLE_H

#include "library.h"
#include "pieces.h"
#include "requests.h"

/* How many bytes there are, which are withheld. False when there are none. */
static bool
whole_read(sqlite3 *db, const char *schema, uint32_t *size)
{
    sqlite_import_string_t name = text_lend(schema, strlen(schema));
    sqlite_component_database_stop_t stop;
    sqlite_import_option_u32_t found;
    bool serialized;
    if (!room_ready()) {
        error_set(db, SQLITE_NOMEM);
        return false;
    }
    do {
        serialized =
            sqlite_component_database_method_connection_serialize(connection_borrow(db), &name, &found, &stop);
    } while (!serialized && stop_answered(db, &stop));
    /* An empty database begins and ends a transaction for this. */
    db->state_is_old = true;
    if (serialized) {
        error_set(db, SQLITE_OK);
    }
    *size = serialized && found.is_some ? found.val : 0;
    return *size > 0;
}

/* The bytes, as memory for sqlite3_free(). NULL when they are not there. */
static unsigned char *
whole_take(sqlite3 *db, uint32_t size)
{
    sqlite_component_database_bytes_t bytes = {.size = size};
    if (!room_take_withheld(piece_words(size), &bytes.words)) {
        error_set(db, SQLITE_NOMEM);
        return NULL;
    }
    if (!piece_is_sound(&bytes)) {
        sqlite_component_database_bytes_free(&bytes);
        return NULL;
    }
    return (unsigned char *)bytes.words.ptr;
}

unsigned char *
sqlite3_serialize(sqlite3 *db, const char *schema, sqlite3_int64 *size, unsigned flags)
{
    uint32_t found;
    unsigned char *data = NULL;
    const char *name = schema == NULL ? "main" : schema;
    *size = -1;
    if (!connection_is_open(db) || (flags & SQLITE_SERIALIZE_NOCOPY) != 0 || !text_is_name(name, strlen(name))) {
        return NULL;
    }
    connection_hold(db);
    if (whole_read(db, name, &found)) {
        data = whole_take(db, found);
        if (data != NULL) {
            *size = found;
        }
    }
    connection_release(db);
    return data;
}

static int
whole_write(sqlite3 *db, const char *schema, Piece *piece, unsigned flags)
{
    sqlite_import_string_t name = text_lend(schema, strlen(schema));
    sqlite_component_database_state_t state;
    sqlite_component_database_stop_t stop;
    sqlite_component_database_bytes_t bytes = piece->bytes;
    bool deserialized;
    do {
        deserialized = sqlite_component_database_method_connection_deserialize(connection_borrow(db), &name, &bytes,
                                                                               flags, &state, &stop);
        bytes = (sqlite_component_database_bytes_t){.size = 0};
    } while (!deserialized && stop_answered(db, &stop));
    if (!deserialized) {
        return db->code;
    }
    connection_set_state(db, &state);
    return error_set(db, SQLITE_OK);
}

/* Memory that is to be freed is sqlite3_malloc64()'s, which ends with a whole word, and can be lent as it is. */
static bool
whole_lend(Piece *piece, unsigned char *data, size_t size, bool ours)
{
    if (!ours) {
        return piece_lend(piece, data, size);
    }
    memset(data + size, 0, piece_words(size) * WORD_BYTES - size);
    *piece = piece_of_words(data, size);
    return true;
}

int
sqlite3_deserialize(sqlite3 *db, const char *schema, unsigned char *data, sqlite3_int64 size, sqlite3_int64 capacity,
                    unsigned flags)
{
    (void)capacity;
    bool ours = (flags & SQLITE_DESERIALIZE_FREEONCLOSE) != 0;
    const char *name = schema == NULL ? "main" : schema;
    Piece piece;
    int code = SQLITE_MISUSE;
    if (connection_is_open(db) && size >= 0 && size <= MOST_MEMORY && text_is_name(name, strlen(name))) {
        connection_hold(db);
        if (room_ready() && room_over_there((size_t)size) && whole_lend(&piece, data, (size_t)size, ours)) {
            code = whole_write(db, name, &piece, flags & ~(unsigned)SQLITE_DESERIALIZE_FREEONCLOSE);
            piece_close(&piece);
        }
        else {
            code = error_set(db, SQLITE_NOMEM);
        }
        connection_release(db);
    }
    if (ours) {
        free(data);
    }
    return primary_code(code);
}

#endif
