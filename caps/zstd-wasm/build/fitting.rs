//! Changes to the library's source that make it quick on WebAssembly. What it writes stays the same format.
//!
//! The library takes the width of `size_t` for that of the machine's registers. WebAssembly has pointers of 32 bits
//! and registers of 64, so that the library would read and write its bit streams in halves and leave its fastest
//! loops out. Here those places are told apart: what is about registers becomes 64 bits wide, and what is about
//! addresses (limits of windows and of indices) stays as it is.

use std::fs;
use std::path::Path;

/// One change: each of the `count` places in `file` where it says `from` will say `to`.
struct Change {
    file: &'static str,
    from: &'static str,
    to: &'static str,
    count: usize,
}

const fn change(file: &'static str, from: &'static str, to: &'static str) -> Change {
    changes(file, from, to, 1)
}

const fn changes(file: &'static str, from: &'static str, to: &'static str, count: usize) -> Change {
    Change { file, from, to, count }
}

const MEM: &str = "common/mem.h";
const BITS: &str = "common/bits.h";
const BITSTREAM: &str = "common/bitstream.h";
const HUF: &str = "common/huf.h";
const HUF_COMPRESS: &str = "compress/huf_compress.c";
const HUF_DECOMPRESS: &str = "decompress/huf_decompress.c";
const COMPRESS: &str = "compress/zstd_compress.c";
const COMPRESS_INTERNAL: &str = "compress/zstd_compress_internal.h";
const LAZY: &str = "compress/zstd_lazy.c";

/// Registers of 64 bits.
const WIDE: &[Change] = &[
    change(MEM, "{ return sizeof(size_t)==4; }", "{ return 0; }"),
    change(MEM, "{ return sizeof(size_t)==8; }", "{ return 1; }"),
    changes(MEM, "MEM_STATIC size_t MEM_readLEST", "MEM_STATIC U64 MEM_readLEST", 2),
    change(MEM, "return (size_t)MEM_readLE64(memPtr)", "return MEM_readLE64(memPtr)"),
    changes(MEM, "MEM_writeLEST(void* memPtr, size_t val)", "MEM_writeLEST(void* memPtr, U64 val)", 2),
    change(BITS, "(__GNUC__ >= 4) && defined(__LP64__)", "(__GNUC__ >= 4)"),
    change(BITS, "ZSTD_NbCommonBytes(size_t val)", "ZSTD_NbCommonBytes(U64 val)"),
    change(BITSTREAM, "typedef size_t BitContainerType;", "typedef U64 BitContainerType;"),
    change(BITSTREAM, "MEM_STATIC size_t BIT_readBitsFast", "MEM_STATIC BitContainerType BIT_readBitsFast"),
    change("common/fse.h", "sizeof(size_t) /* bitContainer */", "sizeof(U64) /* bitContainer */"),
    change(HUF, "typedef size_t HUF_CElt;", "typedef U64 HUF_CElt;"),
    change(HUF, "* sizeof(size_t))", "* sizeof(HUF_CElt))"),
    change(HUF, "unused[sizeof(size_t) - 2]", "unused[sizeof(HUF_CElt) - 2]"),
    changes(HUF_COMPRESS, "static size_t HUF_getValue", "static HUF_CElt HUF_getValue", 2),
    change(HUF_COMPRESS, "~(size_t)0xFF", "~(HUF_CElt)0xFF"),
    change(
        HUF_COMPRESS,
        "HUF_setValue(HUF_CElt* elt, size_t value)",
        "HUF_setValue(HUF_CElt* elt, HUF_CElt value)",
    ),
    change(
        HUF_COMPRESS,
        "HUF_BITS_IN_CONTAINER (sizeof(size_t) * 8)",
        "HUF_BITS_IN_CONTAINER (sizeof(HUF_CElt) * 8)",
    ),
    change(HUF_COMPRESS, "size_t bitContainer[2];", "HUF_CElt bitContainer[2];"),
    change(HUF_COMPRESS, "size_t const bitContainer =", "HUF_CElt const bitContainer ="),
    change(HUF_DECOMPRESS, "static size_t HUF_initFastDStream", "static U64 HUF_initFastDStream"),
    change(
        HUF_DECOMPRESS,
        "size_t const value = MEM_readLEST(ip) | 1;",
        "U64 const value = MEM_readLEST(ip) | 1;",
    ),
    changes(HUF_DECOMPRESS, "sizeof(size_t)", "sizeof(U64)", 6),
    change(COMPRESS_INTERNAL, "pInLimit - (sizeof(size_t)-1)", "pInLimit - (sizeof(U64)-1)"),
    changes(
        COMPRESS_INTERNAL,
        "size_t const diff = MEM_readST(pMatch) ^ MEM_readST(pIn);",
        "U64 const diff = MEM_read64(pMatch) ^ MEM_read64(pIn);",
        2,
    ),
    changes(
        COMPRESS_INTERNAL,
        "pIn+=sizeof(size_t); pMatch+=sizeof(size_t);",
        "pIn+=sizeof(U64); pMatch+=sizeof(U64);",
        2,
    ),
    // The largest index, which pointers are added to.
    change(COMPRESS_INTERNAL, "(MEM_64bits() ? 3500U MB : 2000U MB)", "(2000U MB)"),
];

