/* SQLite, and what needs to see its inside: running a statement for many rows at a time, and knowing whether a statement
   would call the consumer. */

/* What the changes in SQLite's source use (../build/fitting.rs): whether the statement that is run goes on with an instruction that was given up. */
static int engine_continues;

/* And whether a call of a function asked, and the instruction that made it is to be given up. */
struct sqlite3_context;
static int engine_take_asking(struct sqlite3_context *context);

#include "sqlite3.c"

#include "engine.h"
#include "memory.h"

/* `isError` of a call that asked. SQLite's own values are result codes, and -1. */
#define ASKS (-2)

/* Whether an instruction was given up since the run began. */
static int engine_asked;

static int
engine_take_asking(sqlite3_context *context)
{
    if (context->isError != ASKS) {
        return 0;
    }
    context->isError = 0;
    return 1;
}

void
engine_ask(sqlite3_context *context)
{
    context->isError = ASKS;
    engine_asked = 1;
}

sqlite3_stmt *
engine_caller(sqlite3_context *context)
{
    return (sqlite3_stmt *)context->pVdbe;
}

int
engine_is_watched(sqlite3_context *context)
{
    sqlite3 *db = context->pVdbe->db;
    return db->xProgress != NULL || db->mTrace != 0;
}

/* The smallest buffer, in words: a few short rows. */
#define FEWEST_WORDS 32

#define WORD sizeof(uint64_t)

static int
values_resize(Values *values, size_t capacity)
{
    uint64_t *words = capacity > SIZE_MAX / WORD ? NULL : memory_resize(values->words, capacity * WORD);
    if (words == NULL) {
        return SQLITE_NOMEM;
    }
    values->words = words;
    values->capacity = capacity;
    return SQLITE_OK;
}

/* The buffer becomes the consumer's, so it is malloc's and not SQLite's. */
__attribute__((noinline)) static int
values_grow(Values *values, size_t more)
{
    size_t needed = values->count + more;
    size_t likely = values->capacity * 2 > FEWEST_WORDS ? values->capacity * 2 : FEWEST_WORDS;
    if (likely > needed && values_resize(values, likely) == SQLITE_OK) {
        return SQLITE_OK;
    }
    return values_resize(values, needed);
}

/* Makes room for so many words more. */
static inline int
values_reserve(Values *values, size_t more)
{
    return more <= values->capacity - values->count ? SQLITE_OK : values_grow(values, more);
}

/* The word before a value. */
static uint64_t
heading(int type, size_t size)
{
    return (uint64_t)type | (uint64_t)size << 32;
}

static inline int
pack_number(Values *values, int type, uint64_t bits)
{
    if (values_reserve(values, 2) != SQLITE_OK) {
        return SQLITE_NOMEM;
    }
    values->words[values->count++] = heading(type, 0);
    values->words[values->count++] = bits;
    return SQLITE_OK;
}

/* Text has at least one zero byte behind it, which `spare` counts. */
static inline int
pack_bytes(Values *values, int type, const void *bytes, size_t size, size_t spare)
{
    size_t count = (size + spare + WORD - 1) / WORD;
    if (values_reserve(values, 1 + count) != SQLITE_OK) {
        return SQLITE_NOMEM;
    }
    values->words[values->count++] = heading(type, size);
    if (count > 0) {
        values->words[values->count + count - 1] = 0;
        memcpy(values->words + values->count, bytes, size);
        values->count += count;
    }
    return SQLITE_OK;
}

static inline int
pack_text(Values *values, Mem *from)
{
    /* Most text is as it has to be, but for the zero behind it. */
    if (from->enc == SQLITE_UTF8 && (from->flags & (MEM_Str | MEM_Zero)) == MEM_Str) {
        return pack_bytes(values, SQLITE_TEXT, from->z, (size_t)from->n, 1);
    }
    const void *text = sqlite3_value_text(from);
    return text == NULL ? SQLITE_NOMEM
                        : pack_bytes(values, SQLITE_TEXT, text, (size_t)sqlite3_value_bytes(from), 1);
}

static inline int
pack_blob(Values *values, Mem *from)
{
    const void *blob = sqlite3_value_blob(from);
    size_t size = (size_t)sqlite3_value_bytes(from);
    return blob == NULL && size > 0 ? SQLITE_NOMEM : pack_bytes(values, SQLITE_BLOB, blob, size, 0);
}

static inline int
pack(Values *values, Mem *from)
{
    switch (sqlite3_value_type(from)) {
    case SQLITE_INTEGER:
        return pack_number(values, SQLITE_INTEGER, (uint64_t)sqlite3_value_int64(from));
    case SQLITE_FLOAT: {
        double number = sqlite3_value_double(from);
        uint64_t bits;
        memcpy(&bits, &number, sizeof(bits));
        return pack_number(values, SQLITE_FLOAT, bits);
    }
    case SQLITE_TEXT:
        return pack_text(values, from);
    case SQLITE_BLOB:
        return pack_blob(values, from);
    default:
        return pack_bytes(values, SQLITE_NULL, NULL, 0, 0);
    }
}

int
engine_pack_integer(Values *values, int64_t number)
{
    return pack_number(values, SQLITE_INTEGER, (uint64_t)number);
}

