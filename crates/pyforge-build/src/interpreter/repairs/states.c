/* A call that a socket's state does not allow (WASI's `invalid-state`, `not-in-progress`) is an error. libc takes it
   for its own mistake and ends the program, but its idea of the state can be out of date: the host alone knows that a
   connection is still being made, and so has no address yet, or that the peer has reset it. */

#include <errno.h>
#include <wasi/wasip2.h>

int __real___wasilibc_map_socket_error(const network_error_code_t *error);

int
__wrap___wasilibc_map_socket_error(const network_error_code_t *error)
{
    switch (*error) {
    case NETWORK_ERROR_CODE_INVALID_STATE:
    case NETWORK_ERROR_CODE_NOT_IN_PROGRESS:
        return EINVAL;
    default:
        return __real___wasilibc_map_socket_error(error);
    }
}
