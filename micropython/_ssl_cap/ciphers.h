// Cipher suites by upstream's names: SSLContext.get_ciphers() and set_ciphers().

#ifndef SSL_CAP_CIPHERS_H
#define SSL_CAP_CIPHERS_H

#include "contexts.h"

typedef openssl_component_tls_cipher_t ssl_cipher_t;

// ---------------------------------------------------------------------------------------------------------------------
// Names: OpenSSL's "ECDHE-RSA-AES256-SHA" is upstream's "TLS-ECDHE-RSA-WITH-AES-256-CBC-SHA".

// A part of OpenSSL's name, between its dashes.
typedef struct {
    const char *text;
    size_t len;
} ssl_part_t;

static bool part_is_among(ssl_part_t part, const char *const *texts, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (strlen(texts[i]) == part.len && memcmp(texts[i], part.text, part.len) == 0) {
            return true;
        }
    }
    return false;
}

static bool part_starts_with(ssl_part_t part, const char *start) {
    return part.len >= strlen(start) && memcmp(part.text, start, strlen(start)) == 0;
}

// Whether it is about the exchange of keys.
static bool part_is_exchange(ssl_part_t part) {
    static const char *const TEXTS[] = {"ECDHE", "DHE", "RSA", "ECDSA", "DSS"};
    return part_is_among(part, TEXTS, MP_ARRAY_SIZE(TEXTS));
}

// Whether it is a block cipher, with the width of its key at the end.
static bool part_is_block_cipher(ssl_part_t part) {
    static const char *const TEXTS[] = {"AES128", "AES256", "ARIA128", "ARIA256", "CAMELLIA128", "CAMELLIA256"};
    return part_is_among(part, TEXTS, MP_ARRAY_SIZE(TEXTS));
}

// Takes the next part away from the rest of a name.
static bool part_next(ssl_part_t *rest, ssl_part_t *part) {
    if (rest->len == 0) {
        return false;
    }
    const char *dash = memchr(rest->text, '-', rest->len);
    *part = (ssl_part_t) {rest->text, dash == NULL ? rest->len : (size_t)(dash - rest->text)};
    size_t taken = MIN(part->len + 1, rest->len);
    rest->text += taken;
    rest->len -= taken;
    return true;
}

static void name_add(vstr_t *name, const char *text, size_t len) {
    vstr_add_char(name, '-');
    vstr_add_strn(name, text, len);
}

// Adds a part behind those of the exchange. `*mode_is_open`: a block cipher was added and its mode was not, which
// OpenSSL leaves out where it is CBC.
static void name_add_cipher(vstr_t *name, ssl_part_t part, bool *mode_is_open) {
    if (part_is_block_cipher(part)) {
        size_t letters = part.len - strlen("128");
        name_add(name, part.text, letters);
        name_add(name, part.text + letters, part.len - letters);
    } else if (part_starts_with(part, "CCM8")) {
        vstr_add_str(name, "-CCM-8");
    } else {
        if (*mode_is_open && part_starts_with(part, "SHA")) {
            vstr_add_str(name, "-CBC");
        }
        name_add(name, part.text, part.len);
        if (part_starts_with(part, "POLY1305")) {
            vstr_add_str(name, "-SHA256");
        }
    }
    *mode_is_open = part_is_block_cipher(part);
}

static void name_add_older(vstr_t *name, ssl_part_t rest) {
    ssl_part_t part;
    bool mode_is_open = false;
    size_t exchanges = 0;
    vstr_add_str(name, "TLS");
    for (; part_next(&rest, &part) && part_is_exchange(part); exchanges++) {
        name_add(name, part.text, part.len);
    }
    vstr_add_str(name, exchanges == 0 ? "-RSA-WITH" : "-WITH");
    do {
        name_add_cipher(name, part, &mode_is_open);
    } while (part_next(&rest, &part));
}

