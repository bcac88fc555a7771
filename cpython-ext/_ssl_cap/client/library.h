/* The library itself: its version, its memory, what its numbers mean. */

#ifndef CLIENT_LIBRARY_H
#define CLIENT_LIBRARY_H

#include "texts.h"

/* The longest text about the library, with a zero byte. */
#define LIBRARY_TEXT_ROOM 256

/* Memory is malloc's. */
#define OPENSSL_free(memory) free(memory)

static inline unsigned long
OpenSSL_version_num(void)
{
    return openssl_component_tls_version_number();
}

/* Of OPENSSL_VERSION only. */
static const char *
OpenSSL_version(int type)
{
    static char kept[LIBRARY_TEXT_ROOM];
    (void)type;
    ssl_import_string_t text;
    if (kept[0] == '\0' && room_is_there(ROOM_FOR_FEW)) {
        openssl_component_tls_version_text(&text);
        text_copy(kept, sizeof(kept), &text);
        ssl_import_string_free(&text);
    }
    return kept;
}

/* What a result of a verification means; the text stays until the next one is asked for. */
static const char *
X509_verify_cert_error_string(long code)
{
    static char kept[LIBRARY_TEXT_ROOM];
    ssl_import_string_t text;
    if (!room_is_there(ROOM_FOR_FEW)) {
        return "Out of memory";
    }
    openssl_component_x509_verification_text((int32_t)code, &text);
    text_copy(kept, sizeof(kept), &text);
    ssl_import_string_free(&text);
    return kept;
}

#endif
