//! Data to compress: made here, the same each time.

/// A small generator of numbers that look random (xorshift).
pub struct Numbers(u64);

impl Numbers {
    /// A sequence of its own for each `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }
}

/// Something like prose.
pub fn text(size: usize) -> Vec<u8> {
    const WORDS: [&str; 12] = [
        "cap", "the ", "of a ", "window", " and ", "deflate ", "block\n", "tree ", "code, ", "length",
        "stream ", ". ",
    ];
    let mut numbers = Numbers::new(7);
    let mut text = String::new();
    while text.len() < size {
        text.push_str(WORDS[numbers.below(WORDS.len())]);
    }
    text.truncate(size);
    text.into_bytes()
}

/// What cannot be compressed.
pub fn noise(size: usize) -> Vec<u8> {
    let mut numbers = Numbers::new(11);
    (0..size).map(|_| numbers.below(256) as u8).collect()
}

/// Runs of text, noise and zeros, of odd lengths.
pub fn mixture(size: usize) -> Vec<u8> {
    let (mut numbers, mut mixture) = (Numbers::new(13), Vec::new());
    while mixture.len() < size {
        let length = 1 + numbers.below(9000);
        match numbers.below(3) {
            0 => mixture.extend(text(length)),
            1 => mixture.extend(noise(length)),
            _ => mixture.extend(vec![0; length]),
        }
    }
    mixture.truncate(size);
    mixture
}

/// All kinds and sizes, from nothing on.
pub fn all() -> Vec<Vec<u8>> {
    vec![Vec::new(), vec![42], text(100_001), noise(70_003), vec![0; 300_000], mixture(250_007)]
}
