/* BIOs of files and sockets. */

#ifndef CLIENT_BIO_STREAMS_H
#define CLIENT_BIO_STREAMS_H

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "bios.h"

/* Files as the consumer opened them. */
static BIO *
BIO_new_fp(FILE *stream, int flags)
{
    BIO *bio = BIO_new(BIO_s_file());
    if (bio != NULL) {
        bio->in.file.stream = stream;
        bio->in.file.close = (flags & BIO_CLOSE) != 0;
    }
    return bio;
}

static int
BIO_read_filename(BIO *bio, const char *name)
{
    if (bio->in.file.close && bio->in.file.stream != NULL) {
        fclose(bio->in.file.stream);
    }
    bio->in.file.stream = fopen(name, "rb");
    bio->in.file.close = true;
    if (bio->in.file.stream == NULL) {
        errors_add_system(errno);
        return 0;
    }
    return 1;
}

/* Where the next byte is written. Of a file to append to, libc need not know that before it has written. */
static long
BIO_tell(BIO *bio)
{
    struct stat status;
    long position = ftell(bio->in.file.stream);
    int file = fileno(bio->in.file.stream);
    if (position == 0 && (fcntl(file, F_GETFL) & O_APPEND) != 0 && fstat(file, &status) == 0) {
        position = (long)status.st_size;
    }
    return position;
}

static int
bio_file_read(BIO *bio, void *buffer, int room)
{
    size_t size = fread(buffer, 1, (size_t)room, bio->in.file.stream);
    if (size == 0 && ferror(bio->in.file.stream)) {
        errors_add_system(errno);
        return -1;
    }
    return (int)size;
}

static int
bio_file_write(BIO *bio, const void *data, int size)
{
    return fwrite(data, 1, (size_t)size, bio->in.file.stream) == (size_t)size ? size : -1;
}

static BIO *
bio_new_socket(int socket)
{
    static const BIO_METHOD *const method = &bio_methods[BIO_OF_SOCKET];
    BIO *bio = BIO_new(method);
    if (bio != NULL) {
        bio->in.socket = socket;
    }
    return bio;
}

/* Whether it may go better the next time, as OpenSSL has it. */
static bool
bio_socket_may_recover(int number)
{
    switch (number) {
    case EAGAIN:
#if EWOULDBLOCK != EAGAIN
    case EWOULDBLOCK:
#endif
    case ENOTCONN:
    case EINTR:
    case EPROTO:
    case EINPROGRESS:
    case EALREADY:
        return true;
    default:
        return false;
    }
}

static int
bio_socket_read(BIO *bio, void *buffer, int room)
{
    errno = 0;
    ssize_t size = recv(bio->in.socket, buffer, (size_t)room, 0);
    if (size < 0 && bio_socket_may_recover(errno)) {
        BIO_set_retry_read(bio);
    }
    return (int)size;
}

static int
bio_socket_write(BIO *bio, const void *data, int size)
{
    errno = 0;
    ssize_t sent = send(bio->in.socket, data, (size_t)size, 0);
    if (sent <= 0 && bio_socket_may_recover(errno)) {
        BIO_set_retry_write(bio);
    }
    return (int)sent;
}

#endif
