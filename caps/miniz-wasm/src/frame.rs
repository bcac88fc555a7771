//! The containers around a raw deflate stream: zlib's (RFC 1950) and gzip's (RFC 1952), header and trailer.

use alloc::vec::Vec;

use crate::bindings::Error;
use crate::failure::{broken, unsupported};
use crate::ffi::{adler32, crc32};

/// A container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// None.
    Raw,
    /// Two bytes before, the Adler-32 behind.
    Zlib,
    /// A header of ten bytes and more before; the CRC-32 and the size behind.
    Gzip,
}

/// The check over the uncompressed bytes that ends up in the trailer.
#[derive(Clone, Copy)]
pub struct Check {
    container: Container,
    sum: u32,
    size: u32,
}

impl Check {
    /// The check of no bytes.
    pub fn new(container: Container) -> Self {
        Self { container, sum: u32::from(container == Container::Zlib), size: 0 }
    }

    /// Goes on with `data`.
    pub fn update(&mut self, data: &[u8]) {
        self.size = self.size.wrapping_add(data.len() as u32);
        self.sum = match self.container {
            Container::Raw => 0,
            Container::Zlib => adler32(data, self.sum),
            Container::Gzip => crc32(data, self.sum),
        };
    }

    /// The trailer.
    pub fn trailer(&self) -> Vec<u8> {
        match self.container {
            Container::Raw => Vec::new(),
            Container::Zlib => self.sum.to_be_bytes().to_vec(),
            Container::Gzip => [self.sum.to_le_bytes(), self.size.to_le_bytes()].concat(),
        }
    }

    /// Holds a trailer against the one that is due.
    pub fn verify(&self, trailer: &[u8]) -> Result<(), Error> {
        let due = self.trailer();
        match trailer.iter().zip(&due).position(|(is, due)| is != due) {
            None => Ok(()),
            Some(0..4) => Err(broken("incorrect data check")),
            Some(_) => Err(broken("incorrect length check")),
        }
    }
}

/// The header of a stream compressed at `level`.
pub fn header(container: Container, level: i32) -> &'static [u8] {
    match (container, level) {
        (Container::Raw, _) => &[],
        (Container::Zlib, 0 | 1) => &[0x78, 0x01],
        (Container::Zlib, 2..=5) => &[0x78, 0x5e],
        (Container::Zlib, 7..=9) => &[0x78, 0xda],
        (Container::Zlib, _) => &[0x78, 0x9c],
        (Container::Gzip, 0 | 1) => &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 0xff],
        (Container::Gzip, 9) => &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 0xff],
        (Container::Gzip, _) => &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff],
    }
}

/// Which containers a decompressor takes.
#[derive(Clone, Copy)]
pub struct Accepted {
    /// zlib's.
    pub zlib: bool,
    /// gzip's.
    pub gzip: bool,
    /// The largest window that a zlib header may ask for, as a power of two.
    pub window_bits: u8,
}

/// The optional parts of a gzip header, by their flags.
const CRC: u8 = 1 << 1;
const EXTRA: u8 = 1 << 2;
const NAME: u8 = 1 << 3;
const COMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0xe0;

/// Where in a header the reader is.
enum Part {
    First,
    ZlibFlags { method: u8 },
    GzipFixed { read: u8 },
    ExtraSize { low: Option<u8> },
    Extra { left: u16 },
    Name,
    Comment,
    Crc { low: Option<u8> },
    End,
}

/// Reads a header byte by byte.
pub struct HeaderReader {
    accepted: Accepted,
    part: Part,
    flags: u8,
    crc: u32,
}

impl HeaderReader {
    /// A reader at the first byte.
    pub fn new(accepted: Accepted) -> Self {
        Self { accepted, part: Part::First, flags: 0, crc: 0 }
    }

    /// Takes one byte, and names the container when it was the header's last.
    pub fn push(&mut self, byte: u8) -> Result<Option<Container>, Error> {
        if let Part::ZlibFlags { method } = self.part {
            return self.zlib_header(method, byte).map(|()| Some(Container::Zlib));
        }
        if !matches!(self.part, Part::Crc { .. }) {
            self.crc = crc32(&[byte], self.crc);
        }
        self.part = match self.part {
            Part::First if byte == 0x1f && self.accepted.gzip => Part::GzipFixed { read: 1 },
            Part::First => Part::ZlibFlags { method: byte },
            Part::GzipFixed { read } => self.gzip_fixed(read, byte)?,
            Part::ExtraSize { low: None } => Part::ExtraSize { low: Some(byte) },
            Part::ExtraSize { low: Some(low) } => match u16::from_le_bytes([low, byte]) {
                0 => self.after(EXTRA),
                left => Part::Extra { left },
            },
            Part::Extra { left: 1 } => self.after(EXTRA),
            Part::Extra { left } => Part::Extra { left: left - 1 },
            Part::Name if byte == 0 => self.after(NAME),
            Part::Comment if byte == 0 => self.after(COMMENT),
            Part::Crc { low: None } => Part::Crc { low: Some(byte) },
            Part::Crc { low: Some(low) } => self.header_crc(u16::from_le_bytes([low, byte]))?,
            Part::Name => Part::Name,
            Part::Comment => Part::Comment,
            Part::End | Part::ZlibFlags { .. } => Part::End,
        };
        Ok(matches!(self.part, Part::End).then_some(Container::Gzip))
    }

    fn zlib_header(&self, method: u8, flags: u8) -> Result<(), Error> {
        if !self.accepted.zlib || u16::from_be_bytes([method, flags]) % 31 != 0 {
            Err(broken("incorrect header check"))
        } else if method & 15 != 8 {
            Err(broken("unknown compression method"))
        } else if (method >> 4) + 8 > self.accepted.window_bits {
            Err(broken("invalid window size"))
        } else if flags & 0x20 != 0 {
            Err(unsupported("preset dictionaries"))
        } else {
            Ok(())
        }
    }

    fn gzip_fixed(&mut self, read: u8, byte: u8) -> Result<Part, Error> {
        match read {
            1 if byte != 0x8b => return Err(broken("incorrect header check")),
            2 if byte != 8 => return Err(broken("unknown compression method")),
            3 if byte & RESERVED != 0 => return Err(broken("unknown header flags set")),
            3 => self.flags = byte,
            9 => return Ok(self.after(0)),
            _ => {}
        }
        Ok(Part::GzipFixed { read: read + 1 })
    }

    /// The next part that is there, after the one with the flag `done` (0: after the fixed part).
    fn after(&self, done: u8) -> Part {
        let has = |flag: u8| flag > done && self.flags & flag != 0;
        if has(EXTRA) {
            Part::ExtraSize { low: None }
        } else if has(NAME) {
            Part::Name
        } else if has(COMMENT) {
            Part::Comment
        } else if self.flags & CRC != 0 {
            Part::Crc { low: None }
        } else {
            Part::End
        }
    }

    fn header_crc(&self, found: u16) -> Result<Part, Error> {
        if found == self.crc as u16 { Ok(Part::End) } else { Err(broken("header crc mismatch")) }
    }
}