// Whether the suite is one of TLS 1.3, as "TLS_AES_128_GCM_SHA256".
static bool cipher_is_modern(const ssl_cipher_t *cipher) {
    return part_starts_with((ssl_part_t) {(const char *)cipher->name.ptr, cipher->name.len}, "TLS_");
}

static mp_obj_t cipher_name(const ssl_cipher_t *cipher) {
    vstr_t name;
    const char *text = (const char *)cipher->name.ptr;
    vstr_init(&name, cipher->name.len + 16);
    if (cipher_is_modern(cipher)) {
        size_t prefix = strlen("TLS_");
        vstr_add_str(&name, "TLS1-3-");
        vstr_add_strn(&name, text + prefix, cipher->name.len - prefix);
        for (char *c = name.buf; c < name.buf + name.len; c++) {
            *c = *c == '_' ? '-' : *c;
        }
    } else {
        name_add_older(&name, (ssl_part_t) {text, cipher->name.len});
    }
    return mp_obj_new_str_from_vstr(&name);
}

// One that a raised exception frees.
typedef struct {
    nlr_jump_callback_node_t callback; // must be the first
    ssl_cipher_t *cipher;
} ssl_held_cipher_t;

static void cipher_free(void *cipher) {
    openssl_component_tls_cipher_free(((ssl_held_cipher_t *)cipher)->cipher);
}

// The name of one that a binding returned, which is freed.
static mp_obj_t cipher_take_name(ssl_cipher_t *cipher) {
    ssl_held_cipher_t held = {.cipher = cipher};
    nlr_push_jump_callback(&held.callback, cipher_free);
    mp_obj_t name = cipher_name(cipher);
    nlr_pop_jump_callback(true);
    return name;
}

// ---------------------------------------------------------------------------------------------------------------------
// The suites that there are.

// A list that a raised exception frees.
typedef struct {
    nlr_jump_callback_node_t callback; // must be the first
    openssl_component_tls_list_cipher_t list;
} ssl_ciphers_t;

static void ciphers_free(void *ciphers) {
    openssl_component_tls_list_cipher_free(&((ssl_ciphers_t *)ciphers)->list);
}

// Those that a context has before it is told others, which a connection of it knows. Until ciphers_close, exceptions
// free them.
static void ciphers_open(ssl_ciphers_t *ciphers, const mp_obj_ssl_context_t *context) {
    mp_obj_t protocol = MP_OBJ_NEW_SMALL_INT(context->is_server ? PROTOCOL_TLS_SERVER : PROTOCOL_TLS_CLIENT);
    mp_obj_t fresh_in = context_make_new(context->base.type, 1, 0, &protocol);
    ssl_borrowed_context_t fresh = context_borrow(MP_OBJ_TO_PTR(fresh_in));
    openssl_component_tls_own_connection_t connection;
    ssl_failure_t failure;
    cap_check_room(SSL_ROOM_FOR_ANY);
    ssl_check(openssl_component_tls_static_connection_open(fresh, &connection, &failure), &failure);
    openssl_component_tls_method_connection_ciphers(
        openssl_component_tls_borrow_connection(connection), &ciphers->list);
    openssl_component_tls_connection_drop_own(connection);
    nlr_push_jump_callback(&ciphers->callback, ciphers_free);
    context_del(fresh_in);
}

static void ciphers_close(void) {
    nlr_pop_jump_callback(true);
}

static void ciphers_append_names(mp_obj_t names, const ssl_ciphers_t *ciphers, bool modern) {
    for (size_t i = 0; i < ciphers->list.len; i++) {
        if (cipher_is_modern(&ciphers->list.ptr[i]) == modern) {
            mp_obj_list_append(names, cipher_name(&ciphers->list.ptr[i]));
        }
    }
}

// Those of TLS 1.3 are the last: they come all together or not at all (set_ciphers).
static mp_obj_t context_get_ciphers(mp_obj_t self_in) {
    ssl_ciphers_t ciphers;
    mp_obj_t names = mp_obj_new_list(0, NULL);
    ciphers_open(&ciphers, MP_OBJ_TO_PTR(self_in));
    ciphers_append_names(names, &ciphers, false);
    ciphers_append_names(names, &ciphers, true);
    ciphers_close();
    return names;
}
static MP_DEFINE_CONST_FUN_OBJ_1(context_get_ciphers_obj, context_get_ciphers);

