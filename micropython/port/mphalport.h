// What upstream's core asks of a port's input, output and clock.

#include <errno.h>
#include <unistd.h>

#ifndef CHAR_CTRL_C
#define CHAR_CTRL_C (3)
#endif

#define mp_hal_stdio_poll unused
#define mp_hal_ticks_cpu() 0

// WASI has no signals: the host ends a guest.
static inline void mp_hal_set_interrupt_char(char c) {
    (void)c;
}

static inline void mp_hal_delay_us(mp_uint_t us) {
    usleep(us);
}

#define MICROPY_INTERNAL_WFE(TIMEOUT_MS) mp_hal_delay_us(500)

// Upstream's names, for its files of the port to Unix. No call is ever interrupted here.
#define MP_HAL_RETRY_SYSCALL(ret, syscall, raise) { \
        ret = syscall; \
        if (ret == -1) { \
            int err = errno; \
            (void)err; \
            raise; \
        } \
}
#define RAISE_ERRNO(err_flag, error_val) \
    { if (err_flag == -1) \
      { mp_raise_OSError(error_val); } }

void mp_hal_get_random(size_t n, void *buf);

// `input()`: a line, or CHAR_CTRL_D at the end of the input.
struct _vstr_t;
int read_line(struct _vstr_t *line, const char *prompt);
#define mp_hal_readline read_line
