/* Settings for verification: flags of a context, and whom the peer of a connection has to be. */

#ifndef CLIENT_PARAMETERS_H
#define CLIENT_PARAMETERS_H

#include "connections.h"

static inline X509_VERIFY_PARAM *
SSL_CTX_get0_param(SSL_CTX *context)
{
    return &context->parameters;
}

static inline X509_VERIFY_PARAM *
SSL_get0_param(SSL *ssl)
{
    return &ssl->parameters;
}

/* Flags are the context's, also when a connection is asked. */
static inline unsigned long
X509_VERIFY_PARAM_get_flags(const X509_VERIFY_PARAM *parameters)
{
    return (unsigned long)context_get(parameters->context, OPENSSL_COMPONENT_TLS_SETTING_VERIFY_FLAGS);
}

static inline int
X509_VERIFY_PARAM_set_flags(X509_VERIFY_PARAM *parameters, unsigned long flags)
{
    return context_set(parameters->context, OPENSSL_COMPONENT_TLS_SETTING_VERIFY_FLAGS,
                       X509_VERIFY_PARAM_get_flags(parameters) | flags);
}

static inline int
X509_VERIFY_PARAM_clear_flags(X509_VERIFY_PARAM *parameters, unsigned long flags)
{
    return context_set(parameters->context, OPENSSL_COMPONENT_TLS_SETTING_VERIFY_FLAGS,
                       X509_VERIFY_PARAM_get_flags(parameters) & ~flags);
}

static inline unsigned int
X509_VERIFY_PARAM_get_hostflags(const X509_VERIFY_PARAM *parameters)
{
    return (unsigned int)context_get(parameters->context, OPENSSL_COMPONENT_TLS_SETTING_HOST_FLAGS);
}

static inline void
X509_VERIFY_PARAM_set_hostflags(X509_VERIFY_PARAM *parameters, unsigned int flags)
{
    context_order(parameters->context, OPENSSL_COMPONENT_TLS_SETTING_HOST_FLAGS, flags);
}

/* Of connections only; the name ends with a zero byte. */
static int
X509_VERIFY_PARAM_set1_host(X509_VERIFY_PARAM *parameters, const char *name, size_t size)
{
    ssl_import_string_t lent;
    if (parameters->ssl == NULL || strlen(name) != size || !text_lend(&lent, name)) {
        error_add(ERR_LIB_X509, ERR_R_PASSED_INVALID_ARGUMENT, "passed invalid argument");
        return 0;
    }
    return TLS_TRY(method_connection_set_host, connection_borrow(parameters->ssl), &lent);
}

/* Of connections only. */
static int
X509_VERIFY_PARAM_set1_ip(X509_VERIFY_PARAM *parameters, const unsigned char *address, size_t size)
{
    ssl_import_list_u8_t lent = list_lend(address, size);
    return parameters->ssl != NULL
        && TLS_TRY(method_connection_set_address, connection_borrow(parameters->ssl), &lent);
}

#endif
