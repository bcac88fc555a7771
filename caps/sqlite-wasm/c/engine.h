/* What engine.c adds to SQLite; ../src/ffi.rs declares the same. */

#ifndef ENGINE_H
#define ENGINE_H

#include <stddef.h>
#include <stdint.h>

#include "sqlite3.h"

/* Values in the contract's form, in memory of malloc's. */
typedef struct {
    uint64_t *words;
    size_t count;
    size_t capacity;
} Values;

/* What the contract's record `state` holds. */
typedef struct {
    int64_t last_insert_rowid;
    int64_t changes;
    int64_t total_changes;
    int32_t autocommit;
} State;

/* How a statement is run. */
enum {
    /* Without more ado. */
    RUN_FREELY = 0,
    /* Only as it is compiled now: when it has to be compiled anew, the result is SQLITE_SCHEMA. */
    RUN_AS_COMPILED = 1,
};

/* The result of a run that waits for a function's value. */
#define ENGINE_ASKS (-1)

/* Takes up to `max_rows` rows, but no more after one that fills `max_words` words. The result is SQLITE_ROW when there
   may be more rows, SQLITE_DONE, ENGINE_ASKS, or an error. `continues` says that the last result was ENGINE_ASKS, and that
   what was asked for is known. */
int engine_run(sqlite3_stmt *statement, int how, int continues, uint32_t max_rows, size_t max_words, Values *values,
               uint32_t *rows);

/* Appends values; SQLITE_NOMEM when there is no memory for them. */
int engine_pack(Values *values, int count, sqlite3_value **from);
int engine_pack_integer(Values *values, int64_t number);
/* No text is a null. */
int engine_pack_text(Values *values, const char *text, size_t size);

/* The statement that calls a function as one of its instructions; null for other calls, which cannot be done again. */
sqlite3_stmt *engine_caller(sqlite3_context *context);

/* Gives the instruction up that calls a function, so that the run comes to ENGINE_ASKS. When the statement goes on, the
   function is called again. */
void engine_ask(sqlite3_context *context);

/* Whether the connection has callbacks that would be called, or told, where an instruction is given up. */
int engine_is_watched(sqlite3_context *context);

/* The functions by which the consumer is called. */
typedef struct {
    const void *scalar;
    const void *step;
    const void *compare;
} Callers;

/* How running a statement may call the consumer. */
enum {
    /* Not at all. */
    CALLS_NOTHING = 0,
    /* From its instructions alone. */
    CALLS_FUNCTIONS = 1,
    /* From anywhere. */
    CALLS_ANYTHING = 2,
};

int engine_calls(sqlite3_stmt *statement, const Callers *callers);

/* Makes what is under way end with SQLITE_NOMEM, as where SQLite itself finds no memory. */
void engine_fail_without_memory(sqlite3 *db);

void engine_state(sqlite3 *db, State *state);

/* How often a statement was compiled anew. */
int engine_recompiled(sqlite3_stmt *statement);

#endif
