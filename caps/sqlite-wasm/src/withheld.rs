//! Long results, which the consumer asks for in a call of its own, once it has room for them.

use alloc::vec::Vec;

use cap_support::Global;

/// How many words of arguments are passed with a question.
pub const MOST_ARGUMENTS: usize = 8192;

/// What a description may take to be passed with what it describes, in bytes.
pub const MOST_DESCRIPTION: usize = 64 << 10;

/// What the last call withheld.
static WITHHELD: Global<Vec<u64>> = Global::new(Vec::new());

/// Withholds a result.
pub fn keep(words: Vec<u64>) {
    WITHHELD.with(|withheld| *withheld = words);
}

/// What may be passed at once: all of a result, or none of one that is longer than `most` words and is withheld.
pub fn pass(words: Vec<u64>, most: usize) -> Vec<u64> {
    if words.len() <= most {
        return words;
    }
    keep(words);
    Vec::new()
}

/// Forgets it.
pub fn forget() {
    WITHHELD.with(|withheld| {
        if withheld.capacity() > 0 {
            *withheld = Vec::new();
        }
    });
}

/// Hands it out.
pub fn take() -> Vec<u64> {
    WITHHELD.with(core::mem::take)
}
