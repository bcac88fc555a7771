/* Where libc cannot tell the peer of a connection that it has just accepted, it ends the program. A client does that to
   a server by resetting its connection before it is accepted; to the server it is an aborted connection. */

#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

int __real_accept4(int listener, struct sockaddr *restrict address, socklen_t *restrict size, int flags);

int
__wrap_accept4(int listener, struct sockaddr *restrict address, socklen_t *restrict size, int flags)
{
    int connection = __real_accept4(listener, NULL, NULL, flags);
    if (connection < 0 || address == NULL || getpeername(connection, address, size) == 0) {
        return connection;
    }
    close(connection);
    errno = ECONNABORTED;
    return -1;
}
