//! The archive of the standard library that an interpreter carries in its memory: compressed file by file, so that one
//! module is read without the others.
//!
//! It is read by `interpreter/start/library.c`. All numbers are 32 bits, little-endian; offsets are from the beginning.
//!
//! ```text
//! number of files, dictionary's offset and size
//! for each file, sorted by path: its path's offset and size;
//!     its code's offset, compressed size and size (0: it has none);
//!     its block's offset, compressed size and size; its data's offset in the unpacked block, and size
//! paths, dictionary, code, blocks
//! ```
//!
//! What is run is a module's code, marshalled: each is a frame of Zstandard with a dictionary made of all of them. The
//! files themselves, which only tracebacks and curiosity read, are compressed many to a block, which makes them a
//! quarter smaller.

use std::collections::BTreeMap;
use std::sync::Arc;

use miette::{IntoDiagnostic, Result};
use zstd::bulk::Compressor;

/// Counted up when the same files come to other bytes.
pub const REVISION: &str = "2";

/// A compromise of size and of the time to look at one file, in bytes.
const BLOCK: usize = 512 << 10;

/// Bytes. Half of it makes the code 6 % larger, and the whole 2 %.
const DICTIONARY: usize = 512 << 10;

const LEVEL: i32 = 19;

/// A file to be put in.
pub struct Input {
    /// Relative, with `/`.
    pub path: String,
    /// Its bytes.
    pub data: Vec<u8>,
    /// Its marshalled code.
    pub code: Option<Vec<u8>>,
}

/// Compressed bytes.
struct Packed {
    bytes: Vec<u8>,
    /// Of the original, in bytes.
    size: usize,
}

struct File {
    code: Option<Packed>,
    block: Arc<Packed>,
    at: usize,
    size: usize,
}

/// An archive being made.
pub struct Archive {
    dictionary: Vec<u8>,
    files: BTreeMap<String, File>,
}

impl Archive {
    /// An archive of these files, whose code makes the dictionary.
    pub fn new(inputs: &[Input]) -> Result<Self> {
        let code: Vec<_> = inputs.iter().filter_map(|input| input.code.as_deref()).collect();
        let dictionary = zstd::dict::from_samples(&code, DICTIONARY).into_diagnostic()?;
        let mut archive = Self { dictionary, files: BTreeMap::new() };
        archive.add(inputs)?;
        Ok(archive)
    }

    /// An archive as [`Self::to_bytes`] made it.
    pub fn read(bytes: &[u8]) -> Self {
        let number =
            |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes")) as usize;
        let packed = |at: usize| {
            let (offset, length, size) = (number(at), number(at + 4), number(at + 8));
            (offset, Packed { bytes: bytes[offset..offset + length].to_vec(), size })
        };
        let dictionary = bytes[number(4)..number(4) + number(8)].to_vec();
        let mut blocks: BTreeMap<usize, Arc<Packed>> = BTreeMap::new();
        let file = |index| {
            let entry = HEADER + index * ENTRY;
            let path = &bytes[number(entry)..number(entry) + number(entry + 4)];
            let code = Some(packed(entry + 8).1).filter(|code| code.size > 0);
            let (offset, block) = packed(entry + 20);
            let block = blocks.entry(offset).or_insert_with(|| Arc::new(block)).clone();
            let (at, size) = (number(entry + 32), number(entry + 36));
            (String::from_utf8_lossy(path).into_owned(), File { code, block, at, size })
        };
        let files = (0..number(0)).map(file).collect();
        Self { dictionary, files }
    }

