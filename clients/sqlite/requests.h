/* The component's questions in the middle of a call, and the answers of the consumer's functions.

   A callback may call anything here again, on this connection too: what a question needs is on the stack of the call
   that it belongs to. */

#ifndef CLIENT_REQUESTS_H
#define CLIENT_REQUESTS_H

#include "contexts.h"
#include "errors.h"
#include "statements.h"

/* Arguments up to these many, and words of a result, have room on the stack. */
#define FEW_ARGUMENTS 8
#define FEW_WORDS 8

/* What says no to whatever was asked: deny, stop, and no order. */
#define ANSWER_NO 1

typedef sqlite_component_database_request_t Request;

typedef struct {
    sqlite3_value *values;
    sqlite3_value **pointers; /* as callbacks take them */
    size_t count;
    sqlite3_value few[FEW_ARGUMENTS];
    sqlite3_value *few_pointers[FEW_ARGUMENTS];
} Arguments;

typedef struct {
    sqlite_component_database_answer_t answer;
    uint64_t *words; /* the value's */
    char *message;   /* the failure's */
    uint64_t few[FEW_WORDS];
} Reply;

static void
arguments_close(Arguments *arguments)
{
    values_free_texts(arguments->values, arguments->count);
    if (arguments->values != arguments->few) {
        free(arguments->values);
        free(arguments->pointers);
    }
}

static void
arguments_make_room(Arguments *arguments, size_t count)
{
    arguments->values = arguments->few;
    arguments->pointers = arguments->few_pointers;
    if (count > FEW_ARGUMENTS) {
        arguments->values = malloc(count * sizeof(*arguments->values));
        arguments->pointers = malloc(count * sizeof(*arguments->pointers));
    }
    arguments->count = 0;
}

/* SQLITE_CORRUPT when they are not what the request says, SQLITE_NOMEM when there is no memory. To be closed in any
   case. */
static int
arguments_open(Arguments *arguments, Request *request)
{
    bool there = room_take_values(request->words, &request->arguments);
    const uint64_t *next = request->arguments.ptr, *end = next + request->arguments.len;
    /* Each takes a word at least, so that the count cannot ask for more memory than its words take. */
    bool sound = request->count <= request->arguments.len;
    arguments_make_room(arguments, sound ? request->count : 0);
    if (!there || arguments->values == NULL || arguments->pointers == NULL) {
        return SQLITE_NOMEM;
    }
    if (!sound) {
        return SQLITE_CORRUPT;
    }
    for (size_t i = 0; i < request->count; i++) {
        arguments->values[i].text = NULL;
        arguments->pointers[i] = &arguments->values[i];
    }
    arguments->count = request->count;
    return values_find(&next, end, arguments->values, request->count) ? SQLITE_OK : SQLITE_CORRUPT;
}

static inline void
reply_number(Reply *reply, int32_t number)
{
    reply->answer.tag = SQLITE_COMPONENT_DATABASE_ANSWER_NUMBER;
    reply->answer.val.number = number;
}

static void
reply_failure(Reply *reply, const char *message)
{
    size_t size = strlen(message);
    bool fits = room_over_there(size);
    reply->answer.tag = fits ? SQLITE_COMPONENT_DATABASE_ANSWER_FAILED : SQLITE_COMPONENT_DATABASE_ANSWER_NO_MEMORY;
    reply->answer.val.failed = text_lend(message, size);
}

static void
reply_value(Reply *reply, const Content *value)
{
    size_t length = content_length(value);
    reply->words = length <= FEW_WORDS ? reply->few : malloc(length * WORD_BYTES);
    if (reply->words == NULL || !room_over_there(length * WORD_BYTES)) {
        reply->answer.tag = SQLITE_COMPONENT_DATABASE_ANSWER_NO_MEMORY;
        return;
    }
    content_pack(value, reply->words);
    reply->answer.tag = SQLITE_COMPONENT_DATABASE_ANSWER_VALUE;
    reply->answer.val.value = (sqlite_component_database_values_t){.ptr = reply->words, .len = length};
}

static void
reply_close(Reply *reply)
{
    if (reply->words != reply->few) {
        free(reply->words);
    }
    free(reply->message);
}

/* Calls the function of the event. False when the consumer gave none for it. */
static bool
call_function(sqlite3_context *context, int event, Arguments *arguments)
{
    const Callback *callback = &context->callback;
    void (*with_arguments)(sqlite3_context *, int, sqlite3_value **) =
        event == SQLITE_COMPONENT_DATABASE_EVENT_SCALAR ? callback->call
        : event == SQLITE_COMPONENT_DATABASE_EVENT_STEP ? callback->step
        : event == SQLITE_COMPONENT_DATABASE_EVENT_INVERSE ? callback->inverse
        : NULL;
    void (*without)(sqlite3_context *) =
        event == SQLITE_COMPONENT_DATABASE_EVENT_VALUE ? callback->value
        : event == SQLITE_COMPONENT_DATABASE_EVENT_FINAL ? callback->final
        : NULL;
    if (with_arguments != NULL) {
        with_arguments(context, (int)arguments->count, arguments->pointers);
    }
    else if (without != NULL) {
        without(context);
    }
    return with_arguments != NULL || without != NULL;
}

