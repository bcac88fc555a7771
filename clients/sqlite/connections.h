/* What a connection is made of, how long it lives, and what it knows of itself without asking the component. */

#ifndef CLIENT_CONNECTIONS_H
#define CLIENT_CONNECTIONS_H

#include "aggregates.h"
#include "registry.h"

#define LIMIT_COUNT (SQLITE_LIMIT_WORKER_THREADS + 1)
#define LIMIT_UNKNOWN (-1)

struct sqlite3 {
    sqlite_component_database_own_connection_t handle;
    bool open;        /* whether there is a handle; not when opening failed */
    unsigned holders; /* the consumer, and each statement, blob, backup and call that needs the connection */
    int code;         /* the last result, extended */
    char *message;    /* what the component said to it; NULL for what the code alone means */
    sqlite_component_database_state_t state;
    bool state_is_old;   /* whether a call under way may have changed it */
    unsigned interrupts; /* how many there were */
    int limits[LIMIT_COUNT];
    Registry registry;
    Aggregates aggregates;
    int (*authorize)(void *, int, const char *, const char *, const char *, const char *);
    void *authorize_data;
    int (*progress)(void *);
    void *progress_data;
    int (*trace)(unsigned, void *, void *, void *);
    void *trace_data;
};

static inline sqlite_component_database_borrow_connection_t
connection_borrow(const sqlite3 *db)
{
    return sqlite_component_database_borrow_connection(db->handle);
}

/* Whether it was opened, so that the component can be asked anything. */
static inline bool
connection_is_open(const sqlite3 *db)
{
    return db != NULL && db->open;
}

static void
connection_free(sqlite3 *db)
{
    if (db->open) {
        sqlite_component_database_connection_drop_own(db->handle);
    }
    registry_close(&db->registry);
    aggregates_close(&db->aggregates);
    free(db->message);
    free(db);
}

static inline void
connection_hold(sqlite3 *db)
{
    db->holders++;
}

static inline void
connection_release(sqlite3 *db)
{
    db->holders--;
    if (db->holders == 0) {
        connection_free(db);
    }
}

static inline void
connection_set_state(sqlite3 *db, const sqlite_component_database_state_t *state)
{
    db->state = *state;
    db->state_is_old = false;
}

/* The state as it is now, also in the middle of a call. */
static const sqlite_component_database_state_t *
connection_state(sqlite3 *db)
{
    if (db->state_is_old) {
        sqlite_component_database_method_connection_get_state(connection_borrow(db), &db->state);
        db->state_is_old = false;
    }
    return &db->state;
}

int
sqlite3_get_autocommit(sqlite3 *db)
{
    return connection_state(db)->autocommit;
}

sqlite3_int64
sqlite3_last_insert_rowid(sqlite3 *db)
{
    return connection_state(db)->last_insert_rowid;
}

int
sqlite3_changes(sqlite3 *db)
{
    return (int)connection_state(db)->changes;
}

int
sqlite3_total_changes(sqlite3 *db)
{
    return (int)connection_state(db)->total_changes;
}

#endif
