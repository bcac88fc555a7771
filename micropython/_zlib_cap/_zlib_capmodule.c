// The module _zlib_cap: DeflateIO, streams that compress and decompress through zlib:component/stream.

#include "deflateio_read.h"
#include "deflateio_write.h"

static mp_obj_t deflateio_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 4, false);
    mp_int_t format = n_args > 1 ? mp_obj_get_int(args[1]) : DEFLATEIO_AUTO;
    mp_int_t wbits = n_args > 2 ? mp_obj_get_int(args[2]) : 0;
    bool close = n_args > 3 && mp_obj_is_true(args[3]);
    if (format < DEFLATEIO_AUTO || format > DEFLATEIO_GZIP) {
        mp_raise_ValueError(MP_ERROR_TEXT("format"));
    }
    if (wbits != 0 && (wbits < 5 || wbits > 15)) {
        mp_raise_ValueError(MP_ERROR_TEXT("wbits"));
    }
    deflateio_t *self = mp_obj_malloc_with_finaliser(deflateio_t, type);
    *self = (deflateio_t) {
        .base = self->base, .stream = args[0], .format = format, .wbits = wbits, .close = close,
    };
    return MP_OBJ_FROM_PTR(self);
}

// ---------------------------------------------------------------------------------------------------------------------
// One thing at a time: a stream that is written in Python could use the DeflateIO that is using it.

typedef struct {
    nlr_jump_callback_node_t callback; // must be the first
    deflateio_t *self;
} deflateio_lock_t;

static void deflateio_unlock(void *lock) {
    ((deflateio_lock_t *)lock)->self->busy = false;
}

// Until nlr_pop_jump_callback(true), or an exception.
static bool deflateio_lock(deflateio_t *self, deflateio_lock_t *lock, int *errcode) {
    if (self->busy) {
        *errcode = MP_EBUSY;
        return false;
    }
    self->busy = true;
    lock->self = self;
    nlr_push_jump_callback(&lock->callback, deflateio_unlock);
    return true;
}

// For reading and writing, which a closed stream refuses.
static bool deflateio_lock_open(deflateio_t *self, deflateio_lock_t *lock, int *errcode) {
    if (self->stream == MP_OBJ_NULL) {
        *errcode = MP_EINVAL;
        return false;
    }
    return deflateio_lock(self, lock, errcode);
}

static mp_uint_t deflateio_read(mp_obj_t self_in, void *buf, mp_uint_t size, int *errcode) {
    deflateio_t *self = MP_OBJ_TO_PTR(self_in);
    deflateio_lock_t lock;
    if (!deflateio_lock_open(self, &lock, errcode)) {
        return MP_STREAM_ERROR;
    }
    mp_uint_t count = deflateio_read_all(self, buf, size, errcode);
    nlr_pop_jump_callback(true);
    return count;
}

static mp_uint_t deflateio_write(mp_obj_t self_in, const void *buf, mp_uint_t size, int *errcode) {
    deflateio_t *self = MP_OBJ_TO_PTR(self_in);
    deflateio_lock_t lock;
    if (!deflateio_lock_open(self, &lock, errcode)) {
        return MP_STREAM_ERROR;
    }
    mp_uint_t count = deflateio_write_all(self, buf, size, errcode);
    nlr_pop_jump_callback(true);
    return count;
}

// ---------------------------------------------------------------------------------------------------------------------
// Flushing and closing.

static mp_uint_t deflateio_flush(deflateio_t *self, int *errcode) {
    if (self->stream == MP_OBJ_NULL) {
        *errcode = MP_EINVAL;
        return MP_STREAM_ERROR;
    }
    bool done = !self->has_compressor || self->finished
        || deflateio_compress_gathered(self, ZLIB_COMPONENT_STREAM_FLUSH_SYNC, errcode);
    return done ? 0 : MP_STREAM_ERROR;
}

