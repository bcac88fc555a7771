/* Running a statement: batches of rows are fetched, and given out one by one. */

#ifndef CLIENT_RUNNING_H
#define CLIENT_RUNNING_H

#include "parameters.h"
#include "requests.h"
#include "rows.h"

/* How many rows a batch may have: few at first, since many consumers want no more than one, and the second tells that
   there is no other; then more each time, up to where a crossing costs nothing beside its rows. */
#define FIRST_ROWS 2
#define ROWS_GROWTH 4
#define MOST_ROWS 4096

/* Learns the statement's names. False when there is no memory. */
static bool
statement_learn(sqlite3_stmt *stmt, const sqlite_component_database_description_t *description)
{
    Names names;
    if (!names_read(&names, description)) {
        return false;
    }
    rows_leave(&stmt->rows, stmt->names.columns);
    if (names.columns != stmt->names.columns && !rows_open(&stmt->rows, names.columns)) {
        free(names.texts);
        return false;
    }
    /* The SQL is the same, so there are as many parameters as before. */
    names.parameters = stmt->names.texts == NULL ? names.parameters : stmt->names.parameters;
    free(stmt->names.texts);
    stmt->names = names;
    stmt->read_only = description->read_only;
    return true;
}

/* Asks for the description. False when that is not there. */
static bool
statement_describe(sqlite3_stmt *stmt, sqlite_component_database_option_description_t *description)
{
    sqlite_component_database_failure_t failure;
    uint32_t size = sqlite_component_database_method_statement_description_size(statement_borrow(stmt));
    description->is_some = false;
    if (!room_ready() || !room_is_there(size)) {
        error_set(stmt->db, SQLITE_NOMEM);
        return false;
    }
    description->is_some =
        sqlite_component_database_method_statement_describe(statement_borrow(stmt), &description->val, &failure);
    if (!description->is_some) {
        error_take(stmt->db, &failure);
    }
    return description->is_some;
}

/* After the schema changed: `select *` may have other columns now. */
static bool
statement_learn_anew(sqlite3_stmt *stmt)
{
    sqlite_component_database_option_description_t description;
    bool learned = statement_describe(stmt, &description)
        && description.val.parameters.len == stmt->names.parameters && statement_learn(stmt, &description.val);
    sqlite_component_database_option_description_free(&description);
    return learned;
}

/* Ends the component's run. Returns what it came to, which is the connection's result as well. */
static int
statement_stop(sqlite3_stmt *stmt)
{
    sqlite_component_database_state_t state;
    sqlite_component_database_stop_t stop;
    bool stopped;
    stmt->calling = true;
    do {
        stopped = sqlite_component_database_method_statement_reset(statement_borrow(stmt), &state, &stop);
    } while (!stopped && stop_answered(stmt->db, &stop));
    stmt->calling = false;
    if (!stopped) {
        return stmt->db->code;
    }
    connection_set_state(stmt->db, &state);
    return error_set(stmt->db, SQLITE_OK);
}

/* Notes that the run has ended, with the connection's result. */
static int
statement_failed(sqlite3_stmt *stmt)
{
    rows_clear(&stmt->rows, stmt->names.columns);
    stmt->phase = STATEMENT_ENDED;
    stmt->failure = stmt->db->code;
    return primary_code(stmt->failure);
}

/* Ends a run that this side does not go on with. */
static int
statement_give_up(sqlite3_stmt *stmt, int code, const char *message)
{
    if (!stmt->rows.last) {
        statement_stop(stmt);
    }
    if (message == NULL) {
        error_set(stmt->db, code);
    }
    else {
        error_say(stmt->db, code, message);
    }
    return statement_failed(stmt);
}

/* Fetches more rows; the parameters are those of a new run, or NULL. */
static bool
statement_fetch(sqlite3_stmt *stmt, sqlite_component_database_values_t *parameters,
                sqlite_component_database_batch_t *batch)
{
    sqlite_component_database_stop_t stop;
    bool fetched;
    stmt->calling = true;
    do {
        /* Once it has asked, it cannot be left out. */
        uint32_t most = room_ready() ? MOST_WORDS : FEWER_WORDS;
        fetched = sqlite_component_database_method_statement_step(statement_borrow(stmt), parameters, stmt->most_rows,
                                                                  most, batch, &stop);
        parameters = NULL;
    } while (!fetched && stop_answered(stmt->db, &stop));
    stmt->calling = false;
    return fetched;
}