/// Masks of bits that are computed, as the library does on x86, instead of loaded.
const MASKS: &[Change] = &[
    change(
        BITSTREAM,
        "return bitContainer & BIT_mask[nbBits];",
        "return bitContainer & ((((U64)1) << nbBits) - 1);",
    ),
    change(
        BITSTREAM,
        "return (bitContainer >> (start & regMask)) & BIT_mask[nbBits];",
        "return (bitContainer >> (start & regMask)) & ((((U64)1) << nbBits) - 1);",
    ),
];

/// Loads ahead of the search of levels 5 to 12, where the library would prefetch: WebAssembly has no prefetch. Unlike
/// one, a load must be of something that is there; all of these are.
const LOADS_AHEAD: &[Change] = &[
    changes(LAZY, "PREFETCH_L1(hashTable + relRow", "LOAD_AHEAD(hashTable + relRow", 2),
    changes(LAZY, "PREFETCH_L1(tagTable + relRow", "LOAD_AHEAD(tagTable + relRow", 2),
    change(LAZY, "PREFETCH_L1(base + matchIndex)", "LOAD_AHEAD(base + matchIndex)"),
    change(LAZY, "PREFETCH_L1(dictBase + matchIndex)", "LOAD_AHEAD(dictBase + matchIndex)"),
];

/// A stream's buffer of input that holds four windows, or the window and 8 MiB more. In one of hardly more than a
/// window, as the library has it, almost every block is searched in two pieces, which takes up to a sixth longer.
const BUFFER: &[Change] = &[change(
    COMPRESS,
    "? windowSize + blockSize\n",
    "? windowSize + MIN(windowSize * 3, (size_t)8 << 20) + blockSize\n",
)];

/// Limits of tables with which all that a stream can ask for adds up to less than the addresses there are.
/// With the library's own the sum would begin again at zero, and the stream go on without the memory.
const LIMITS: &[Change] = &[
    change("zstd.h", "((ZSTD_WINDOWLOG_MAX < 30) ? ZSTD_WINDOWLOG_MAX : 30)", "27"),
    change("zstd.h", "#define ZSTD_CHAINLOG_MAX_32     29", "#define ZSTD_CHAINLOG_MAX_32     27"),
];

/// Makes the changes in the copy of the source at `source`.
pub fn fit(source: &Path) {
    for change in [WIDE, MASKS, LOADS_AHEAD, BUFFER, LIMITS].into_iter().flatten() {
        let path = source.join(change.file);
        let text = fs::read_to_string(&path).expect("the source can be read");
        let found = text.matches(change.from).count();
        assert_eq!(found, change.count, "places that say `{}` in {}", change.from, change.file);
        fs::write(&path, text.replace(change.from, change.to)).expect("the copy can be written");
    }
}
