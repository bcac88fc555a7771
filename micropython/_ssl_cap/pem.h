// PEM, the only form that the component takes certificates and keys of its own in, out of DER.

#ifndef SSL_CAP_PEM_H
#define SSL_CAP_PEM_H

#include "errors.h"

#define PEM_MARK "-----BEGIN "

// More than any file of certificates has, in bytes.
#define PEM_MOST (4 * 1024 * 1024)

#define DER_SEQUENCE (0x30)
#define DER_INTEGER (0x02)
#define DER_OCTET_STRING (0x04)

// An argument in PEM. It may be secret.
typedef struct {
    ssl_import_list_u8_t list;
    bool malloced;
} ssl_pem_t;

// What a user gave: text or bytes.
static mp_buffer_info_t buffer_of(mp_obj_t obj) {
    mp_buffer_info_t buffer;
    if (!mp_get_buffer(obj, &buffer, MP_BUFFER_READ)) {
        buffer.buf = (void *)mp_obj_str_get_data(obj, &buffer.len); // raises
    }
    if (buffer.len > PEM_MOST) {
        mp_raise_ValueError(MP_ERROR_TEXT("certificate or key too large"));
    }
    return buffer;
}

static bool buffer_is_pem(const mp_buffer_info_t *buffer) {
    const size_t size = strlen(PEM_MARK);
    for (size_t i = 0; i + size <= buffer->len; i++) {
        if (memcmp((const char *)buffer->buf + i, PEM_MARK, size) == 0) {
            return true;
        }
    }
    return false;
}

// The tag of the next element, and the place behind it: behind its head only where it is a sequence.
static int der_next(const uint8_t *der, size_t size, size_t *at) {
    if (size < 2 || *at > size - 2) {
        return -1;
    }
    int tag = der[*at];
    size_t length = der[*at + 1];
    *at += 2;
    if (length >= 0x80) {
        *at += length & 0x7f; // only sequences are as long as that here
        length = 0;
    }
    *at += tag == DER_SEQUENCE ? 0 : length;
    return tag;
}

// What kind of key it is, by its first elements; the component finds out whether that is so.
static const char *der_key_label(const mp_buffer_info_t *buffer) {
    size_t at = 0;
    der_next(buffer->buf, buffer->len, &at);
    if (der_next(buffer->buf, buffer->len, &at) == DER_SEQUENCE) {
        return "ENCRYPTED PRIVATE KEY";
    }
    switch (der_next(buffer->buf, buffer->len, &at)) {
        case DER_INTEGER:
            return "RSA PRIVATE KEY";
        case DER_OCTET_STRING:
            return "EC PRIVATE KEY";
        default:
            return "PRIVATE KEY";
    }
}

// Base64 of up to three bytes.
static void pem_put_group(char *out, const uint8_t *in, size_t size) {
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t group = in[0] << 16 | (size > 1 ? in[1] << 8 : 0) | (size > 2 ? in[2] : 0);
    for (size_t i = 0; i < 4; i++) {
        out[i] = i <= size ? DIGITS[group >> (18 - 6 * i) & 63] : '=';
    }
}

// Lines of 64 characters. Returns their end.
static char *pem_put_lines(char *out, const uint8_t *in, size_t size) {
    const size_t per_line = 48;
    for (size_t i = 0; i < size; i += 3) {
        pem_put_group(out, in + i, MIN(size - i, 3));
        out += 4;
        if (i % per_line == per_line - 3 || i + 3 >= size) {
            *out++ = '\n';
        }
    }
    return out;
}

// Until pem_close, nothing may raise.
static void pem_open(ssl_pem_t *pem, const mp_buffer_info_t *buffer, const char *label) {
    pem->list = (ssl_import_list_u8_t) {.ptr = buffer->buf, .len = buffer->len};
    pem->malloced = !buffer_is_pem(buffer);
    if (!pem->malloced) {
        return;
    }
    size_t room = buffer->len / 3 * 4 + buffer->len / 48 + 2 * strlen(label) + 64;
    char *text = malloc(room);
    if (text == NULL) {
        m_malloc_fail(room);
    }
    char *end = text + snprintf(text, room, PEM_MARK "%s-----\n", label);
    end = pem_put_lines(end, buffer->buf, buffer->len);
    end += snprintf(end, room - (end - text), "-----END %s-----\n", label);
    pem->list = (ssl_import_list_u8_t) {.ptr = (uint8_t *)text, .len = end - text};
}

static void pem_close(ssl_pem_t *pem) {
    if (pem->malloced) {
        explicit_bzero(pem->list.ptr, pem->list.len);
        free(pem->list.ptr);
    }
}

#endif // SSL_CAP_PEM_H
