// The module _hashlib_cap: OpenSSL's digests through openssl:component/digest.

#include "py/objstr.h"

#include "cap_handles.h"
#include "hash_algorithms.h"

// Up to this many bytes are gathered before they cross to the component. Most messages are shorter than that, and
// cross once, when their value is asked for.
#define HASH_GATHERED_MAX (4096)
#define HASH_GATHERED_MIN (64)

// The most that crosses at once; a whole number of words.
#define HASH_PIECE (65536)

typedef struct {
    mp_obj_base_t base;
    uint8_t algorithm;
    bool final; // its value was asked for
    bool has_running;
    openssl_component_digest_own_running_t running; // what comes before the bytes that are gathered
    uint64_t *gathered; // NULL, or of `capacity` bytes, the first `count` in use
    size_t count;
    size_t capacity;
} hash_t;

static size_t hash_algorithm_of(const mp_obj_type_t *type);

// What was fetched by now. Handles are no pointers: the collector needs not know.
static openssl_component_digest_own_algorithm_t hash_fetched[MP_ARRAY_SIZE(hash_names)];
static bool hash_is_fetched[MP_ARRAY_SIZE(hash_names)];

static openssl_component_digest_borrow_algorithm_t hash_algorithm(const hash_t *self) {
    size_t index = self->algorithm;
    if (!hash_is_fetched[index]) {
        hashlib_import_string_t name;
        hashlib_import_string_set(&name, hash_names[index]);
        cap_check_room(0);
        openssl_component_digest_failure_t failure;
        if (!openssl_component_digest_static_algorithm_fetch(&name, NULL, &hash_fetched[index], &failure)) {
            hash_raise(&failure);
        }
        hash_is_fetched[index] = true;
    }
    return openssl_component_digest_borrow_algorithm(hash_fetched[index]);
}

// One is small, compared with what a stream of a compressor takes.
static cap_handles_t hash_handles = {.least = 1024};

static void hash_take_running(hash_t *self, openssl_component_digest_own_running_t running) {
    self->running = running;
    self->has_running = true;
    cap_handles_add(&hash_handles);
}

static void hash_drop_running(hash_t *self) {
    if (self->has_running) {
        self->has_running = false;
        cap_handles_remove(&hash_handles);
        openssl_component_digest_running_drop_own(self->running);
    }
}

