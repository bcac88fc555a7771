// WASI's `poll` behind the face of Unix's (`poll.h`).

#include <__errno.h>
#include <__errno_values.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
// WASI's own, not the `poll.h` of this folder.
#include <__header_poll.h>

static const struct {
    short unix_event;
    short wasi_event;
} EVENTS[] = {{0x01, POLLIN}, {0x04, POLLOUT}, {0x08, POLLERR}, {0x10, POLLHUP}, {0x20, POLLNVAL}};

#define EVENT_KINDS (sizeof EVENTS / sizeof EVENTS[0])

static short to_wasi(short events) {
    short result = 0;
    for (size_t i = 0; i < EVENT_KINDS; i++) {
        if (events & EVENTS[i].unix_event) {
            result |= EVENTS[i].wasi_event;
        }
    }
    return result;
}

static short to_unix(short events) {
    short result = 0;
    for (size_t i = 0; i < EVENT_KINDS; i++) {
        if (events & EVENTS[i].wasi_event) {
            result |= EVENTS[i].unix_event;
        }
    }
    return result;
}

// Marks the descriptors that are closed, and returns how many they are. WASI's `poll` fails for all if one is.
static int mark_closed(struct pollfd *fds, nfds_t count) {
    int closed = 0;
    for (nfds_t i = 0; i < count; i++) {
        bool open = fcntl(fds[i].fd, F_GETFD) != -1;
        fds[i].revents = open ? 0 : POLLNVAL;
        closed += !open;
    }
    return closed;
}

int poll_as_unix(struct pollfd *fds, nfds_t count, int timeout_ms) {
    for (nfds_t i = 0; i < count; i++) {
        fds[i].events = to_wasi(fds[i].events);
    }
    int ready = poll(fds, count, timeout_ms);
    if (ready == -1 && errno == EBADF) {
        ready = mark_closed(fds, count);
    }
    for (nfds_t i = 0; i < count; i++) {
        fds[i].events = to_unix(fds[i].events);
        fds[i].revents = to_unix(fds[i].revents);
    }
    return ready;
}
