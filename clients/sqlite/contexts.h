/* Calls of the consumer's functions: what they are given, and what they come to. */

#ifndef CLIENT_CONTEXTS_H
#define CLIENT_CONTEXTS_H

#include "connections.h"
#include "contents.h"

struct sqlite3_context {
    sqlite3 *db;
    Callback callback;
    uint32_t aggregate; /* the component's number; 0 for none */
    Content result;
    uint8_t failure; /* how it failed, as the tag of an answer; ANSWER_VALUE when it did not */
    char *message;
};

static inline sqlite3_context
context_open(sqlite3 *db, const Callback *callback, uint32_t aggregate)
{
    return (sqlite3_context){.db = db, .callback = *callback, .aggregate = aggregate, .result.type = SQLITE_NULL};
}

static inline void
context_close(sqlite3_context *context)
{
    content_close(&context->result);
    free(context->message);
}

void *
sqlite3_user_data(sqlite3_context *context)
{
    return context->callback.data;
}

sqlite3 *
sqlite3_context_db_handle(sqlite3_context *context)
{
    return context->db;
}

/* Of an aggregation without a number there will be no second call that could find the memory. */
void *
sqlite3_aggregate_context(sqlite3_context *context, int size)
{
    if (context->aggregate == 0) {
        return NULL;
    }
    return aggregates_memory(&context->db->aggregates, context->aggregate, size > 0 ? (size_t)size : 0);
}

static inline void
context_fail(sqlite3_context *context, uint8_t failure)
{
    context->failure = failure;
}

static void
context_set_bytes(sqlite3_context *context, uint32_t type, const void *bytes, size_t size)
{
    if (bytes == NULL) {
        content_set_null(&context->result);
    }
    else if (!content_set_bytes(&context->result, type, bytes, size)) {
        context_fail(context, SQLITE_COMPONENT_DATABASE_ANSWER_NO_MEMORY);
    }
}

void
sqlite3_result_null(sqlite3_context *context)
{
    content_set_null(&context->result);
}

void
sqlite3_result_int64(sqlite3_context *context, sqlite3_int64 value)
{
    content_set_integer(&context->result, value);
}

void
sqlite3_result_double(sqlite3_context *context, double value)
{
    content_set_float(&context->result, value);
}

void
sqlite3_result_text(sqlite3_context *context, const char *text, int size, sqlite3_destructor_type destroy)
{
    size_t length = size >= 0 || text == NULL ? (size_t)size : strlen(text);
    context_set_bytes(context, SQLITE_TEXT, text, length);
    destroy_copied(text, destroy);
}

void
sqlite3_result_blob(sqlite3_context *context, const void *blob, int size, sqlite3_destructor_type destroy)
{
    context_set_bytes(context, SQLITE_BLOB, blob, (size_t)size);
    destroy_copied(blob, destroy);
}

void
sqlite3_result_error(sqlite3_context *context, const char *message, int size)
{
    size_t length = size < 0 ? strlen(message) : (size_t)size;
    char *copy = text_is_utf8(message, length) ? text_copy(message, length) : text_copy("", 0);
    if (copy == NULL) {
        context_fail(context, SQLITE_COMPONENT_DATABASE_ANSWER_NO_MEMORY);
        return;
    }
    free(context->message);
    context->message = copy;
    context_fail(context, SQLITE_COMPONENT_DATABASE_ANSWER_FAILED);
}

void
sqlite3_result_error_toobig(sqlite3_context *context)
{
    context_fail(context, SQLITE_COMPONENT_DATABASE_ANSWER_TOO_BIG);
}

void
sqlite3_result_error_nomem(sqlite3_context *context)
{
    context_fail(context, SQLITE_COMPONENT_DATABASE_ANSWER_NO_MEMORY);
}

#endif
