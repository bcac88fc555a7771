/* libsqlite3's face on sqlite:component/database: the functions of SQLite's C interface that a database module calls.

   They do what SQLite's manual says of them, in an instance of the component; what differs is said with each. The
   implementation is in sqlite3_client.h, which one C file of the consumer includes. */

#ifndef SQLITE3_H
#define SQLITE3_H

#include "sqlite3_codes.h"

/* The version whose manual this follows. sqlite3_libversion() tells the component's. */
#define SQLITE_VERSION "3.51.3"
#define SQLITE_VERSION_NUMBER 3051003

typedef long long sqlite_int64;
typedef unsigned long long sqlite_uint64;
typedef sqlite_int64 sqlite3_int64;
typedef sqlite_uint64 sqlite3_uint64;

typedef struct sqlite3 sqlite3;
typedef struct sqlite3_stmt sqlite3_stmt;
typedef struct sqlite3_value sqlite3_value;
typedef struct sqlite3_context sqlite3_context;
typedef struct sqlite3_blob sqlite3_blob;
typedef struct sqlite3_backup sqlite3_backup;

/* What becomes of memory that a function was given. It is copied in either case. */
typedef void (*sqlite3_destructor_type)(void *);
#define SQLITE_STATIC ((sqlite3_destructor_type)0)
#define SQLITE_TRANSIENT ((sqlite3_destructor_type)-1)

/* The library. sqlite3_threadsafe() says 1: an instance of a component is entered by one thread at a time. */
int sqlite3_initialize(void);
int sqlite3_shutdown(void);
int sqlite3_threadsafe(void);
const char *sqlite3_libversion(void);
int sqlite3_libversion_number(void);
const char *sqlite3_errstr(int code);
int sqlite3_complete(const char *sql);
int sqlite3_stricmp(const char *left, const char *right);
int sqlite3_sleep(int milliseconds);
void *sqlite3_malloc64(sqlite3_uint64 size);
void sqlite3_free(void *memory);

/* Connections. sqlite3_open_v2() knows the default VFS only; of sqlite3_db_config(), the options that are on or off. */
int sqlite3_open_v2(const char *filename, sqlite3 **db, int flags, const char *vfs);
int sqlite3_close(sqlite3 *db);
int sqlite3_close_v2(sqlite3 *db);
int sqlite3_errcode(sqlite3 *db);
int sqlite3_extended_errcode(sqlite3 *db);
const char *sqlite3_errmsg(sqlite3 *db);
int sqlite3_get_autocommit(sqlite3 *db);
sqlite3_int64 sqlite3_last_insert_rowid(sqlite3 *db);
int sqlite3_changes(sqlite3 *db);
int sqlite3_total_changes(sqlite3 *db);
int sqlite3_busy_timeout(sqlite3 *db, int milliseconds);
void sqlite3_interrupt(sqlite3 *db);
int sqlite3_limit(sqlite3 *db, int category, int value);
int sqlite3_db_config(sqlite3 *db, int option, ...);

/* Statements. sqlite3_sql() and sqlite3_expanded_sql() know the text of a statement that is being traced, and of no
   other one. sqlite3_exec() calls nothing for rows, and leaves the message to sqlite3_errmsg(). */
int sqlite3_prepare_v2(sqlite3 *db, const char *sql, int size, sqlite3_stmt **stmt, const char **tail);
int sqlite3_step(sqlite3_stmt *stmt);
int sqlite3_reset(sqlite3_stmt *stmt);
int sqlite3_finalize(sqlite3_stmt *stmt);
int sqlite3_exec(sqlite3 *db, const char *sql, int (*callback)(void *, int, char **, char **), void *data,
                 char **message);
sqlite3 *sqlite3_db_handle(sqlite3_stmt *stmt);
int sqlite3_stmt_busy(sqlite3_stmt *stmt);
int sqlite3_stmt_readonly(sqlite3_stmt *stmt);
const char *sqlite3_sql(sqlite3_stmt *stmt);
char *sqlite3_expanded_sql(sqlite3_stmt *stmt);

/* Parameters. */
int sqlite3_bind_parameter_count(sqlite3_stmt *stmt);
const char *sqlite3_bind_parameter_name(sqlite3_stmt *stmt, int parameter);
int sqlite3_bind_null(sqlite3_stmt *stmt, int parameter);
int sqlite3_bind_int64(sqlite3_stmt *stmt, int parameter, sqlite3_int64 value);
int sqlite3_bind_double(sqlite3_stmt *stmt, int parameter, double value);
int sqlite3_bind_text(sqlite3_stmt *stmt, int parameter, const char *text, int size, sqlite3_destructor_type destroy);
int sqlite3_bind_blob(sqlite3_stmt *stmt, int parameter, const void *blob, int size, sqlite3_destructor_type destroy);

