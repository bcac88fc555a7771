/* Values of tables, opened in place. */

#ifndef CLIENT_BLOBS_H
#define CLIENT_BLOBS_H

#include "opening.h"
#include "pieces.h"
#include "requests.h"

/* How much is read or written at once, in bytes. */
#define MOST_PIECE (MOST_WORDS * (int)WORD_BYTES)

struct sqlite3_blob {
    sqlite3 *db;
    sqlite_component_database_own_blob_t handle;
    uint32_t size;
    bool expired; /* its row was changed otherwise */
};

static inline sqlite_component_database_borrow_blob_t
blob_borrow(const sqlite3_blob *blob)
{
    return sqlite_component_database_borrow_blob(blob->handle);
}

/* Takes the handle over. NULL when there is no memory. */
static sqlite3_blob *
blob_new(sqlite3 *db, sqlite_component_database_own_blob_t handle)
{
    sqlite3_blob *blob = malloc(sizeof(*blob));
    if (blob == NULL) {
        sqlite_component_database_blob_drop_own(handle);
        return NULL;
    }
    *blob = (sqlite3_blob){.db = db, .handle = handle};
    blob->size = sqlite_component_database_method_blob_size(blob_borrow(blob));
    connection_hold(db);
    return blob;
}

static int
open_blob(sqlite3 *db, const char *const names[3], sqlite3_int64 row, bool writable, sqlite3_blob **blob)
{
    sqlite_import_string_t texts[3];
    for (size_t i = 0; i < 3; i++) {
        size_t size = names[i] == NULL ? 0 : strlen(names[i]);
        if (names[i] == NULL || !text_is_name(names[i], size)) {
            return error_set(db, SQLITE_MISUSE);
        }
        texts[i] = text_lend(names[i], size);
    }
    sqlite_component_database_own_blob_t handle;
    sqlite_component_database_stop_t stop;
    bool opened;
    if (!room_ready()) {
        return error_set(db, SQLITE_NOMEM);
    }
    do {
        opened = sqlite_component_database_method_connection_open_blob(connection_borrow(db), &texts[0], &texts[1],
                                                                       &texts[2], row, writable, &handle, &stop);
    } while (!opened && stop_answered(db, &stop));
    if (!opened) {
        return db->code;
    }
    *blob = blob_new(db, handle);
    return error_set(db, *blob == NULL ? SQLITE_NOMEM : SQLITE_OK);
}

int
sqlite3_blob_open(sqlite3 *db, const char *schema, const char *table, const char *column, sqlite3_int64 row,
                  int writable, sqlite3_blob **blob)
{
    *blob = NULL;
    if (!connection_is_open(db)) {
        return SQLITE_MISUSE;
    }
    const char *const names[3] = {schema, table, column};
    connection_hold(db);
    int code = open_blob(db, names, row, writable != 0, blob);
    connection_release(db);
    return primary_code(code);
}

int
sqlite3_blob_bytes(sqlite3_blob *blob)
{
    return blob == NULL || blob->expired ? 0 : (int)blob->size;
}

/* Whether a piece can be read or written; else the connection has an error. */
static bool
blob_reaches(sqlite3_blob *blob, int size, int offset)
{
    if (size < 0 || offset < 0 || (uint64_t)size + (uint64_t)offset > blob->size) {
        error_set(blob->db, SQLITE_ERROR);
        return false;
    }
    if (blob->expired) {
        error_set(blob->db, SQLITE_ABORT);
        return false;
    }
    return true;
}

static int
blob_failed(sqlite3_blob *blob, sqlite_component_database_failure_t *failure)
{
    int code = error_take(blob->db, failure);
    blob->expired = code == SQLITE_ABORT;
    return primary_code(code);
}

static int
blob_read_piece(sqlite3_blob *blob, void *data, uint32_t size, uint32_t offset)
{
    sqlite_component_database_bytes_t bytes;
    sqlite_component_database_failure_t failure;
    if (!room_ready()) {
        return error_set(blob->db, SQLITE_NOMEM);
    }
    if (!sqlite_component_database_method_blob_read(blob_borrow(blob), offset, size, &bytes, &failure)) {
        return blob_failed(blob, &failure);
    }
    bool sound = bytes.size == size && piece_is_sound(&bytes);
    if (sound && size > 0) {
        memcpy(data, bytes.words.ptr, size);
    }
    sqlite_component_database_bytes_free(&bytes);
    return error_set(blob->db, sound ? SQLITE_OK : SQLITE_CORRUPT);
}

static int
blob_write_piece(sqlite3_blob *blob, void *data, uint32_t size, uint32_t offset)
{
    Piece piece;
    if (!room_ready() || !piece_lend(&piece, data, size)) {
        return error_set(blob->db, SQLITE_NOMEM);
    }
    sqlite_component_database_failure_t failure;
    bool written = sqlite_component_database_method_blob_write(blob_borrow(blob), offset, &piece.bytes, &failure);
    piece_close(&piece);
    return written ? error_set(blob->db, SQLITE_OK) : blob_failed(blob, &failure);
}

/* Reads or writes piece by piece, at least one. */
static int
blob_transfer(sqlite3_blob *blob, int (*transfer)(sqlite3_blob *, void *, uint32_t, uint32_t), void *data, int size,
              int offset)
{
    if (blob == NULL) {
        return SQLITE_MISUSE;
    }
    if (!blob_reaches(blob, size, offset)) {
        return primary_code(blob->db->code);
    }
    int done = 0, code;
    do {
        int piece = size - done < MOST_PIECE ? size - done : MOST_PIECE;
        code = transfer(blob, (char *)data + done, (uint32_t)piece, (uint32_t)(offset + done));
        done += piece;
    } while (code == SQLITE_OK && done < size);
    return code;
}

int
sqlite3_blob_read(sqlite3_blob *blob, void *data, int size, int offset)
{
    return blob_transfer(blob, blob_read_piece, data, size, offset);
}

int
sqlite3_blob_write(sqlite3_blob *blob, const void *data, int size, int offset)
{
    return blob_transfer(blob, blob_write_piece, (void *)data, size, offset);
}

int
sqlite3_blob_close(sqlite3_blob *blob)
{
    if (blob == NULL) {
        return SQLITE_OK;
    }
    sqlite3 *db = blob->db;
    sqlite_component_database_state_t state;
    sqlite_component_database_failure_t failure;
    int code = SQLITE_OK;
    if (sqlite_component_database_method_blob_close(blob_borrow(blob), &state, &failure)) {
        connection_set_state(db, &state);
    }
    else {
        code = primary_code(error_take(db, &failure));
    }
    sqlite_component_database_blob_drop_own(blob->handle);
    free(blob);
    connection_release(db);
    return code;
}

#endif