static int
statement_take(sqlite3_stmt *stmt, sqlite_component_database_batch_t *batch)
{
    connection_set_state(stmt->db, &batch->state);
    if (!room_take_values(batch->words, &batch->values)) {
        stmt->rows.last = batch->done;
        return statement_give_up(stmt, SQLITE_NOMEM, NULL);
    }
    rows_take(&stmt->rows, batch);
    uint32_t more = stmt->most_rows * ROWS_GROWTH;
    stmt->most_rows = more < MOST_ROWS ? more : MOST_ROWS;
    if (batch->recompiled) {
        error_set(stmt->db, SQLITE_OK);
        if (!statement_learn_anew(stmt)) {
            return statement_give_up(stmt, SQLITE_NOMEM, NULL);
        }
    }
    if (batch->rows > 0) {
        return SQLITE_ROW;
    }
    return batch->done ? SQLITE_DONE : statement_give_up(stmt, SQLITE_CORRUPT, "malformed batch");
}

/* Returns SQLITE_ROW when there are rows left, SQLITE_DONE when there are none, or what went wrong. */
static int
statement_go_on(sqlite3_stmt *stmt)
{
    sqlite_component_database_values_t values, *parameters = NULL;
    sqlite_component_database_batch_t batch;
    rows_clear(&stmt->rows, stmt->names.columns);
    if (stmt->parameters.changed) {
        if (!parameters_pack(&stmt->parameters, stmt->names.parameters, &values)
            || !room_over_there(values.len * WORD_BYTES)) {
            return statement_give_up(stmt, SQLITE_NOMEM, NULL);
        }
        parameters = &values;
    }
    if (!room_ready()) {
        return statement_give_up(stmt, SQLITE_NOMEM, NULL);
    }
    if (!statement_fetch(stmt, parameters, &batch)) {
        return statement_failed(stmt);
    }
    if (parameters != NULL) {
        parameters_sent(&stmt->parameters);
    }
    return statement_take(stmt, &batch);
}

/* The component takes a new run for that by itself, as its statement is done or was reset. */
static void
statement_start(sqlite3_stmt *stmt)
{
    stmt->phase = STATEMENT_RUNNING;
    stmt->failure = SQLITE_OK;
    stmt->interrupts = stmt->db->interrupts;
    stmt->most_rows = FIRST_ROWS;
    stmt->rows.last = false;
}

static int
statement_done(sqlite3_stmt *stmt)
{
    rows_clear(&stmt->rows, stmt->names.columns);
    stmt->phase = STATEMENT_ENDED;
    error_note(stmt->db, SQLITE_DONE);
    return SQLITE_DONE;
}

/* The next row of the batch. */
static inline int
statement_row(sqlite3_stmt *stmt)
{
    if (!rows_advance(&stmt->rows, stmt->names.columns)) {
        return statement_give_up(stmt, SQLITE_CORRUPT, "malformed batch");
    }
    error_note(stmt->db, SQLITE_ROW);
    return SQLITE_ROW;
}

/* For when there is no row at hand. */
static int
statement_step_further(sqlite3_stmt *stmt)
{
    if (stmt->phase != STATEMENT_RUNNING) {
        statement_start(stmt);
    }
    else if (stmt->rows.last) {
        return statement_done(stmt);
    }
    int code = statement_go_on(stmt);
    return code == SQLITE_ROW ? statement_row(stmt) : code == SQLITE_DONE ? statement_done(stmt) : code;
}

int
sqlite3_step(sqlite3_stmt *stmt)
{
    if (!statement_is_free(stmt)) {
        return SQLITE_MISUSE;
    }
    /* One that writes has no rows ahead, and is ended where it runs. */
    if (stmt->phase == STATEMENT_RUNNING && stmt->read_only && stmt->interrupts != stmt->db->interrupts) {
        return statement_give_up(stmt, SQLITE_INTERRUPT, NULL);
    }
    return stmt->rows.left > 0 ? statement_row(stmt) : statement_step_further(stmt);
}

/* What a run came to that the component has ended already is the connection's result again. */
static int
statement_recall(sqlite3_stmt *stmt)
{
    if (stmt->failure == SQLITE_OK || stmt->db->code != stmt->failure) {
        error_set(stmt->db, stmt->failure);
    }
    return stmt->failure;
}

static int
statement_end(sqlite3_stmt *stmt)
{
    if (stmt->phase == STATEMENT_READY) {
        return SQLITE_OK;
    }
    bool under_way = stmt->phase == STATEMENT_RUNNING && !stmt->rows.last;
    int code = under_way ? statement_stop(stmt) : statement_recall(stmt);
    rows_clear(&stmt->rows, stmt->names.columns);
    stmt->phase = STATEMENT_READY;
    stmt->failure = SQLITE_OK;
    return primary_code(code);
}

int
sqlite3_reset(sqlite3_stmt *stmt)
{
    if (stmt == NULL) {
        return SQLITE_OK;
    }
    return statement_is_free(stmt) ? statement_end(stmt) : SQLITE_MISUSE;
}

#endif
