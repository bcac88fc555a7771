/* A connection that broke: libc only knows that its stream failed. WASI does not say why, and a reset is what there is. */

#include <errno.h>
#include <sys/socket.h>

ssize_t __real_recv(int socket, void *buffer, size_t size, int flags);
ssize_t __real_send(int socket, const void *buffer, size_t size, int flags);

static ssize_t
reset(ssize_t result)
{
    if (result < 0 && errno == EIO) {
        errno = ECONNRESET;
    }
    return result;
}

ssize_t
__wrap_recv(int socket, void *buffer, size_t size, int flags)
{
    return reset(__real_recv(socket, buffer, size, flags));
}

ssize_t
__wrap_send(int socket, const void *buffer, size_t size, int flags)
{
    return reset(__real_send(socket, buffer, size, flags));
}
