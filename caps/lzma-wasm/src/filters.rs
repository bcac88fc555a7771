//! Filters: from the interface's types to the library's and back.

use alloc::vec;
use alloc::vec::Vec;
use core::ffi::c_void;
use core::ptr::{from_ref, null_mut};

use crate::bindings::{BranchOptions, Failure, Filter, LzmaOptions};
use crate::failure::{check, refused};
use crate::ffi::{
    self, ALLOCATOR, LZMA_FILTER_DELTA, LZMA_FILTER_LZMA1, LZMA_FILTER_LZMA2, LZMA_FILTER_RISCV,
    LZMA_FILTER_X86, LZMA_FILTERS_MAX, LZMA_OPTIONS_ERROR, LZMA_VLI_UNKNOWN, lzma_lzma_preset,
    lzma_properties_decode, lzma_properties_encode, lzma_properties_size,
};

/// A filter's options in the library's layout.
enum Options {
    Lzma(ffi::LzmaOptions),
    Delta(ffi::DeltaOptions),
    Branch(ffi::BranchOptions),
}

/// A chain of filters as the library takes it.
pub struct Chain {
    /// Ends with the mark of the end. Points into `options`.
    links: Vec<ffi::Filter>,
    /// Stays where it is: a vector's content moves only when it grows.
    options: Vec<Options>,
}

impl Chain {
    /// The library judges the filters, but not what kind of options an id stands for.
    pub fn new(filters: &[Filter]) -> Result<Self, Failure> {
        let sound = |filter: &Filter| match filter {
            Filter::Branch(options) => is_branch(options.id),
            _ => true,
        };
        if filters.len() > LZMA_FILTERS_MAX || !filters.iter().all(sound) {
            return Err(refused(LZMA_OPTIONS_ERROR));
        }
        let options: Vec<_> = filters.iter().map(to_options).collect();
        let link = |(filter, options): (&Filter, &Options)| ffi::Filter {
            id: id(filter),
            options: options.address(),
        };
        let end = ffi::Filter { id: LZMA_VLI_UNKNOWN, options: null_mut() };
        let links = filters.iter().zip(&options).map(link).chain([end]).collect();
        Ok(Self { links, options })
    }

    /// The first of the links.
    pub fn as_ptr(&self) -> *const ffi::Filter {
        self.links.as_ptr()
    }

    /// The options of LZMA1, when that is the one filter.
    pub fn only_lzma1(&self) -> Option<&ffi::LzmaOptions> {
        match (self.links.first()?.id, self.options.as_slice()) {
            (LZMA_FILTER_LZMA1, [Options::Lzma(options)]) => Some(options),
            _ => None,
        }
    }
}

impl Options {
    fn address(&self) -> *mut c_void {
        let address: *const c_void = match self {
            Self::Lzma(options) => from_ref(options).cast(),
            Self::Delta(options) => from_ref(options).cast(),
            Self::Branch(options) => from_ref(options).cast(),
        };
        // The library declares no options as constant, and changes none.
        address.cast_mut()
    }
}

fn is_branch(id: u64) -> bool {
    (LZMA_FILTER_X86..=LZMA_FILTER_RISCV).contains(&id)
}

fn id(filter: &Filter) -> u64 {
    match filter {
        Filter::Lzma1(_) => LZMA_FILTER_LZMA1,
        Filter::Lzma2(_) => LZMA_FILTER_LZMA2,
        Filter::Delta(_) => LZMA_FILTER_DELTA,
        Filter::Branch(options) => options.id,
    }
}

fn to_options(filter: &Filter) -> Options {
    match filter {
        Filter::Lzma1(options) | Filter::Lzma2(options) => Options::Lzma(to_lzma(options)),
        Filter::Delta(distance) => Options::Delta(ffi::DeltaOptions {
            kind: 0,
            dist: *distance,
            reserved_ints: [0; 4],
            reserved_pointers: [null_mut(); 2],
        }),
        Filter::Branch(options) => Options::Branch(ffi::BranchOptions { start_offset: options.start_offset }),
    }
}

fn to_lzma(options: &LzmaOptions) -> ffi::LzmaOptions {
    let LzmaOptions { dict_size, lc, lp, pb, mode, nice_len, mf, depth } = *options;
    ffi::LzmaOptions { dict_size, lc, lp, pb, mode, nice_len, mf, depth, ..ffi::LzmaOptions::zero() }
}

fn from_lzma(options: &ffi::LzmaOptions) -> LzmaOptions {
    let ffi::LzmaOptions { dict_size, lc, lp, pb, mode, nice_len, mf, depth, .. } = *options;
    LzmaOptions { dict_size, lc, lp, pb, mode, nice_len, mf, depth }
}

/// The parameters of a preset, if there is such a one.
pub fn preset(preset: u32) -> Option<LzmaOptions> {
    let mut options = ffi::LzmaOptions::zero();
    // SAFETY: the library fills the options in.
    let missing = unsafe { lzma_lzma_preset(&mut options, preset) };
    (missing == 0).then(|| from_lzma(&options))
}

/// A filter's parameters as containers hold them.
pub fn encode_properties(filter: &Filter) -> Result<Vec<u8>, Failure> {
    let chain = Chain::new(core::slice::from_ref(filter))?;
    let mut size = 0;
    // SAFETY: the chain has a filter with the options that its id stands for.
    check(unsafe { lzma_properties_size(&mut size, chain.as_ptr()) })?;
    let mut properties = vec![0; size as usize];
    // SAFETY: likewise; and the library said itself how much it writes.
    check(unsafe { lzma_properties_encode(chain.as_ptr(), properties.as_mut_ptr()) })?;
    Ok(properties)
}

/// The filter with these parameters.
pub fn decode_properties(id: u64, properties: &[u8]) -> Result<Filter, Failure> {
    let mut filter = ffi::Filter { id, options: null_mut() };
    // SAFETY: the pointer and length are those of a slice.
    check(unsafe { lzma_properties_decode(&mut filter, &ALLOCATOR, properties.as_ptr(), properties.len()) })?;
    // SAFETY: the library just made these options.
    let decoded = unsafe { from_options(&filter) };
    // SAFETY: they are its own, and not used again.
    unsafe { ffi::release_options(filter.options) };
    decoded.ok_or(refused(LZMA_OPTIONS_ERROR))
}

/// The filter in the interface's type, if that has it.
///
/// # Safety
/// The options are null or of the kind that the id stands for.
unsafe fn from_options(filter: &ffi::Filter) -> Option<Filter> {
    let lzma = || unsafe { filter.options.cast::<ffi::LzmaOptions>().as_ref() }.map(from_lzma);
    match filter.id {
        LZMA_FILTER_LZMA1 => lzma().map(Filter::Lzma1),
        LZMA_FILTER_LZMA2 => lzma().map(Filter::Lzma2),
        LZMA_FILTER_DELTA => {
            let options = unsafe { filter.options.cast::<ffi::DeltaOptions>().as_ref() };
            options.map(|options| Filter::Delta(options.dist))
        }
        id if is_branch(id) => {
            // Without options the first byte is at zero.
            let options = unsafe { filter.options.cast::<ffi::BranchOptions>().as_ref() };
            let start_offset = options.map_or(0, |options| options.start_offset);
            Some(Filter::Branch(BranchOptions { id, start_offset }))
        }
        _ => None,
    }
}