static void hash_ensure_not_final(const hash_t *self) {
    if (self->final) {
        mp_raise_ValueError(MP_ERROR_TEXT("hash is final"));
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Taking data in.

// Sends a piece to the component.
static void hash_send(hash_t *self, const void *data, size_t size) {
    openssl_component_digest_borrow_algorithm_t algorithm = hash_algorithm(self);
    cap_handles_check(&hash_handles);
    cap_check_room(0);
    cap_words_t words;
    cap_words_open(&words, data, size);
    openssl_component_digest_bytes_t bytes = CAP_BYTES_OF(openssl_component_digest_bytes_t, &words);
    openssl_component_digest_own_running_t running;
    openssl_component_digest_failure_t failure;
    bool sent = self->has_running
        ? openssl_component_digest_method_running_update(
            openssl_component_digest_borrow_running(self->running), &bytes, &failure)
        : openssl_component_digest_static_running_open(algorithm, &bytes, &running, &failure);
    cap_words_close(&words);
    if (!sent) {
        hash_raise(&failure);
    }
    if (!self->has_running) {
        hash_take_running(self, running);
    }
}

static void hash_make_room(hash_t *self, size_t size) {
    if (size <= self->capacity) {
        return;
    }
    size_t capacity = MAX(self->capacity, HASH_GATHERED_MIN);
    while (capacity < size) {
        capacity *= 2;
    }
    self->gathered = m_renew(uint64_t, self->gathered, self->capacity / CAP_WORD_SIZE, capacity / CAP_WORD_SIZE);
    self->capacity = capacity;
}

static void hash_gather(hash_t *self, const uint8_t *data, size_t size) {
    if (size > 0) {
        hash_make_room(self, self->count + size);
        memcpy((uint8_t *)self->gathered + self->count, data, size);
        self->count += size;
    }
}

// Fills what is gathered and sends it. Returns how many bytes were taken.
static size_t hash_send_gathered(hash_t *self, const uint8_t *data) {
    size_t part = self->count == 0 ? 0 : HASH_GATHERED_MAX - self->count;
    if (self->count > 0) {
        hash_gather(self, data, part);
        hash_send(self, self->gathered, self->count);
        self->count = 0;
    }
    return part;
}

static void hash_add(hash_t *self, const uint8_t *data, size_t size) {
    if (self->count + size > HASH_GATHERED_MAX) {
        size_t part = hash_send_gathered(self, data);
        data += part;
        size -= part;
    }
    while (size > HASH_GATHERED_MAX) {
        size_t piece = MIN(size - size % CAP_WORD_SIZE, HASH_PIECE);
        hash_send(self, data, piece);
        data += piece;
        size -= piece;
    }
    hash_gather(self, data, size);
}

static mp_obj_t hash_update(mp_obj_t self_in, mp_obj_t data) {
    hash_t *self = MP_OBJ_TO_PTR(self_in);
    hash_ensure_not_final(self);
    mp_buffer_info_t info;
    mp_get_buffer_raise(data, &info, MP_BUFFER_READ);
    hash_add(self, info.buf, info.len);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(hash_update_obj, hash_update);

static hash_t *hash_new(const mp_obj_type_t *type, size_t algorithm) {
    hash_t *self = mp_obj_malloc_with_finaliser(hash_t, type);
    *self = (hash_t) {.base = self->base, .algorithm = algorithm};
    return self;
}

static mp_obj_t hash_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 0, 1, false);
    mp_obj_t self = MP_OBJ_FROM_PTR(hash_new(type, hash_algorithm_of(type)));
    if (n_args == 1) {
        hash_update(self, args[0]);
    }
    return self;
}

// ---------------------------------------------------------------------------------------------------------------------
// Giving the value out.

// What is gathered, as the component takes it: the buffer ends with a word.
static openssl_component_digest_bytes_t hash_gathered(hash_t *self) {
    size_t beyond = -self->count % CAP_WORD_SIZE;
    if (beyond > 0) {
        memset((uint8_t *)self->gathered + self->count, 0, beyond);
    }
    return (openssl_component_digest_bytes_t) {
        .words = {.ptr = self->gathered, .len = (self->count + beyond) / CAP_WORD_SIZE}, .size = self->count,
    };
}

// The value of what was taken in. `wanted` is NULL where the digest has a size of its own.
static cap_piece_t hash_value(hash_t *self, uint32_t *wanted) {
    openssl_component_digest_borrow_algorithm_t algorithm = hash_algorithm(self);
    openssl_component_digest_bytes_t data = hash_gathered(self);
    openssl_component_digest_bytes_t value;
    openssl_component_digest_failure_t failure;
    bool made = self->has_running
        ? openssl_component_digest_method_running_value(
            openssl_component_digest_borrow_running(self->running), &data, wanted, &value, &failure)
        : openssl_component_digest_method_algorithm_compute(algorithm, &data, wanted, &value, &failure);
    if (!made) {
        hash_raise(&failure);
    }
    return CAP_PIECE_OF(value);
}

// The size that a method's arguments ask for, which they have to where the digest has none of its own.
static size_t hash_size_asked_for(const hash_t *self, size_t n_args, const mp_obj_t *args) {
    size_t size = hash_sizes[self->algorithm];
    size_t expected = size == 0 ? 2 : 1;
    mp_arg_check_num(n_args, 0, expected, expected, false);
    if (size != 0) {
        return size;
    }
    mp_int_t asked = mp_obj_get_int(args[1]);
    if (asked < 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("size is negative"));
    }
    return asked;
}

