//! Starting one component by itself, to be driven through the interface that it exports.

use std::path::Path;

use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, ResourceLimiter, Store};

/// Counts the linear memory that the component takes.
#[derive(Default)]
pub struct Meter {
    memory: usize,
}

impl Meter {
    /// So far, in bytes.
    pub fn memory(&self) -> usize {
        self.memory
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(&mut self, now: usize, wanted: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        self.memory += wanted - now;
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(true)
    }
}

/// What instantiates the component in `file`, which may import nothing.
pub fn start(file: &Path) -> (Store<Meter>, Component, Linker<Meter>) {
    let engine = Engine::default();
    let component = load(&engine, file);
    let mut store = Store::new(&engine, Meter::default());
    store.limiter(|meter| meter);
    (store, component, Linker::new(&engine))
}

/// The names of what a component imports and exports.
pub fn surface(file: &Path) -> (Vec<String>, Vec<String>) {
    let engine = Engine::default();
    let surface = load(&engine, file).component_type();
    let imports = surface.imports(&engine).map(|(name, _)| name.to_owned()).collect();
    let exports = surface.exports(&engine).map(|(name, _)| name.to_owned()).collect();
    (imports, exports)
}

fn load(engine: &Engine, file: &Path) -> Component {
    Component::from_file(engine, file).unwrap_or_else(|error| panic!("{}: {error:?}", file.display()))
}

/// What one step of a stream came to, as [`drive`] sees it.
pub struct Step<T> {
    /// The step's output.
    pub output: Vec<u8>,
    /// How many bytes of the input it took.
    pub consumed: u32,
    /// Whether the stream is in the middle.
    pub is_going: bool,
    /// What else there is to know of the last one.
    pub outcome: T,
}

/// Drives a stream through `input` in steps as small as asked; each is told whether more input follows. Returns the
/// output, how much input was taken, and what the last step came to.
pub fn drive<T>(
    input: &[u8],
    pace: usize,
    max_output: u32,
    mut step: impl FnMut(&[u8], bool) -> Step<T>,
) -> (Vec<u8>, usize, T) {
    let (mut all, mut taken) = (Vec::new(), 0);
    loop {
        let piece = &input[taken..input.len().min(taken + pace)];
        let Step { output, consumed, is_going, outcome } = step(piece, taken + piece.len() == input.len());
        assert!(output.len() <= max_output as usize, "more output than asked for");
        taken += consumed as usize;
        let full = output.len() == max_output as usize;
        all.extend(output);
        if !is_going || (taken == input.len() && !full) {
            return (all, taken, outcome);
        }
        assert!(full || consumed as usize == piece.len(), "input is left, and room for output too");
    }
}

/// Bytes as a contract's record `bytes` has them: words, and how many bytes there are.
pub fn to_words(bytes: &[u8]) -> (Vec<u64>, u32) {
    let word = |chunk: &[u8]| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        u64::from_le_bytes(word)
    };
    (bytes.chunks(8).map(word).collect(), bytes.len() as u32)
}

/// The bytes back. Panics when the words are more or fewer than it takes, or hold anything behind the last byte.
pub fn from_words(words: &[u64], size: u32) -> Vec<u8> {
    let mut bytes: Vec<_> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let behind = bytes.split_off(size as usize);
    assert!(behind.len() < 8 && behind.iter().all(|&byte| byte == 0), "{behind:?} behind the last byte");
    bytes
}

/// Makes the record `bytes` of a contract's bindings convertible from a slice and to a vector.
#[macro_export]
macro_rules! impl_bytes {
    ($bytes:ty) => {
        impl From<&[u8]> for $bytes {
            fn from(bytes: &[u8]) -> Self {
                let (words, size) = $crate::contract::to_words(bytes);
                Self { words, size }
            }
        }

        impl From<$bytes> for Vec<u8> {
            fn from(bytes: $bytes) -> Self {
                $crate::contract::from_words(&bytes.words, bytes.size)
            }
        }
    };
}
