// `poll` with the numbers that Unix gives its events, found in the place of libc's header: WASI gives them others, and
// upstream takes Unix's and its own for the same.

#ifndef PYFORGE_POLL_H
#define PYFORGE_POLL_H

#include <__header_poll.h>

#undef POLLIN
#undef POLLOUT
#undef POLLERR
#undef POLLHUP
#undef POLLNVAL
#define POLLIN 0x01
#define POLLOUT 0x04
#define POLLERR 0x08
#define POLLHUP 0x10
#define POLLNVAL 0x20

int poll_as_unix(struct pollfd *fds, nfds_t count, int timeout_ms);
#define poll poll_as_unix

#endif