static mp_obj_t hash_digest(size_t n_args, const mp_obj_t *args) {
    hash_t *self = MP_OBJ_TO_PTR(args[0]);
    hash_ensure_not_final(self);
    uint32_t size = hash_size_asked_for(self, n_args, args);
    cap_check_room(size);
    cap_piece_t value = hash_value(self, n_args == 1 ? NULL : &size);
    self->final = true;
    self->gathered = NULL;
    hash_drop_running(self);
    return cap_piece_as_bytes(value);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(hash_digest_obj, 1, 2, hash_digest);

static mp_obj_t hash_hexdigest(size_t n_args, const mp_obj_t *args) {
    mp_obj_t value = hash_digest(n_args, args);
    return mp_obj_bytes_hex(1, &value, &mp_type_str);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(hash_hexdigest_obj, 1, 2, hash_hexdigest);

static mp_obj_t hash_copy(mp_obj_t self_in) {
    hash_t *self = MP_OBJ_TO_PTR(self_in);
    hash_ensure_not_final(self);
    hash_t *copy = hash_new(self->base.type, self->algorithm);
    hash_gather(copy, (const uint8_t *)self->gathered, self->count);
    if (self->has_running) {
        cap_handles_check(&hash_handles);
        cap_check_room(0);
        openssl_component_digest_own_running_t running;
        openssl_component_digest_failure_t failure;
        if (!openssl_component_digest_method_running_copy(
            openssl_component_digest_borrow_running(self->running), &running, &failure)) {
            hash_raise(&failure);
        }
        hash_take_running(copy, running);
    }
    return MP_OBJ_FROM_PTR(copy);
}
static MP_DEFINE_CONST_FUN_OBJ_1(hash_copy_obj, hash_copy);

// For the collector. It is also called when Python code calls it.
static mp_obj_t hash_del(mp_obj_t self_in) {
    hash_t *self = MP_OBJ_TO_PTR(self_in);
    self->final = true;
    hash_drop_running(self);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(hash_del_obj, hash_del);

// ---------------------------------------------------------------------------------------------------------------------
// The types and the module.

#define HASH_TYPE(py_name, openssl_name, value_size, size_of_block) \
    static const mp_rom_map_elem_t hash_##py_name##_locals_dict_table[] = { \
        { MP_ROM_QSTR(MP_QSTR_update), MP_ROM_PTR(&hash_update_obj) }, \
        { MP_ROM_QSTR(MP_QSTR_digest), MP_ROM_PTR(&hash_digest_obj) }, \
        { MP_ROM_QSTR(MP_QSTR_hexdigest), MP_ROM_PTR(&hash_hexdigest_obj) }, \
        { MP_ROM_QSTR(MP_QSTR_copy), MP_ROM_PTR(&hash_copy_obj) }, \
        { MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&hash_del_obj) }, \
        { MP_ROM_QSTR(MP_QSTR_name), MP_ROM_QSTR(MP_QSTR_##py_name) }, \
        { MP_ROM_QSTR(MP_QSTR_digest_size), MP_ROM_INT(value_size) }, \
        { MP_ROM_QSTR(MP_QSTR_block_size), MP_ROM_INT(size_of_block) }, \
    }; \
    static MP_DEFINE_CONST_DICT(hash_##py_name##_locals_dict, hash_##py_name##_locals_dict_table); \
    static MP_DEFINE_CONST_OBJ_TYPE( \
        hash_##py_name##_type, \
        MP_QSTR_##py_name, \
        MP_TYPE_FLAG_NONE, \
        make_new, hash_make_new, \
        locals_dict, &hash_##py_name##_locals_dict \
        );
HASH_ALGORITHMS(HASH_TYPE)

#define HASH_TYPE_POINTER(py_name, openssl_name, value_size, size_of_block) &hash_##py_name##_type,
static const mp_obj_type_t *const hash_types[] = {
    HASH_ALGORITHMS(HASH_TYPE_POINTER)
};

static size_t hash_algorithm_of(const mp_obj_type_t *type) {
    size_t algorithm = 0;
    while (hash_types[algorithm] != type) {
        algorithm += 1;
    }
    return algorithm;
}

#define HASH_GLOBAL(py_name, openssl_name, value_size, size_of_block) \
    { MP_ROM_QSTR(MP_QSTR_##py_name), MP_ROM_PTR(&hash_##py_name##_type) },
static const mp_rom_map_elem_t hashlib_cap_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__hashlib_cap) },
    HASH_ALGORITHMS(HASH_GLOBAL)
};
static MP_DEFINE_CONST_DICT(hashlib_cap_globals, hashlib_cap_globals_table);

const mp_obj_module_t hashlib_cap_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&hashlib_cap_globals,
};

MP_REGISTER_MODULE(MP_QSTR__hashlib_cap, hashlib_cap_module);
