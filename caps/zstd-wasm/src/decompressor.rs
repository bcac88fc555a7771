//! A decompressor, safe to hold.

use core::ffi::c_int;
use core::ptr::NonNull;

use cap_support::{Output, check_headroom};

use crate::bindings::{Bytes, Decompressed, DictionaryUse, Failure, Status};
use crate::dictionary::{Dictionary, Kept};
use crate::failure::{check, failure};
use crate::ffi::{
    DCtx, DECOMPRESSION_PROMISES, DST_SIZE_TOO_SMALL, InBuffer, MEMORY_ALLOCATION, OutBuffer,
    PARAMETER_UNSUPPORTED, SESSION_ONLY, SRC_SIZE_WRONG, ZSTD_DCtx_loadDictionary_byReference,
    ZSTD_DCtx_refDDict, ZSTD_DCtx_refPrefix, ZSTD_DCtx_reset, ZSTD_DCtx_setParameter, ZSTD_createDCtx,
    ZSTD_decompressStream, ZSTD_freeDCtx,
};

/// Frames being decompressed.
pub struct Decompressor {
    context: NonNull<DCtx>,
    /// Why it cannot go on, if it cannot.
    failed: Option<Failure>,
    /// What the context refers to.
    _dictionary: Option<Kept>,
}

impl Decompressor {
    /// Sets one up.
    pub fn open() -> Result<Self, Failure> {
        check_headroom()?;
        // SAFETY: it asks for nothing but memory, and this is the only one to hold what it makes.
        let context = NonNull::new(unsafe { ZSTD_createDCtx() }).ok_or_else(|| failure(MEMORY_ALLOCATION))?;
        Ok(Self { context, failed: None, _dictionary: None })
    }

    /// Sets one parameter; the library judges it, if what it promises can be kept.
    pub fn set_parameter(&mut self, parameter: c_int, value: c_int) -> Result<(), Failure> {
        if DECOMPRESSION_PROMISES.contains(&parameter) {
            return Err(failure(PARAMETER_UNSUPPORTED));
        }
        // SAFETY: the context is set up.
        check(unsafe { ZSTD_DCtx_setParameter(self.context.as_ptr(), parameter, value) })?;
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
                let prepared = dictionary.for_decompression()?;
                // SAFETY: both are set up, and `_dictionary` keeps the second alive for as long as it is used.
                (unsafe { ZSTD_DCtx_refDDict(context, prepared.as_ptr()) }, prepared)
            }
            DictionaryUse::Undigested | DictionaryUse::Prefix => {
                let content = dictionary.content();
                let (data, size) = (content.as_ptr().cast(), content.len());
                let load = match used_as {
                    DictionaryUse::Prefix => ZSTD_DCtx_refPrefix,
                    _ => ZSTD_DCtx_loadDictionary_byReference,
                };
                // SAFETY: the pointer and length are those of the content, which `_dictionary` keeps alive.
                (unsafe { load(context, data, size) }, content)
            }
        };
        check(result)?;
        self._dictionary = Some(used);
        Ok(())
    }

    /// Decompresses `input` into at most `limit` bytes.
    pub fn step(&mut self, input: &[u8], limit: usize) -> Decompressed {
        match Output::new(limit, input.len().saturating_mul(16)) {
            Ok(mut output) => {
                let (consumed, status) = self.advance(input, &mut output);
                Decompressed { output: output.into(), consumed: consumed as u32, status }
            }
            Err(none) => {
                Decompressed { output: Bytes::default(), consumed: 0, status: self.fail(none.into()) }
            }
        }
    }

    /// Decompresses `input` until it is used up, `output` is full or a frame has ended. Returns how much it took.
    fn advance(&mut self, input: &[u8], output: &mut Output) -> (usize, Status) {
        if let Some(failure) = &self.failed {
            return (0, Status::Failed(failure.clone()));
        }
        let mut taken = InBuffer { src: input.as_ptr().cast(), size: input.len(), pos: 0 };
        let status = self.run(&mut taken, output).and_then(|ended| {
            // The context grows when a frame begins; the next call's arguments must find room beside it.
            check_headroom()?;
            Ok(if ended { Status::FrameEnd } else { Status::Ok })
        });
        (taken.pos, status.unwrap_or_else(|failure| self.fail(failure)))
    }

    /// The loop of `advance`. Returns whether a frame has ended.
    fn run(&mut self, taken: &mut InBuffer, output: &mut Output) -> Result<bool, Failure> {
        loop {
            let room = output.room()?;
            let mut given = OutBuffer { dst: room.as_mut_ptr().cast(), size: room.len(), pos: 0 };
            // SAFETY: the context is set up, and the pointers and lengths are those of slices.
            let result = unsafe { ZSTD_decompressStream(self.context.as_ptr(), &mut given, taken) };
            // SAFETY: the library wrote that much.
            unsafe { output.advance(given.pos) };
            if check(result)? == 0 {
                return Ok(true);
            }
            if output.is_full() || given.pos < given.size {
                return Ok(false);
            }
        }
    }

    fn fail(&mut self, failure: Failure) -> Status {
        self.failed = Some(failure.clone());
        Status::Failed(failure)
    }

    /// Forgets the frame that was begun, and a failure.
    pub fn reset(&mut self) {
        self.failed = None;
        // SAFETY: the context is set up. This much of a reset always succeeds.
        unsafe { ZSTD_DCtx_reset(self.context.as_ptr(), SESSION_ONLY) };
    }
}

impl Drop for Decompressor {
    fn drop(&mut self) {
        // SAFETY: the context is set up, and not used again.
        unsafe { ZSTD_freeDCtx(self.context.as_ptr()) };
    }
}

/// Decompresses the frames that `input` consists of into at most `limit` bytes.
pub fn decompress(mut input: &[u8], limit: usize) -> Result<Bytes, Failure> {
    let mut decompressor = Decompressor::open()?;
    // With room for a byte more: whether there is one tells too much output from too little input.
    let mut output = Output::new(limit.saturating_add(1), input.len().saturating_mul(4))?;
    while !input.is_empty() {
        let (consumed, status) = decompressor.advance(input, &mut output);
        input = &input[consumed..];
        match status {
            _ if output.is_full() => return Err(failure(DST_SIZE_TOO_SMALL)),
            Status::FrameEnd => {}
            Status::Failed(failure) => return Err(failure),
            Status::Ok => return Err(failure(SRC_SIZE_WRONG)),
        }
    }
    Ok(output.into())
}
