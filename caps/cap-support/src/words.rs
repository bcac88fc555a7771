//! Bytes that come and go as words, eight to each.

use core::slice;

/// The bytes in a word.
pub(crate) const WORD: usize = size_of::<u64>();

/// How many words hold `size` bytes.
pub(crate) fn words_for(size: usize) -> usize {
    size.div_ceil(WORD)
}

/// The first `size` bytes that words hold; all of them when there are not that many.
pub fn bytes_of(words: &[u64], size: u32) -> &[u8] {
    let size = (size as usize).min(size_of_val(words));
    // SAFETY: every word is eight bytes that are there.
    unsafe { slice::from_raw_parts(words.as_ptr().cast(), size) }
}

/// Makes the record `bytes` of a cap's bindings readable, and what an [`Output`](crate::Output) becomes.
#[macro_export]
macro_rules! impl_bytes {
    ($bytes:ty) => {
        impl $bytes {
            /// The bytes, without a copy.
            pub fn as_slice(&self) -> &[u8] {
                $crate::bytes_of(&self.words, self.size)
            }
        }

        impl From<$crate::Output> for $bytes {
            fn from(output: $crate::Output) -> Self {
                let (words, size) = output.into_words();
                Self { words, size }
            }
        }

        impl Default for $bytes {
            fn default() -> Self {
                Self { words: Default::default(), size: 0 }
            }
        }
    };
}
