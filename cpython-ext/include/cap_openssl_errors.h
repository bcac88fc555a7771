/* OpenSSL's error queue on this side of the contract: what the component said of its last failures, and what a client
   adds of its own. The functions are those of openssl/err.h. */

#ifndef CAP_OPENSSL_ERRORS_H
#define CAP_OPENSSL_ERRORS_H

#include <stddef.h>
#include <string.h>

/* As OpenSSL packs them. */
#define ERR_SYSTEM_FLAG 0x80000000UL
#define ERR_LIB_SYS 2
#define ERR_GET_LIB(code) ((int)(((code) & ERR_SYSTEM_FLAG) ? ERR_LIB_SYS : (((code) >> 23) & 0xFF)))
#define ERR_GET_REASON(code) ((int)(((code) & ERR_SYSTEM_FLAG) ? ((code) & ~ERR_SYSTEM_FLAG) : ((code) & 0x7FFFFF)))
#define ERR_PACK(lib, unused, reason) ((((unsigned long)(lib) & 0xFF) << 23) | ((unsigned long)(reason) & 0x7FFFFF))

/* How many are kept, and what is kept of a reason. The oldest are dropped. */
#define ERRORS_KEPT 16
#define ERRORS_REASON_SIZE 128

typedef struct {
    unsigned long code;
    char reason[ERRORS_REASON_SIZE];
} Error;

static struct {
    size_t count;
    Error kept[ERRORS_KEPT];
} errors;

static inline void
ERR_clear_error(void)
{
    errors.count = 0;
}

/* Adds one. */
static inline void
errors_add(unsigned long code, const char *reason, size_t size)
{
    if (errors.count == ERRORS_KEPT) {
        memmove(errors.kept, errors.kept + 1, (ERRORS_KEPT - 1) * sizeof(Error));
        errors.count--;
    }
    Error *error = &errors.kept[errors.count++];
    error->code = code;
    size = size < ERRORS_REASON_SIZE ? size : ERRORS_REASON_SIZE - 1;
    memcpy(error->reason, reason, size);
    error->reason[size] = '\0';
}

/* Adds a failure of the bindings, of whichever interface, and frees it. */
#define ERRORS_TAKE(failure, free_failure)                                        \
    do {                                                                          \
        for (size_t error_ = 0; error_ < (failure)->len; error_++) {              \
            errors_add((failure)->ptr[error_].code,                               \
                       (const char *)(failure)->ptr[error_].reason.ptr,           \
                       (failure)->ptr[error_].reason.len);                        \
        }                                                                         \
        free_failure(failure);                                                    \
    } while (0)

/* Adds what errno is, as OpenSSL does where a call to the system failed. */
static inline void
errors_add_system(int number)
{
    const char *reason = strerror(number);
    errors_add(ERR_SYSTEM_FLAG | (unsigned long)number, reason, strlen(reason));
}

static inline unsigned long
ERR_peek_last_error(void)
{
    return errors.count == 0 ? 0 : errors.kept[errors.count - 1].code;
}

/* Takes the oldest one out. */
static inline unsigned long
ERR_get_error(void)
{
    if (errors.count == 0) {
        return 0;
    }
    unsigned long code = errors.kept[0].code;
    memmove(errors.kept, errors.kept + 1, (ERRORS_KEPT - 1) * sizeof(Error));
    errors.count--;
    return code;
}

/* In words, as long as it was not pushed out by others; NULL for none. */
static inline const char *
ERR_reason_error_string(unsigned long code)
{
    for (size_t i = ERRORS_KEPT; i-- > 0;) {
        if (errors.kept[i].code == code && errors.kept[i].reason[0] != '\0') {
            return errors.kept[i].reason;
        }
    }
    return NULL;
}

#endif