/* What the function came to. Takes its message over. */
static void
reply_outcome(Reply *reply, sqlite3_context *context, int event)
{
    if (context->failure == SQLITE_COMPONENT_DATABASE_ANSWER_FAILED) {
        reply->message = context->message;
        context->message = NULL;
        reply_failure(reply, reply->message);
    }
    else if (context->failure != SQLITE_COMPONENT_DATABASE_ANSWER_VALUE) {
        reply->answer.tag = context->failure;
    }
    else if (event == SQLITE_COMPONENT_DATABASE_EVENT_STEP || event == SQLITE_COMPONENT_DATABASE_EVENT_INVERSE) {
        reply_number(reply, 0);
    }
    else {
        reply_value(reply, &context->result);
    }
}

static void
answer_function(sqlite3 *db, const Request *request, Arguments *arguments, Reply *reply)
{
    Callback callback = registry_get(&db->registry, request->id);
    sqlite3_context context = context_open(db, &callback, request->aggregate);
    if (call_function(&context, request->event, arguments)) {
        reply_outcome(reply, &context, request->event);
    }
    else {
        reply_failure(reply, "there is no such function");
    }
    if (request->event == SQLITE_COMPONENT_DATABASE_EVENT_FINAL) {
        aggregates_drop(&db->aggregates, request->aggregate);
    }
    context_close(&context);
}

static int32_t
answer_compare(sqlite3 *db, const Request *request, const Arguments *arguments)
{
    Callback callback = registry_get(&db->registry, request->id);
    const sqlite3_value *left = &arguments->values[0], *right = &arguments->values[1];
    bool sound = arguments->count == 2 && value_type(left) == SQLITE_TEXT && value_type(right) == SQLITE_TEXT;
    if (!sound || callback.compare == NULL) {
        return ANSWER_NO;
    }
    return callback.compare(callback.data, (int)value_size(left), value_bytes(left), (int)value_size(right),
                            value_bytes(right));
}

static int32_t
answer_authorize(sqlite3 *db, Arguments *arguments)
{
    sqlite3_value *values = arguments->values;
    if (db->authorize == NULL) {
        return SQLITE_OK;
    }
    if (arguments->count != 5) {
        return ANSWER_NO;
    }
    return db->authorize(db->authorize_data, (int)sqlite3_value_int64(&values[0]), value_text(&values[1]),
                         value_text(&values[2]), value_text(&values[3]), value_text(&values[4]));
}

static int32_t
answer_progress(sqlite3 *db)
{
    return db->progress == NULL ? 0 : db->progress(db->progress_data);
}

/* The callback gets a statement that knows its text, and nothing else. */
static int32_t
answer_trace(sqlite3 *db, Arguments *arguments)
{
    sqlite3_value *values = arguments->values;
    if (db->trace == NULL || arguments->count != 2 || value_type(&values[1]) != SQLITE_TEXT) {
        return 0;
    }
    const char *sql = value_text(&values[1]);
    sqlite3_stmt traced = {.db = db, .traced = sql, .expanded = value_text(&values[0])};
    return db->trace(SQLITE_TRACE_STMT, db->trace_data, &traced, (void *)sql);
}

static void
answer_sound(sqlite3 *db, const Request *request, Arguments *arguments, Reply *reply)
{
    switch (request->event) {
    case SQLITE_COMPONENT_DATABASE_EVENT_COMPARE:
        reply_number(reply, answer_compare(db, request, arguments));
        break;
    case SQLITE_COMPONENT_DATABASE_EVENT_AUTHORIZE:
        reply_number(reply, answer_authorize(db, arguments));
        break;
    case SQLITE_COMPONENT_DATABASE_EVENT_PROGRESS:
        reply_number(reply, answer_progress(db));
        break;
    case SQLITE_COMPONENT_DATABASE_EVENT_TRACE:
        reply_number(reply, answer_trace(db, arguments));
        break;
    default:
        answer_function(db, request, arguments, reply);
    }
}

static void
answer_request(sqlite3 *db, Request *request, Reply *reply)
{
    Arguments arguments;
    reply->words = NULL;
    reply->message = NULL;
    int code = arguments_open(&arguments, request);
    if (code == SQLITE_OK) {
        answer_sound(db, request, &arguments, reply);
    }
    else if (code == SQLITE_NOMEM) {
        reply->answer.tag = SQLITE_COMPONENT_DATABASE_ANSWER_NO_MEMORY;
    }
    else if (request->event <= SQLITE_COMPONENT_DATABASE_EVENT_FINAL) {
        reply_failure(reply, "malformed request");
    }
    else {
        reply_number(reply, ANSWER_NO);
    }
    arguments_close(&arguments);
}

/* Whether a call that stopped is to be made again: it asked something, and now has all the answers. When it failed
   instead, that becomes the connection's error. */
static bool
stop_answered(sqlite3 *db, sqlite_component_database_stop_t *stop)
{
    if (stop->tag == SQLITE_COMPONENT_DATABASE_STOP_FAILED) {
        error_take(db, &stop->val.failed);
        return false;
    }
    Request request = stop->val.suspended;
    bool more = true;
    while (more) {
        Reply reply;
        db->state_is_old = true;
        answer_request(db, &request, &reply);
        sqlite_component_database_request_free(&request);
        /* The next question may need it. */
        room_ready();
        more = sqlite_component_database_resume(&reply.answer, &request);
        reply_close(&reply);
    }
    return true;
}

#endif