// ---------------------------------------------------------------------------------------------------------------------
// Choosing among them.

// What was chosen: OpenSSL's list of the older suites, and how many of TLS 1.3 there are.
typedef struct {
    vstr_t older;
    size_t modern;
    size_t modern_chosen;
} ssl_choice_t;

static MP_NORETURN void ciphers_refuse(void) {
    ssl_raise_number(SSL_NUMBER_BAD_CONFIG, SSL_TEXT_BAD_CONFIG, strlen(SSL_TEXT_BAD_CONFIG));
}

// Whether two names are the same but for IANA's underscores.
static bool names_match(mp_obj_t name, mp_obj_t other) {
    size_t len, other_len;
    const char *text = mp_obj_str_get_data(name, &len);
    const char *other_text = mp_obj_str_get_data(other, &other_len);
    bool match = len == other_len;
    for (size_t i = 0; match && i < len; i++) {
        match = (text[i] == '_' ? '-' : text[i]) == other_text[i];
    }
    return match;
}

static const ssl_cipher_t *ciphers_find(const ssl_ciphers_t *ciphers, mp_obj_t name) {
    for (size_t i = 0; i < ciphers->list.len; i++) {
        if (names_match(name, cipher_name(&ciphers->list.ptr[i]))) {
            return &ciphers->list.ptr[i];
        }
    }
    ciphers_refuse();
}

// In the order of the names, which is that of preference.
static void choice_make(ssl_choice_t *choice, const ssl_ciphers_t *ciphers, size_t count, const mp_obj_t *names) {
    for (size_t i = 0; i < count; i++) {
        const ssl_cipher_t *cipher = ciphers_find(ciphers, names[i]);
        if (cipher_is_modern(cipher)) {
            choice->modern_chosen++;
        } else {
            if (choice->older.len > 0) {
                vstr_add_char(&choice->older, ':');
            }
            vstr_add_strn(&choice->older, (const char *)cipher->name.ptr, cipher->name.len);
        }
    }
    for (size_t i = 0; i < ciphers->list.len; i++) {
        choice->modern += cipher_is_modern(&ciphers->list.ptr[i]);
    }
}

static void context_use_choice(const mp_obj_ssl_context_t *self, const ssl_choice_t *choice) {
    bool has_older = choice->older.len > 0;
    if (has_older) {
        context_use_ciphers(self, choice->older.buf, choice->older.len);
    }
    context_set_versions(self, has_older ? OPENSSL_TLS_1_2 : OPENSSL_TLS_1_3,
        choice->modern_chosen > 0 ? OPENSSL_TLS_1_3 : OPENSSL_TLS_1_2);
}

// The component chooses among the suites of TLS 1.3 by itself. So those that are not wanted can only be kept out with
// all the others, and the version with them.
static mp_obj_t context_set_ciphers(mp_obj_t self_in, mp_obj_t names_in) {
    size_t count;
    mp_obj_t *names;
    ssl_ciphers_t ciphers;
    ssl_choice_t choice = {.modern = 0};
    mp_obj_get_array(names_in, &count, &names);
    if (count == 0) {
        ciphers_refuse();
    }
    vstr_init(&choice.older, 64);
    ciphers_open(&ciphers, MP_OBJ_TO_PTR(self_in));
    choice_make(&choice, &ciphers, count, names);
    ciphers_close();
    if (choice.modern_chosen > 0 && choice.modern_chosen != choice.modern) {
        mp_raise_ValueError(MP_ERROR_TEXT("ciphers of TLS 1.3 can only be set all together"));
    }
    context_use_choice(MP_OBJ_TO_PTR(self_in), &choice);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(context_set_ciphers_obj, context_set_ciphers);

#endif // SSL_CAP_CIPHERS_H
