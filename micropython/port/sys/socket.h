// Sockets as Unix has them, found in the place of libc's header: with numbers for all that upstream's table of constants
// has, and with timeouts that are heeded wherever something is received. `sockets.c` has the functions.

#ifndef PYFORGE_SYS_SOCKET_H
#define PYFORGE_SYS_SOCKET_H

#include_next <sys/socket.h>

// WASI's does not fit into a small integer of MicroPython's.
#undef SOL_SOCKET
#define SOL_SOCKET 1

// Linux's; libc refuses them.
#define SOCK_RAW 3
#define MSG_DONTROUTE 0x4
#define SO_BROADCAST 6
#define SO_LINGER 13

int socket_as_unix(int domain, int type, int protocol);
int accept_as_unix(int fd, struct sockaddr *address, socklen_t *size);
ssize_t recv_as_unix(int fd, void *buffer, size_t size, int flags);
ssize_t recvfrom_as_unix(int fd, void *buffer, size_t size, int flags, struct sockaddr *from, socklen_t *from_size);
int setsockopt_as_unix(int fd, int level, int option, const void *value, socklen_t size);

// With arguments, since upstream has functions and names of its own that are called so.
#define socket(domain, type, protocol) socket_as_unix(domain, type, protocol)
#define accept(fd, address, size) accept_as_unix(fd, address, size)
#define recv(fd, buffer, size, flags) recv_as_unix(fd, buffer, size, flags)
#define recvfrom(fd, buffer, size, flags, from, from_size) recvfrom_as_unix(fd, buffer, size, flags, from, from_size)
#define setsockopt(fd, level, option, value, size) setsockopt_as_unix(fd, level, option, value, size)

#endif
