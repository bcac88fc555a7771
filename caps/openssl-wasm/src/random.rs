//! `random`: OpenSSL's generator, which seeds itself from the system when it is first used.

use alloc::vec::Vec;
use core::ffi::c_int;

use cap_support::has_room;

use crate::Component;
use crate::bindings::random::{Failure, Guest};
use crate::failure::{check, clear, no_memory};
use crate::ffi::{RAND_add, RAND_bytes, RAND_status};

impl Guest for Component {
    fn add(data: Vec<u8>, entropy: f64) {
        for part in data.chunks(c_int::MAX as usize) {
            // SAFETY: the part is there.
            unsafe { RAND_add(part.as_ptr().cast(), part.len() as c_int, entropy) }
        }
    }

    fn generate(size: u32) -> Result<Vec<u8>, Failure> {
        clear();
        let size = size as usize;
        if size > c_int::MAX as usize || !has_room(size.saturating_mul(2)) {
            return Err(no_memory());
        }
        let mut bytes = alloc::vec![0; size];
        // SAFETY: it writes as many bytes as there are.
        check(unsafe { RAND_bytes(bytes.as_mut_ptr(), size as c_int) })?;
        Ok(bytes)
    }

    fn is_seeded() -> bool {
        // SAFETY: it may be called at any time.
        unsafe { RAND_status() == 1 }
    }
}
