# TLS contexts as upstream's C module has them, through the TLS cap.

from _ssl_cap import (
    CERT_NONE,
    CERT_OPTIONAL,
    CERT_REQUIRED,
    PROTOCOL_TLS_CLIENT,
    PROTOCOL_TLS_SERVER,
    SSLContext,
    openssl_version,
)

OPENSSL_VERSION = openssl_version()
