//! The BIO through which OpenSSL reads and writes a connection's wire.

use core::ffi::{c_char, c_int, c_long, c_void};
use core::{ptr, slice};

use cap_support::Global;

use crate::connection::Connection;
use crate::failure::add;
use crate::ffi::*;

/// A BIO on a connection's wire, which has to outlive it. Null when there is no memory.
pub fn bio_on(connection: &Connection) -> *mut Bio {
    // SAFETY: the method is complete and stays.
    unsafe {
        let method = method();
        let bio = if method.is_null() { ptr::null_mut() } else { BIO_new(method) };
        if !bio.is_null() {
            BIO_set_data(bio, ptr::from_ref(connection).cast_mut().cast::<c_void>());
            BIO_set_init(bio, 1);
        }
        bio
    }
}

/// How it works; made once.
fn method() -> *const BioMethod {
    static METHOD: Global<usize> = Global::new(0);
    METHOD.with(|method| {
        if *method == 0 {
            // SAFETY: the name and the functions stay.
            unsafe {
                let made = BIO_meth_new(0, c"wire".as_ptr());
                if !made.is_null() {
                    BIO_meth_set_read(made, read);
                    BIO_meth_set_write(made, write);
                    BIO_meth_set_ctrl(made, ctrl);
                }
                *method = made as usize;
            }
        }
        *method as *const BioMethod
    })
}

/// # Safety
/// The BIO was made here.
unsafe fn connection_of<'a>(bio: *mut Bio) -> &'a Connection {
    // SAFETY: `bio_on` put it there.
    unsafe { &*BIO_get_data(bio).cast::<Connection>() }
}

unsafe extern "C" fn read(bio: *mut Bio, buffer: *mut c_char, size: c_int) -> c_int {
    // SAFETY: OpenSSL has a buffer of that size.
    unsafe {
        BIO_clear_flags(bio, BIO_FLAGS_READ_RETRY);
        let buffer = slice::from_raw_parts_mut(buffer.cast::<u8>(), size.max(0) as usize);
        match connection_of(bio).read_wire(buffer) {
            Some(count) => count as c_int,
            None => {
                BIO_set_flags(bio, BIO_FLAGS_READ_RETRY);
                -1
            }
        }
    }
}

unsafe extern "C" fn write(bio: *mut Bio, bytes: *const c_char, size: c_int) -> c_int {
    // SAFETY: OpenSSL has that many bytes.
    unsafe {
        let bytes = slice::from_raw_parts(bytes.cast::<u8>(), size.max(0) as usize);
        if connection_of(bio).with_wire(|wire| wire.write(bytes)) {
            return size;
        }
        add(ERR_LIB_SSL, ERR_R_MALLOC_FAILURE);
        -1
    }
}

unsafe extern "C" fn ctrl(bio: *mut Bio, command: c_int, _: c_long, _: *mut c_void) -> c_long {
    match command {
        // What is written is sent by whoever takes it.
        BIO_CTRL_FLUSH => 1,
        // SAFETY: the BIO was made here.
        BIO_CTRL_EOF => unsafe { connection_of(bio).with_wire(|wire| wire.is_ended()).into() },
        _ => 0,
    }
}
