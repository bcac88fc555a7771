// What MicroPython is made of in this port: upstream's port to Unix, less what WASI does not have.

#include <alloca.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)

#define MICROPY_HW_BOARD_NAME "WASI"
#define MICROPY_HW_MCU_NAME "wasm32"
#define MICROPY_BANNER_MACHINE "wasi [wasm32-wasip2]"
#define MICROPY_PY_SYS_PLATFORM "wasi"
#define MICROPY_PY_SYS_PATH_DEFAULT ".frozen:/lib"

typedef int mp_int_t;
typedef unsigned int mp_uint_t;
typedef long long mp_off_t;

#define MP_SSIZE_MAX (0x7fffffff)
#define MP_STATE_PORT MP_STATE_VM

// Exceptions, stack and heap. The stack's limit is set by MICROPY_PORT_INIT_FUNC: the one that upstream's
// `main` sets is for a machine whose stack is small.
#define MICROPY_NLR_SETJMP (1)
#define MICROPY_ENABLE_GC (1)
#define MICROPY_GC_SPLIT_HEAP (1)
#define MICROPY_GC_SPLIT_HEAP_AUTO (1)
#define MICROPY_ENABLE_FINALISER (1)
#define MICROPY_MALLOC_USES_ALLOCATED_SIZE (1)
#define MICROPY_MEM_STATS (1)
#define MICROPY_PY_GC_COLLECT_RETVAL (1)
#define MICROPY_ENABLE_EMERGENCY_EXCEPTION_BUF (1)
#define MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE (256)
// What a tuple of five takes: the allocator finds one block at once, and searches the heap for two.
#define MICROPY_BYTES_PER_GC_BLOCK (32)
void port_init(void);
#define MICROPY_PORT_INIT_FUNC port_init()
// Closes what was left open: a database that is not closed may stay locked.
void gc_sweep_all(void);
#define MICROPY_PORT_DEINIT_FUNC gc_sweep_all()

// Numbers.
#define MICROPY_FLOAT_IMPL (MICROPY_FLOAT_IMPL_DOUBLE)
#define MICROPY_LONGINT_IMPL (MICROPY_LONGINT_IMPL_MPZ)
#define MICROPY_FLOAT_USE_NATIVE_FLT16 (0)

// The language, and what it says of itself.
// Arguments of the program become names, of up to 64 KiB.
#define MICROPY_QSTR_BYTES_IN_LEN (2)
#define MICROPY_PERSISTENT_CODE_LOAD (1)
#define MICROPY_OPT_COMPUTED_GOTO (1)
#define MICROPY_ERROR_REPORTING (MICROPY_ERROR_REPORTING_DETAILED)
#define MICROPY_WARNINGS (1)
#define MICROPY_PY_STR_BYTES_CMP_WARN (1)
#define MICROPY_DEBUG_PRINTERS (1)
#define MICROPY_USE_READLINE (0)
#define MICROPY_MODULE_OVERRIDE_MAIN_IMPORT (1)
extern const struct _mp_print_t mp_stderr_print;
#define MICROPY_DEBUG_PRINTER (&mp_stderr_print)
#define MICROPY_ERROR_PRINTER (&mp_stderr_print)

// Files.
#define MICROPY_VFS (1)
#define MICROPY_VFS_POSIX (1)
#define MICROPY_VFS_ROM (1)
#define MICROPY_VFS_ROM_IOCTL (0)
#define MICROPY_READER_POSIX (1)
#define MICROPY_READER_VFS (1)
#define MICROPY_HELPER_LEXER_UNIX (1)
#define MICROPY_STREAMS_POSIX_API (1)
#define MICROPY_ALLOC_PATH_MAX (4096)
#define MICROPY_FATFS_ENABLE_LFN (1)
#define MICROPY_FATFS_RPATH (2)
#define MICROPY_FATFS_MAX_SS (4096)
#define MICROPY_FATFS_LFN_CODE_PAGE 437
#define _DIRENT_HAVE_D_TYPE (1)
#define _DIRENT_HAVE_D_INO (1)

// sys
#define MICROPY_PY_SYS_PATH_ARGV_DEFAULTS (0)
#define MICROPY_PY_SYS_EXECUTABLE (1)
#define MICROPY_PY_SYS_ATEXIT (1)
#define MICROPY_PY_SYS_EXC_INFO (1)

// os
#define MICROPY_PY_OS_INCLUDEFILE "os_without_processes.c"
#define MICROPY_PY_OS_ERRNO (1)
#define MICROPY_PY_OS_GETENV_PUTENV_UNSETENV (1)
#define MICROPY_PY_OS_SYSTEM (0)
#define MICROPY_PY_OS_URANDOM (1)

// time
#define MICROPY_EPOCH_IS_1970 (1)
#define MICROPY_TIMESTAMP_IMPL (MICROPY_TIMESTAMP_IMPL_TIME_T)
#define MICROPY_PY_TIME (1)
#define MICROPY_PY_TIME_TIME_TIME_NS (1)
#define MICROPY_PY_TIME_CUSTOM_SLEEP (1)
#define MICROPY_PY_TIME_INCLUDEFILE "ports/unix/modtime.c"
#define MICROPY_SELECT_REMAINING_TIME (1)

// Sockets and waiting for them.
#define MICROPY_PY_SOCKET (1)
#define MICROPY_PY_SOCKET_LISTEN_BACKLOG_DEFAULT (128)
#define MICROPY_PY_SELECT_POSIX_OPTIMISATIONS (1)
#define MICROPY_PY_SELECT_SELECT (0)
#define MICROPY_PY_WEBSOCKET (1)

// Pins and pulses in software; its memory is the guest's own.
#define MICROPY_PY_MACHINE (1)
#define MICROPY_PY_MACHINE_PULSE (1)
#define MICROPY_PY_MACHINE_PIN_BASE (1)
#define MICROPY_PY_MACHINE_INCLUDEFILE "ports/unix/modmachine.c"
#define MICROPY_MACHINE_MEM_GET_READ_ADDR mod_machine_mem_get_addr
#define MICROPY_MACHINE_MEM_GET_WRITE_ADDR mod_machine_mem_get_addr
#define MICROPY_UNIX_MACHINE_IDLE sched_yield();

// What has a cap comes from it.
#define MICROPY_PY_SSL (0)
#define MICROPY_PY_HASHLIB (0)
#ifndef MICROPY_PY_DEFLATE
#define MICROPY_PY_DEFLATE (0)
#endif
#define MICROPY_PY_CRYPTOLIB (0)

#define MICROPY_PY_RANDOM_SEED_INIT_FUNC (mp_random_seed_init())
void mp_hal_get_random(size_t n, void *buf);
static inline unsigned long mp_random_seed_init(void) {
    unsigned long seed;
    mp_hal_get_random(sizeof seed, &seed);
    return seed;
}
