// Sockets as Unix has them, found in the place of libc's header: with numbers for all that upstream's table of constants
// has, and with a timeout that `accept` heeds too. `sockets.c` has the functions.

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

int setsockopt_as_unix(int fd, int level, int option, const void *value, socklen_t size);
#define setsockopt setsockopt_as_unix

// EAGAIN when the socket's timeout is over.
int accept_in_time(int fd, struct sockaddr *address, socklen_t *size);
#define accept accept_in_time

#endif
