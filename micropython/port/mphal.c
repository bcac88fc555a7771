// Input, output, clocks and random numbers, as WASI's libc has them.

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "extmod/misc.h"
#include "py/mphal.h"
#include "py/runtime.h"

int mp_hal_stdin_rx_chr(void) {
    unsigned char c;
    ssize_t got = read(STDIN_FILENO, &c, 1);
    if (got <= 0) {
        return 4; // Ctrl-D, the end of the input
    }
    return c == '\n' ? '\r' : c;
}

mp_uint_t mp_hal_stdout_tx_strn(const char *str, size_t len) {
    ssize_t ret;
    MP_HAL_RETRY_SYSCALL(ret, write(STDOUT_FILENO, str, len), {});
    mp_uint_t written = ret < 0 ? 0 : ret;
    int copied = mp_os_dupterm_tx_strn(str, len);
    return copied >= 0 ? MIN((mp_uint_t)copied, written) : written;
}

// The terminal adds what is missing.
void mp_hal_stdout_tx_strn_cooked(const char *str, size_t len) {
    mp_hal_stdout_tx_strn(str, len);
}

void mp_hal_stdout_tx_str(const char *str) {
    mp_hal_stdout_tx_strn(str, strlen(str));
}

static uint64_t now_ns(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

mp_uint_t mp_hal_ticks_ms(void) {
    return (mp_uint_t)(now_ns(CLOCK_MONOTONIC) / 1000000u);
}

mp_uint_t mp_hal_ticks_us(void) {
    return (mp_uint_t)(now_ns(CLOCK_MONOTONIC) / 1000u);
}

uint64_t mp_hal_time_ns(void) {
    return now_ns(CLOCK_REALTIME);
}

void mp_hal_delay_ms(mp_uint_t ms) {
    mp_uint_t start = mp_hal_ticks_ms();
    while (mp_hal_ticks_ms() - start < ms) {
        mp_event_wait_ms(1);
    }
}

void mp_hal_get_random(size_t n, void *buf) {
    const size_t most = 256; // of one call of getentropy
    for (size_t done = 0; done < n; done += most) {
        size_t step = MIN(most, n - done);
        RAISE_ERRNO(getentropy((char *)buf + done, step), errno);
    }
}