int
engine_pack_text(Values *values, const char *text, size_t size)
{
    return text == NULL ? pack_bytes(values, SQLITE_NULL, NULL, 0, 0) : pack_bytes(values, SQLITE_TEXT, text, size, 1);
}

int
engine_pack(Values *values, int count, sqlite3_value **from)
{
    for (int i = 0; i < count; i++) {
        if (pack(values, from[i]) != SQLITE_OK) {
            return SQLITE_NOMEM;
        }
    }
    return SQLITE_OK;
}

static inline int
pack_row(Values *values, Vdbe *statement)
{
    for (int i = 0; i < statement->nResColumn; i++) {
        if (pack(values, &statement->pResultRow[i]) != SQLITE_OK) {
            return SQLITE_NOMEM;
        }
    }
    return SQLITE_OK;
}

int
engine_run(sqlite3_stmt *statement, int how, int continues, uint32_t max_rows, size_t max_words, Values *values,
           uint32_t *rows)
{
    engine_continues = continues;
    for (;;) {
        int code = how == RUN_AS_COMPILED ? sqlite3Step((Vdbe *)statement) : sqlite3_step(statement);
        engine_continues = 0;
        if (engine_asked) {
            engine_asked = 0;
            return ENGINE_ASKS;
        }
        if (code != SQLITE_ROW) {
            return code;
        }
        size_t before = values->count;
        /* `PRAGMA incremental_vacuum` has rows without columns. */
        if (((Vdbe *)statement)->pResultRow != NULL && pack_row(values, (Vdbe *)statement) != SQLITE_OK) {
            values->count = before;
            return SQLITE_NOMEM;
        }
        *rows += 1;
        if (*rows >= max_rows || values->count >= max_words) {
            return SQLITE_ROW;
        }
    }
}

static int
key_calls(const KeyInfo *key, const Callers *callers)
{
    for (int i = 0; key != NULL && i < key->nAllField; i++) {
        if (key->aColl[i] != NULL && (const void *)key->aColl[i]->xCmp == callers->compare) {
            return CALLS_ANYTHING;
        }
    }
    return CALLS_NOTHING;
}

/* What makes an aggregate's value is called in other ways than what makes a function's. */
static int
function_calls(const FuncDef *function, const Callers *callers)
{
    const void *address = (const void *)function->xSFunc;
    return address == callers->scalar ? CALLS_FUNCTIONS
         : address == callers->step   ? CALLS_ANYTHING
                                      : CALLS_NOTHING;
}

/* Some instructions run other statements, of which nothing is known here. */
static int
opcode_calls(int opcode)
{
    switch (opcode) {
    /* Virtual tables write what they hold back when a transaction or savepoint ends. */
    case OP_AutoCommit:
    case OP_Savepoint:
    case OP_LoadAnalysis:
    case OP_ParseSchema:
    case OP_SqlExec:
    case OP_Vacuum:
    case OP_VBegin:
    case OP_VCheck:
    case OP_VCreate:
    case OP_VDestroy:
    case OP_VOpen:
    case OP_VUpdate:
    case OP_VRename:
        return CALLS_ANYTHING;
    default:
        return CALLS_NOTHING;
    }
}

static int
instruction_calls(const VdbeOp *op, const Callers *callers)
{
    switch (op->p4type) {
    case P4_FUNCDEF:
        return function_calls(op->p4.pFunc, callers);
    case P4_FUNCCTX:
        return function_calls(op->p4.pCtx->pFunc, callers);
    case P4_COLLSEQ:
        return op->p4.pColl != NULL && (const void *)op->p4.pColl->xCmp == callers->compare ? CALLS_ANYTHING
                                                                                            : CALLS_NOTHING;
    case P4_KEYINFO:
        return key_calls(op->p4.pKeyInfo, callers);
    default:
        return opcode_calls(op->opcode);
    }
}

static int
program_calls(const VdbeOp *ops, int size, const Callers *callers)
{
    int most = CALLS_NOTHING;
    for (int i = 0; i < size; i++) {
        int calls = instruction_calls(&ops[i], callers);
        most = calls > most ? calls : most;
    }
    return most;
}

int
engine_calls(sqlite3_stmt *statement, const Callers *callers)
{
    Vdbe *v = (Vdbe *)statement;
    int most = program_calls(v->aOp, v->nOp, callers);
    /* The programs of triggers. */
    for (SubProgram *program = v->pProgram; program != NULL; program = program->pNext) {
        int calls = program_calls(program->aOp, program->nOp, callers);
        most = calls > most ? calls : most;
    }
    return most;
}

void
engine_fail_without_memory(sqlite3 *db)
{
    sqlite3OomFault(db);
}

void
engine_state(sqlite3 *db, State *state)
{
    state->last_insert_rowid = db->lastRowid;
    state->changes = db->nChange;
    state->total_changes = db->nTotalChange;
    state->autocommit = db->autoCommit;
}

int
engine_recompiled(sqlite3_stmt *statement)
{
    return (int)((Vdbe *)statement)->aCounter[SQLITE_STMTSTATUS_REPREPARE];
}
