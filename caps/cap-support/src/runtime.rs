//! What the standard library would have brought: the allocator, its face towards the component model, and the panic
//! handler.

use core::alloc::{GlobalAlloc, Layout};
use core::ffi::c_void;
use core::panic::PanicInfo;

/// The strictest alignment `malloc` gives by itself, in bytes.
const MALLOC_ALIGN: usize = 16;

#[link(name = "c")]
unsafe extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn calloc(count: usize, size: usize) -> *mut c_void;
    fn realloc(block: *mut c_void, size: usize) -> *mut c_void;
    fn aligned_alloc(align: usize, size: usize) -> *mut c_void;
    fn free(block: *mut c_void);
}

/// libc's heap, which C code allocates from too.
struct CHeap;

// SAFETY: libc's functions keep the contract of `GlobalAlloc` for the alignments they are asked for here.
unsafe impl GlobalAlloc for CHeap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() <= MALLOC_ALIGN {
            unsafe { malloc(layout.size()).cast() }
        } else {
            unsafe { aligned_alloc(layout.align(), layout.pad_to_align().size()).cast() }
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.align() <= MALLOC_ALIGN {
            return unsafe { calloc(1, layout.size()).cast() };
        }
        let block = unsafe { self.alloc(layout) };
        if !block.is_null() {
            unsafe { block.write_bytes(0, layout.size()) };
        }
        block
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if layout.align() <= MALLOC_ALIGN {
            return unsafe { realloc(block.cast(), size).cast() };
        }
        let new = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        if !new.is_null() {
            unsafe { new.copy_from_nonoverlapping(block, layout.size().min(size)) };
            unsafe { self.dealloc(block, layout) };
        }
        new
    }

    unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
        unsafe { free(block.cast()) }
    }
}

#[global_allocator]
static HEAP: CHeap = CHeap;

/// The component model's way to allocate the arguments it passes.
///
/// # Safety
/// `block` is null, or was allocated here with `old_size` bytes aligned to `align`.
#[unsafe(no_mangle)]
unsafe extern "C" fn cabi_realloc(block: *mut u8, old_size: usize, align: usize, size: usize) -> *mut u8 {
    if size == 0 {
        return core::ptr::without_provenance_mut(align);
    }
    let new = unsafe {
        match old_size {
            0 => HEAP.alloc(Layout::from_size_align_unchecked(size, align)),
            _ => HEAP.realloc(block, Layout::from_size_align_unchecked(old_size, align), size),
        }
    };
    if new.is_null() {
        core::arch::wasm32::unreachable()
    }
    new
}

/// A panic is a bug in here: trap, there is nobody to tell.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
