// WASI's sockets behind the face of Unix's (`sys/socket.h`).

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/time.h>

// What libc has.
#undef accept
#undef setsockopt
#define WASI_SOL_SOCKET 0x7fffffff

int setsockopt_as_unix(int fd, int level, int option, const void *value, socklen_t size) {
    return setsockopt(fd, level == SOL_SOCKET ? WASI_SOL_SOCKET : level, option, value, size);
}

// The timeout in milliseconds, -1 for none.
static int timeout_of(int fd) {
    struct timeval timeout = {0};
    socklen_t size = sizeof timeout;
    if (getsockopt(fd, WASI_SOL_SOCKET, SO_RCVTIMEO, &timeout, &size) != 0) {
        return -1;
    }
    long long ms = timeout.tv_sec * 1000LL + (timeout.tv_usec + 999) / 1000;
    return ms > 0 && ms <= INT32_MAX ? (int)ms : -1;
}

int accept_in_time(int fd, struct sockaddr *address, socklen_t *size) {
    int ms = timeout_of(fd);
    struct pollfd waited = {.fd = fd, .events = POLLIN};
    if (ms >= 0 && poll(&waited, 1, ms) == 0) {
        errno = EAGAIN;
        return -1;
    }
    return accept(fd, address, size);
}