/* Columns. */
int sqlite3_column_count(sqlite3_stmt *stmt);
int sqlite3_data_count(sqlite3_stmt *stmt);
const char *sqlite3_column_name(sqlite3_stmt *stmt, int column);
const char *sqlite3_column_decltype(sqlite3_stmt *stmt, int column);
int sqlite3_column_type(sqlite3_stmt *stmt, int column);
sqlite3_int64 sqlite3_column_int64(sqlite3_stmt *stmt, int column);
double sqlite3_column_double(sqlite3_stmt *stmt, int column);
const unsigned char *sqlite3_column_text(sqlite3_stmt *stmt, int column);
const void *sqlite3_column_blob(sqlite3_stmt *stmt, int column);
int sqlite3_column_bytes(sqlite3_stmt *stmt, int column);

/* Values. Blobs are 0 as numbers. */
int sqlite3_value_type(sqlite3_value *value);
sqlite3_int64 sqlite3_value_int64(sqlite3_value *value);
double sqlite3_value_double(sqlite3_value *value);
const unsigned char *sqlite3_value_text(sqlite3_value *value);
const void *sqlite3_value_blob(sqlite3_value *value);
int sqlite3_value_bytes(sqlite3_value *value);

/* Functions and collations of the consumer's. */
int sqlite3_create_function_v2(sqlite3 *db, const char *name, int arguments, int flags, void *data,
                               void (*call)(sqlite3_context *, int, sqlite3_value **),
                               void (*step)(sqlite3_context *, int, sqlite3_value **),
                               void (*final)(sqlite3_context *), void (*destroy)(void *));
int sqlite3_create_window_function(sqlite3 *db, const char *name, int arguments, int flags, void *data,
                                   void (*step)(sqlite3_context *, int, sqlite3_value **),
                                   void (*final)(sqlite3_context *), void (*value)(sqlite3_context *),
                                   void (*inverse)(sqlite3_context *, int, sqlite3_value **),
                                   void (*destroy)(void *));
int sqlite3_create_collation_v2(sqlite3 *db, const char *name, int encoding, void *data,
                                int (*compare)(void *, int, const void *, int, const void *),
                                void (*destroy)(void *));
void *sqlite3_user_data(sqlite3_context *context);
sqlite3 *sqlite3_context_db_handle(sqlite3_context *context);
void *sqlite3_aggregate_context(sqlite3_context *context, int size);
void sqlite3_result_null(sqlite3_context *context);
void sqlite3_result_int64(sqlite3_context *context, sqlite3_int64 value);
void sqlite3_result_double(sqlite3_context *context, double value);
void sqlite3_result_text(sqlite3_context *context, const char *text, int size, sqlite3_destructor_type destroy);
void sqlite3_result_blob(sqlite3_context *context, const void *blob, int size, sqlite3_destructor_type destroy);
void sqlite3_result_error(sqlite3_context *context, const char *message, int size);
void sqlite3_result_error_toobig(sqlite3_context *context);
void sqlite3_result_error_nomem(sqlite3_context *context);

/* Hooks. Of traces there is SQLITE_TRACE_STMT; its statement is there only during the call. */
int sqlite3_set_authorizer(sqlite3 *db,
                           int (*authorize)(void *, int, const char *, const char *, const char *, const char *),
                           void *data);
void sqlite3_progress_handler(sqlite3 *db, int instructions, int (*progress)(void *), void *data);
int sqlite3_trace_v2(sqlite3 *db, unsigned mask, int (*trace)(unsigned, void *, void *, void *), void *data);

/* Blobs, opened in place. */
int sqlite3_blob_open(sqlite3 *db, const char *schema, const char *table, const char *column, sqlite3_int64 row,
                      int writable, sqlite3_blob **blob);
int sqlite3_blob_bytes(sqlite3_blob *blob);
int sqlite3_blob_read(sqlite3_blob *blob, void *data, int size, int offset);
int sqlite3_blob_write(sqlite3_blob *blob, const void *data, int size, int offset);
int sqlite3_blob_close(sqlite3_blob *blob);

/* Databases as a whole. sqlite3_serialize() never shares memory, so with SQLITE_SERIALIZE_NOCOPY it returns NULL;
   sqlite3_deserialize() copies, and frees what it was given at once when it is to be freed. */
sqlite3_backup *sqlite3_backup_init(sqlite3 *to, const char *to_name, sqlite3 *from, const char *from_name);
int sqlite3_backup_step(sqlite3_backup *backup, int pages);
int sqlite3_backup_finish(sqlite3_backup *backup);
int sqlite3_backup_remaining(sqlite3_backup *backup);
int sqlite3_backup_pagecount(sqlite3_backup *backup);
unsigned char *sqlite3_serialize(sqlite3 *db, const char *schema, sqlite3_int64 *size, unsigned flags);
int sqlite3_deserialize(sqlite3 *db, const char *schema, unsigned char *data, sqlite3_int64 size,
                        sqlite3_int64 capacity, unsigned flags);

#endif
