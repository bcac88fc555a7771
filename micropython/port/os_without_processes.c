// What this port's `os` has beyond upstream's core: upstream's functions for Unix. WASI starts no processes.

#include <errno.h>

static int no_processes(const char *command) {
    (void)command;
    errno = ENOSYS;
    return -1;
}

#define system no_processes
#include "ports/unix/modos.c"
#undef system