    /// Adds files, or puts them in the place of those with their paths.
    pub fn add(&mut self, inputs: &[Input]) -> Result<()> {
        let mut of_code = Compressor::with_dictionary(LEVEL, &self.dictionary).into_diagnostic()?;
        let mut of_blocks = Compressor::new(LEVEL).into_diagnostic()?;
        for compressor in [&mut of_code, &mut of_blocks] {
            compressor
                .include_dictid(false)
                .and_then(|()| compressor.include_checksum(false))
                .into_diagnostic()?;
        }
        for group in blocks(inputs) {
            let together: Vec<u8> = group.iter().flat_map(|input| &input.data).copied().collect();
            let block = Arc::new(pack(&mut of_blocks, &together)?);
            let mut at = 0;
            for input in group {
                let code = input.code.as_deref().map(|code| pack(&mut of_code, code)).transpose()?;
                let size = input.data.len();
                self.files.insert(input.path.clone(), File { code, block: block.clone(), at, size });
                at += size;
            }
        }
        Ok(())
    }

    /// The archive as it is read.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut layout = Layout::new(HEADER + self.files.len() * ENTRY);
        let paths: Vec<_> = self.files.keys().map(|path| layout.put(path.as_bytes())).collect();
        let mut head = vec![self.files.len(), layout.put(&self.dictionary), self.dictionary.len()];
        let mut blocks: BTreeMap<*const Packed, usize> = BTreeMap::new();
        for ((path, file), at) in self.files.iter().zip(paths) {
            head.extend([at, path.len()]);
            match &file.code {
                Some(code) => head.extend([layout.put(&code.bytes), code.bytes.len(), code.size]),
                None => head.extend([0; 3]),
            }
            let block = &file.block;
            let at = *blocks.entry(Arc::as_ptr(block)).or_insert_with(|| layout.put(&block.bytes));
            head.extend([at, block.bytes.len(), block.size, file.at, file.size]);
        }
        // A WebAssembly memory has 32 bits, and could not hold more.
        let numbers = head.into_iter().flat_map(|number| (number as u32).to_le_bytes());
        numbers.chain(layout.body).collect()
    }
}

/// Bytes of the head: three numbers, and ten for each file.
const HEADER: usize = 3 * 4;
const ENTRY: usize = 10 * 4;

/// What follows the head, as it grows.
struct Layout {
    offset: usize,
    body: Vec<u8>,
}

impl Layout {
    fn new(offset: usize) -> Self {
        Self { offset, body: Vec::new() }
    }

    /// Where the bytes will be.
    fn put(&mut self, bytes: &[u8]) -> usize {
        let at = self.offset + self.body.len();
        self.body.extend(bytes);
        at
    }
}

/// The inputs in groups of about a block's size.
fn blocks(inputs: &[Input]) -> Vec<&[Input]> {
    let mut groups = Vec::new();
    let (mut start, mut size) = (0, 0);
    for (at, input) in inputs.iter().enumerate() {
        size += input.data.len();
        if size >= BLOCK || at + 1 == inputs.len() {
            groups.push(&inputs[start..=at]);
            (start, size) = (at + 1, 0);
        }
    }
    groups
}

fn pack(compressor: &mut Compressor<'_>, bytes: &[u8]) -> Result<Packed> {
    Ok(Packed { bytes: compressor.compress(bytes).into_diagnostic()?, size: bytes.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(path: &str, data: &str, code: Option<&str>) -> Input {
        Input { path: path.into(), data: data.into(), code: code.map(Into::into) }
    }

    #[test]
    fn an_archive_is_read_as_it_was_written_and_takes_other_files() {
        let texts: Vec<_> =
            (0..500).map(|n| format!("def function_{n}(argument): return {n} + argument")).collect();
        let inputs: Vec<_> =
            texts.iter().enumerate().map(|(n, text)| input(&format!("m{n}.py"), text, Some(text))).collect();
        let bytes = Archive::new(&inputs).unwrap().to_bytes();
        let mut archive = Archive::read(&bytes);
        assert_eq!(archive.to_bytes(), bytes);
        archive.add(&[input("m1.py", "other", None), input("p/data", "", None)]).unwrap();
        let changed = Archive::read(&archive.to_bytes());
        assert_eq!(changed.files.len(), 501);
        assert!(changed.files["m1.py"].code.is_none());
        assert_eq!(changed.files["m1.py"].size, 5);
        assert!(changed.files["m2.py"].code.is_some());
    }
}
