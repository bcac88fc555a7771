// WASI's sockets behind the face of Unix's (`sys/socket.h`).
//
// A timeout of what is received is waited for here: libc heeds it where it reads from a connection, and neither where it
// accepts one nor for UDP.

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

// What libc has.
#undef accept
#undef recv
#undef recvfrom
#undef setsockopt
#undef socket
#define WASI_SOL_SOCKET 0x7fffffff

// Milliseconds, for each descriptor that there was; 0 for no timeout.
static int *timeouts;
static int timeouts_count;

static bool set_timeout(int fd, int ms) {
    if (fd >= timeouts_count) {
        if (ms == 0) {
            return true;
        }
        int *larger = realloc(timeouts, (fd + 1) * sizeof(int));
        if (larger == NULL) {
            errno = ENOMEM;
            return false;
        }
        memset(larger + timeouts_count, 0, (fd + 1 - timeouts_count) * sizeof(int));
        timeouts = larger;
        timeouts_count = fd + 1;
    }
    timeouts[fd] = ms;
    return true;
}

static int milliseconds(const struct timeval *time) {
    long long ms = time->tv_sec * 1000LL + (time->tv_usec + 999) / 1000;
    return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

// Waits until there is something to receive. False, with EAGAIN, when the time is over.
static bool wait_in_time(int fd) {
    int ms = fd >= 0 && fd < timeouts_count ? timeouts[fd] : 0;
    struct pollfd waited = {.fd = fd, .events = POLLIN};
    if (ms == 0 || (fcntl(fd, F_GETFL) & O_NONBLOCK) || poll(&waited, 1, ms) != 0) {
        return true;
    }
    errno = EAGAIN;
    return false;
}

// A descriptor may be one that was closed with a timeout.
static int without_timeout(int fd) {
    if (fd >= 0) {
        set_timeout(fd, 0);
    }
    return fd;
}

int socket_as_unix(int domain, int type, int protocol) {
    return without_timeout(socket(domain, type, protocol));
}

int accept_as_unix(int fd, struct sockaddr *address, socklen_t *size) {
    return wait_in_time(fd) ? without_timeout(accept(fd, address, size)) : -1;
}

ssize_t recv_as_unix(int fd, void *buffer, size_t size, int flags) {
    return wait_in_time(fd) ? recv(fd, buffer, size, flags) : -1;
}

ssize_t recvfrom_as_unix(int fd, void *buffer, size_t size, int flags, struct sockaddr *from, socklen_t *from_size) {
    return wait_in_time(fd) ? recvfrom(fd, buffer, size, flags, from, from_size) : -1;
}

int setsockopt_as_unix(int fd, int level, int option, const void *value, socklen_t size) {
    if (level != SOL_SOCKET) {
        return setsockopt(fd, level, option, value, size);
    }
    int result = setsockopt(fd, WASI_SOL_SOCKET, option, value, size);
    bool is_timeout = option == SO_RCVTIMEO || option == SO_SNDTIMEO;
    if (!is_timeout || size != sizeof(struct timeval) || (result != 0 && errno != ENOPROTOOPT)) {
        return result;
    }
    bool kept = option == SO_SNDTIMEO || set_timeout(fd, milliseconds(value));
    return kept ? 0 : -1;
}
