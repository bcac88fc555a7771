// A context's own certificates and key, and whom it trusts.

#ifndef SSL_CAP_CERTIFICATES_H
#define SSL_CAP_CERTIFICATES_H

#include "contexts.h"
#include "pem.h"

// ---------------------------------------------------------------------------------------------------------------------
// Its own.

typedef bool (*ssl_use_t)(ssl_borrowed_context_t context, ssl_import_list_u8_t *pem, ssl_import_list_u8_t *password,
    openssl_component_tls_refusal_t *refusal);

// False, with the error, where it was not taken. What is encrypted is not: there is no password.
static bool pem_use(const mp_obj_ssl_context_t *self, ssl_use_t use, const mp_buffer_info_t *buffer, const char *label,
    ssl_error_t *error) {
    ssl_borrowed_context_t context = context_borrow(self);
    ssl_pem_t pem;
    openssl_component_tls_refusal_t refusal;
    cap_check_room(SSL_ROOM_FOR_FEW);
    pem_open(&pem, buffer, label);
    bool is_used = use(context, &pem.list, NULL, &refusal);
    pem_close(&pem);
    *error = (ssl_error_t) {.library = 0};
    if (!is_used && refusal.tag == OPENSSL_COMPONENT_TLS_REFUSAL_FAILED) {
        ssl_error_take(error, &refusal.val.failed);
    }
    return is_used;
}

static bool key_use(const mp_obj_ssl_context_t *self, const mp_buffer_info_t *key, ssl_error_t *error) {
    return pem_use(self, openssl_component_tls_method_context_use_private_key, key, der_key_label(key), error);
}

// Whether the key belongs to the certificate that came with it.
static bool key_check(const mp_obj_ssl_context_t *self, ssl_error_t *error) {
    ssl_failure_t failure;
    cap_check_room(SSL_ROOM_FOR_FEW);
    bool is_sound = openssl_component_tls_method_context_check_private_key(context_borrow(self), &failure);
    if (!is_sound) {
        ssl_error_take(error, &failure);
    }
    return is_sound;
}

static bool error_is_mismatch(const ssl_error_t *error) {
    return ssl_error_is(error, OPENSSL_LIB_X509, OPENSSL_X509_KEY_VALUES_MISMATCH)
           || ssl_error_is(error, OPENSSL_LIB_X509, OPENSSL_X509_KEY_TYPE_MISMATCH);
}

static bool certificates_use(const mp_obj_ssl_context_t *self, const mp_buffer_info_t *certificates) {
    ssl_error_t error;
    bool is_used = false;
    for (int attempt = 0; !is_used && attempt < 3; attempt++) {
        is_used = pem_use(self, openssl_component_tls_method_context_use_certificates, certificates, "CERTIFICATE",
            &error);
        if (ssl_error_is(&error, OPENSSL_LIB_SSL, OPENSSL_SSL_EE_KEY_TOO_SMALL)) {
            // Whose it is knows the size of the key; upstream takes it as well.
            context_set(self, OPENSSL_COMPONENT_TLS_SETTING_SECURITY_LEVEL, 1);
        } else if (!error_is_mismatch(&error)) {
            break;
        }
        // With an earlier key that did not belong to it, which is forgotten by now.
    }
    return is_used;
}

static mp_obj_t context_load_cert_chain(mp_obj_t self_in, mp_obj_t certificates_in, mp_obj_t key_in) {
    const mp_obj_ssl_context_t *self = MP_OBJ_TO_PTR(self_in);
    ssl_error_t error;
    mp_buffer_info_t key = buffer_of(key_in);
    // Beside the certificate of an earlier call it may be refused. It comes first all the same, as upstream has it.
    if (!key_use(self, &key, &error) && !error_is_mismatch(&error)) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid key"));
    }
    mp_buffer_info_t certificates = buffer_of(certificates_in);
    if (!certificates_use(self, &certificates)) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid cert"));
    }
    if (!key_use(self, &key, &error) || !key_check(self, &error)) {
        ssl_raise_value_error(&error);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(context_load_cert_chain_obj, context_load_cert_chain);

// ---------------------------------------------------------------------------------------------------------------------
// Whom it trusts.

// Trusts all certificates of a list.
static bool certificates_trust(ssl_borrowed_context_t context, const ssl_import_list_list_u8_t *certificates) {
    bool is_done = certificates->len > 0;
    for (size_t i = 0; is_done && i < certificates->len; i++) {
        ssl_failure_t failure;
        is_done = openssl_component_tls_method_context_add_certificate(context, &certificates->ptr[i], &failure);
        if (!is_done) {
            openssl_component_tls_failure_free(&failure);
        }
    }
    return is_done;
}

static bool trust_der(ssl_borrowed_context_t context, cap_words_t *words) {
    openssl_component_x509_bytes_t bytes = CAP_BYTES_OF(openssl_component_x509_bytes_t, words);
    openssl_component_x509_readout_t readout;
    openssl_component_x509_read(&bytes, OPENSSL_COMPONENT_X509_FORM_DER, &readout);
    bool is_done = readout.failure.len == 0 && certificates_trust(context, &readout.certificates);
    openssl_component_x509_readout_free(&readout);
    return is_done;
}

static bool trust_pem(ssl_borrowed_context_t context, cap_words_t *words) {
    openssl_component_tls_bytes_t bytes = CAP_BYTES_OF(openssl_component_tls_bytes_t, words);
    ssl_failure_t failure;
    uint32_t count;
    bool is_done = openssl_component_tls_method_context_add_file(context, &bytes, &count, &failure);
    if (!is_done) {
        openssl_component_tls_failure_free(&failure);
    }
    return is_done;
}

static mp_obj_t context_load_verify_locations(mp_obj_t self_in, mp_obj_t cadata) {
    ssl_borrowed_context_t context = context_borrow(MP_OBJ_TO_PTR(self_in));
    mp_buffer_info_t buffer = buffer_of(cadata);
    cap_words_t words;
    cap_check_room(buffer.len * 2 + SSL_ROOM_FOR_ANY);
    cap_words_open(&words, buffer.buf, buffer.len);
    bool is_done = buffer_is_pem(&buffer) ? trust_pem(context, &words) : trust_der(context, &words);
    cap_words_close(&words);
    if (!is_done) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid cert"));
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(context_load_verify_locations_obj, context_load_verify_locations);

// Trusts the authorities that came with the component.
static mp_obj_t context_load_default_certs(mp_obj_t self_in) {
    ssl_borrowed_context_t context = context_borrow(MP_OBJ_TO_PTR(self_in));
    uint32_t count;
    ssl_failure_t failure;
    cap_check_room(SSL_ROOM_FOR_FEW);
    ssl_check(openssl_component_tls_method_context_add_built_in(context, &count, &failure), &failure);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(context_load_default_certs_obj, context_load_default_certs);

#endif // SSL_CAP_CERTIFICATES_H
