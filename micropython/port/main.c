// The program's start: upstream's `main`, with room on the stack, the heap's growth, and the exit status for the host.

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "interpreter.h"
#include "py/gc.h"
#include "py/mpstate.h"

// Of the stack in memory, which the linker is told to make a quarter larger. A recursion meets this limit before
// the host's, whose stack holds the functions' other values.
#define STACK_LIMIT (768 * 1024)

int micropython_main(int argc, char **argv);

static int status;

uint8_t exports_pyforge_python_exit_status(void) {
    return (uint8_t)status;
}

// Whether the last argument is `-`, in the place of a script: upstream takes standard input where there is nothing.
static bool ends_with_input(int argc, char **argv) {
    for (int i = 1; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "-") == 0) {
            return i == argc - 1;
        }
        if (strcmp(argv[i], "-c") == 0 || strcmp(argv[i], "-m") == 0) {
            return false;
        }
        i += strcmp(argv[i], "-X") == 0;
    }
    return false;
}

int main(int argc, char **argv) {
    argc -= ends_with_input(argc, argv);
    return status = micropython_main(argc, argv);
}

// The host keeps exceptions of WebAssembly in a memory of their own, and makes it when the first is thrown. It is made
// now, for later there may be no memory left, just when a MemoryError is to be raised.
static void throw_once(void) {
    jmp_buf here;
    if (setjmp(here) == 0) {
        longjmp(here, 1);
    }
}

void port_init(void) {
    MP_STATE_THREAD(stack_limit) = STACK_LIMIT;
    throw_once();
}

// How much the heap may grow at once. What the host has left cannot be asked, only tried: a heap that cannot be had is
// a MemoryError. `gc.mem_free()` counts this in, and has 30 bits.
size_t gc_get_max_new_split(void) {
    return 512 << 20;
}
