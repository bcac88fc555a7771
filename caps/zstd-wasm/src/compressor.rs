//! A compressor, safe to hold.

use core::ffi::c_int;
use core::ptr::NonNull;

use cap_support::{Output, check_headroom};

use crate::bindings::{Bytes, Compressed, DictionaryUse, Directive, Failure, Progress};
use crate::dictionary::{Dictionary, Kept};
use crate::failure::{check, failure};
use crate::ffi::{
    CCtx, COMPRESSION_LEVEL, COMPRESSION_PROMISES, CONTENTSIZE_UNKNOWN, CONTINUE, END, FLUSH, InBuffer,
    MEMORY_ALLOCATION, OutBuffer, PARAMETER_UNSUPPORTED, SESSION_ONLY, ZSTD_CCtx_loadDictionary_byReference,
    ZSTD_CCtx_refCDict, ZSTD_CCtx_refPrefix, ZSTD_CCtx_reset, ZSTD_CCtx_setParameter,
    ZSTD_CCtx_setPledgedSrcSize, ZSTD_compressStream2, ZSTD_createCCtx, ZSTD_defaultCLevel, ZSTD_freeCCtx,
};

/// Frames being compressed.
pub struct Compressor {
    context: NonNull<CCtx>,
    /// The level that is set.
    level: c_int,
    /// Why it cannot go on, if it cannot.
    failed: Option<Failure>,
    /// What the context refers to.
    _dictionary: Option<Kept>,
}

impl Compressor {
    /// Sets one up.
    pub fn open() -> Result<Self, Failure> {
        check_headroom()?;
        // SAFETY: it asks for nothing but memory, and this is the only one to hold what it makes.
        let (made, level) = unsafe { (ZSTD_createCCtx(), ZSTD_defaultCLevel()) };
        let context = NonNull::new(made).ok_or_else(|| failure(MEMORY_ALLOCATION))?;
        Ok(Self { context, level, failed: None, _dictionary: None })
    }

    /// Sets one parameter; the library judges it, if what it promises can be kept.
    pub fn set_parameter(&mut self, parameter: c_int, value: c_int) -> Result<(), Failure> {
        if COMPRESSION_PROMISES.contains(&parameter) {
            return Err(failure(PARAMETER_UNSUPPORTED));
        }
        // SAFETY: the context is set up.
        check(unsafe { ZSTD_CCtx_setParameter(self.context.as_ptr(), parameter, value) })?;
        if parameter == COMPRESSION_LEVEL {
            self.level = value;
        }
        Ok(())
    }

    /// Uses a dictionary from here on.
    pub fn load_dictionary(
        &mut self,
        dictionary: &Dictionary,
        used_as: DictionaryUse,
    ) -> Result<(), Failure> {
        let context = self.context.as_ptr();
        let (result, used): (_, Kept) = match used_as {
            DictionaryUse::Digested => {
                let prepared = dictionary.for_compression(self.level)?;
                // SAFETY: both are set up, and `_dictionary` keeps the second alive for as long as it is used.
                (unsafe { ZSTD_CCtx_refCDict(context, prepared.as_ptr()) }, prepared)
            }
            DictionaryUse::Undigested | DictionaryUse::Prefix => {
                let content = dictionary.content();
                let (data, size) = (content.as_ptr().cast(), content.len());
                let load = match used_as {
                    DictionaryUse::Prefix => ZSTD_CCtx_refPrefix,
                    _ => ZSTD_CCtx_loadDictionary_byReference,
                };
                // SAFETY: the pointer and length are those of the content, which `_dictionary` keeps alive.
                (unsafe { load(context, data, size) }, content)
            }
        };
        check(result)?;
        self._dictionary = Some(used);
        Ok(())
    }

    /// Says how many bytes the next frame will be made of.
    pub fn set_pledged_size(&mut self, size: Option<u64>) -> Result<(), Failure> {
        let size = size.unwrap_or(CONTENTSIZE_UNKNOWN);
        // SAFETY: the context is set up.
        check(unsafe { ZSTD_CCtx_setPledgedSrcSize(self.context.as_ptr(), size) })?;
        Ok(())
    }

    /// Compresses `input` into at most `limit` bytes.
    pub fn step(&mut self, input: &[u8], directive: Directive, limit: usize) -> Result<Compressed, Failure> {
        if let Some(failure) = &self.failed {
            return Err(failure.clone());
        }
        let step = self.advance(input, code(directive), limit);
        self.failed = step.as_ref().err().cloned();
        step
    }

    fn advance(&mut self, input: &[u8], directive: c_int, limit: usize) -> Result<Compressed, Failure> {
        let mut output = Output::new(limit, input.len())?;
        let mut taken = InBuffer { src: input.as_ptr().cast(), size: input.len(), pos: 0 };
        let progress = loop {
            let room = output.room()?;
            let mut given = OutBuffer { dst: room.as_mut_ptr().cast(), size: room.len(), pos: 0 };
            // SAFETY: the context is set up, and the pointers and lengths are those of slices.
            let result =
                unsafe { ZSTD_compressStream2(self.context.as_ptr(), &mut given, &mut taken, directive) };
            // SAFETY: the library wrote that much.
            unsafe { output.advance(given.pos) };
            match check(result)? {
                0 if taken.pos == taken.size => break Progress::Done,
                _ if output.is_full() => break Progress::More,
                _ => {}
            }
        };
        // The context grows when a frame begins; the next call's arguments must find room beside it.
        check_headroom()?;
        Ok(Compressed { output: output.into(), consumed: taken.pos as u32, progress })
    }

    /// Forgets the frame that was begun, and a failure.
    pub fn reset(&mut self) {
        self.failed = None;
        // SAFETY: the context is set up. This much of a reset always succeeds.
        unsafe { ZSTD_CCtx_reset(self.context.as_ptr(), SESSION_ONLY) };
    }
}

impl Drop for Compressor {
    fn drop(&mut self) {
        // SAFETY: the context is set up, and not used again.
        unsafe { ZSTD_freeCCtx(self.context.as_ptr()) };
    }
}

/// Compresses all of `input` as one frame.
pub fn compress(input: &[u8], level: c_int) -> Result<Bytes, Failure> {
    let mut compressor = Compressor::open()?;
    compressor.set_parameter(COMPRESSION_LEVEL, level)?;
    let step = compressor.step(input, Directive::End, u32::MAX as usize)?;
    Ok(step.output)
}

/// The library's number for a directive.
fn code(directive: Directive) -> c_int {
    match directive {
        Directive::Continue => CONTINUE,
        Directive::Flush => FLUSH,
        Directive::End => END,
    }
}
