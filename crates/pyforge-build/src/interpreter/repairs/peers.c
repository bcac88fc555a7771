/* A connection that is gone has no peer: programs ask for ENOTCONN, by which they know a socket that was never
   connected, too. WASI says `invalid-state` of it, which is EINVAL elsewhere (states.c). */

#include <errno.h>
#include <sys/socket.h>

int __real_getpeername(int socket, struct sockaddr *restrict address, socklen_t *restrict size);

int
__wrap_getpeername(int socket, struct sockaddr *restrict address, socklen_t *restrict size)
{
    int result = __real_getpeername(socket, address, size);
    if (result != 0 && errno == EINVAL) {
        errno = ENOTCONN;
    }
    return result;
}