// Whatever comes of the last write, the stream is closed, if it has to be, and let go.
static mp_uint_t deflateio_close(deflateio_t *self, int *errcode) {
    if (self->stream == MP_OBJ_NULL) {
        return 0;
    }
    bool finished = deflateio_finish(self, errcode);
    mp_obj_t stream = self->stream;
    self->stream = MP_OBJ_NULL;
    deflateio_drop_compressor(self);
    deflateio_drop_decompressor(self);
    if (self->close) {
        mp_get_stream_raise(stream, MP_STREAM_OP_IOCTL);
        mp_stream_close(stream);
    }
    return finished ? 0 : MP_STREAM_ERROR;
}

static mp_uint_t deflateio_ioctl(mp_obj_t self_in, mp_uint_t request, uintptr_t arg, int *errcode) {
    (void)arg;
    deflateio_t *self = MP_OBJ_TO_PTR(self_in);
    deflateio_lock_t lock;
    if (request != MP_STREAM_CLOSE && request != MP_STREAM_FLUSH) {
        *errcode = MP_EINVAL;
        return MP_STREAM_ERROR;
    }
    if (!deflateio_lock(self, &lock, errcode)) {
        return MP_STREAM_ERROR;
    }
    mp_uint_t result = request == MP_STREAM_CLOSE ? deflateio_close(self, errcode) : deflateio_flush(self, errcode);
    nlr_pop_jump_callback(true);
    return result;
}

// For the collector, which does not write the end of the stream. It is also called when Python code calls it.
static mp_obj_t deflateio_del(mp_obj_t self_in) {
    deflateio_t *self = MP_OBJ_TO_PTR(self_in);
    if (!self->busy) {
        self->stream = MP_OBJ_NULL;
        deflateio_drop_compressor(self);
        deflateio_drop_decompressor(self);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(deflateio_del_obj, deflateio_del);

// ---------------------------------------------------------------------------------------------------------------------

static const mp_stream_p_t deflateio_stream_p = {
    .read = deflateio_read,
    .write = deflateio_write,
    .ioctl = deflateio_ioctl,
};

static const mp_rom_map_elem_t deflateio_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&mp_stream_read_obj) },
    { MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&mp_stream_readinto_obj) },
    { MP_ROM_QSTR(MP_QSTR_readline), MP_ROM_PTR(&mp_stream_unbuffered_readline_obj) },
    { MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&mp_stream_write_obj) },
    { MP_ROM_QSTR(MP_QSTR_flush), MP_ROM_PTR(&mp_stream_flush_obj) },
    { MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&mp_stream_close_obj) },
    { MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&deflateio_del_obj) },
    { MP_ROM_QSTR(MP_QSTR___enter__), MP_ROM_PTR(&mp_identity_obj) },
    { MP_ROM_QSTR(MP_QSTR___exit__), MP_ROM_PTR(&mp_stream___exit___obj) },
};
static MP_DEFINE_CONST_DICT(deflateio_locals_dict, deflateio_locals_dict_table);

static MP_DEFINE_CONST_OBJ_TYPE(
    deflateio_type,
    MP_QSTR_DeflateIO,
    MP_TYPE_FLAG_NONE,
    make_new, deflateio_make_new,
    protocol, &deflateio_stream_p,
    locals_dict, &deflateio_locals_dict
    );

static const mp_rom_map_elem_t zlib_cap_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__zlib_cap) },
    { MP_ROM_QSTR(MP_QSTR_DeflateIO), MP_ROM_PTR(&deflateio_type) },
    { MP_ROM_QSTR(MP_QSTR_AUTO), MP_ROM_INT(DEFLATEIO_AUTO) },
    { MP_ROM_QSTR(MP_QSTR_RAW), MP_ROM_INT(DEFLATEIO_RAW) },
    { MP_ROM_QSTR(MP_QSTR_ZLIB), MP_ROM_INT(DEFLATEIO_ZLIB) },
    { MP_ROM_QSTR(MP_QSTR_GZIP), MP_ROM_INT(DEFLATEIO_GZIP) },
};
static MP_DEFINE_CONST_DICT(zlib_cap_globals, zlib_cap_globals_table);

const mp_obj_module_t zlib_cap_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&zlib_cap_globals,
};

MP_REGISTER_MODULE(MP_QSTR__zlib_cap, zlib_cap_module);
