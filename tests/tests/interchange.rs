//! What the system's gzip, bzip2, xz, zstd and tar write is read here, byte for byte, and the other way round.
//!
//! With `PYFORGE_LONG_TESTS=1` the files are larger, and one of 256 MiB is among them.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use pyforge_build::{Silent, process, provide_programs};
use pyforge_tests::scripts::{Scripts, long};
use pyforge_tests::settings;
use sha2::{Digest, Sha256};

/// The programs, each with its Debian package.
const TOOLS: [(&str, &str); 5] =
    [("gzip", "gzip"), ("bzip2", "bzip2"), ("xz", "xz-utils"), ("zstd", "zstd"), ("tar", "tar")];

/// Ways to write a file: the suffix says the format, the command reads the file `$1` and prints.
const WRITERS: &[(&str, &str)] = &[
    ("gz", "gzip -1 -c $1"),
    ("gz", "gzip -6 < $1"),
    ("gz", "gzip -9 -c $1"),
    ("gz", "head -c 999 $1 | gzip -1; tail -c +1000 $1 | gzip -9"),
    ("bz2", "bzip2 -1 -c $1"),
    ("bz2", "bzip2 -9 -c $1"),
    ("bz2", "head -c 999 $1 | bzip2 -1; tail -c +1000 $1 | bzip2 -9"),
    ("xz", "xz -0 -c $1"),
    ("xz", "xz -6 -c $1"),
    ("xz", "xz -9e -c $1"),
    ("xz", "xz --check=none -c $1"),
    ("xz", "xz --check=crc32 -c $1"),
    ("xz", "xz --check=crc64 -c $1"),
    ("xz", "xz --check=sha256 -c $1"),
    ("xz", "xz -T2 --block-size=64KiB -c $1"),
    ("xz", "xz --x86 --lzma2=preset=6 -c $1"),
    ("xz", "xz --arm64 --lzma2=preset=1 -c $1"),
    ("xz", "xz --powerpc --lzma2=preset=1 -c $1"),
    ("xz", "xz --delta=dist=4 --lzma2=preset=6,lc=0,lp=2,pb=1,mf=bt2 -c $1"),
    ("xz", "head -c 999 $1 | xz -0 --check=none; tail -c +1000 $1 | xz -6 --check=sha256"),
    ("lzma", "xz --format=lzma -6 -c $1"),
    ("lzma", "xz --format=lzma --lzma1=preset=1,lc=1,lp=3,pb=0 -c $1"),
    ("raw", "xz --format=raw --delta=dist=2 --lzma2=preset=6 -c $1"),
    ("zst", "zstd -q -1 -c $1"),
    ("zst", "zstd -q -3 < $1"),
    ("zst", "zstd -q -9 --check -c $1"),
    ("zst", "zstd -q -3 --no-check -c $1"),
    ("zst", "zstd -q -3 --no-content-size -c $1"),
    ("zst", "zstd -q -19 -c $1"),
    ("zst", "zstd -q --ultra -22 -c $1"),
    ("zst", "zstd -q --fast=5 -c $1"),
    ("zst", "zstd -q -3 --long=27 < $1"),
    (
        "zst",
        r"printf 'P*M\030\003\000\000\000abc'; head -c 999 $1 | zstd -q; tail -c +1000 $1 | zstd -q --check",
    ),
    ("zst-d", "zstd -q -D dictionary -c $1"),
];

/// Those that a file of 256 MiB is written in.
const WRITERS_OF_LARGE: &[(&str, &str)] = &[
    ("gz", "gzip -1 -c $1"),
    ("bz2", "bzip2 -1 -c $1"),
    ("xz", "xz -0 -T2 -c $1"),
    ("lzma", "xz --format=lzma -0 -c $1"),
    ("zst", "zstd -q -3 --long=27 -T2 < $1"),
];

/// How what was written here is read: by suffix, a command that reads the file `$1` and prints.
const READERS: &[(&str, &str)] = &[
    ("gz", "gzip -dc $1"),
    ("bz2", "bzip2 -dc $1"),
    ("xz", "xz -dc $1"),
    ("lzma", "xz --format=lzma -dc $1"),
    ("raw", "xz --format=raw --delta=dist=2 --lzma2=preset=6 -dc $1"),
    ("zst", "zstd -q -dc $1"),
    ("zst-d", "zstd -q -D dictionary -dc $1"),
];

/// The folders of a test, in the temporary folder.
const PLAIN: &str = "plain";
const PACKED: &str = "packed";

#[test]
fn what_the_tools_write_is_read_here() {
    let scripts = prepare();
    for file in corpus(&scripts) {
        let folder = fresh_folder(&scripts, PACKED);
        for (index, (suffix, command)) in writers(&file).iter().enumerate() {
            shell(&scripts, command, &file, &format!("{PACKED}/{index}.{suffix}"));
        }
        let wanted = digest(&file);
        let printed = scripts.guest(&["interchange.py", "digests", PACKED], None).printed;
        assert_eq!(printed.lines().count(), files(&folder).len());
        for line in printed.lines() {
            let (name, found) = line.split_once(' ').unwrap();
            let index: usize = name.split_once('.').unwrap().0.parse().unwrap();
            assert_eq!(found, wanted, "{} by {}", file.display(), writers(&file)[index].1);
        }
    }
}

#[test]
fn what_is_written_here_is_read_by_the_tools() {
    let scripts = prepare();
    for file in corpus(&scripts) {
        let folder = fresh_folder(&scripts, PACKED);
        let plain = format!("{PLAIN}/{}", file.file_name().unwrap().to_str().unwrap());
        let which = if is_large(&file) { "fast" } else { "all" };
        scripts.guest(&["interchange.py", "write", &plain, PACKED, which], None);
        let (packed, wanted) = (files(&folder), digest(&file));
        assert!(!packed.is_empty());
        for packed in packed {
            let suffix = packed.extension().unwrap().to_str().unwrap();
            let (_, command) = READERS.iter().find(|(known, _)| *known == suffix).unwrap();
            shell(&scripts, command, &packed, "unpacked");
            assert_eq!(digest(&scripts.folder().join("unpacked")), wanted, "{}", packed.display());
        }
    }
}

#[test]
fn archives_go_from_the_system_to_here_and_back() {
    let scripts = prepare();
    let library = scripts.built().cpython.source.join("Lib/json");
    let make = "mkdir -p tree/empty; cp -r $1 tree; ln -s json/tool.py tree/link; echo '#!/bin/sh' > tree/run; \
                chmod +x tree/run; cp tree/run tree/$(printf '%0200d' 7); cp tree/run tree/ünïcödé";
    shell(&scripts, make, &library, "made");
    for (suffix, option) in [("gz", "-z"), ("bz2", "-j"), ("xz", "-J"), ("zst", "--zstd")] {
        let (there, here) = (format!("there.tar.{suffix}"), format!("here.tar.{suffix}"));
        let from_there = fresh_folder(&scripts, "from_there");
        shell(&scripts, &format!("tar -c {option} -f {there} -C $1 ."), Path::new("tree"), "said");
        scripts.guest(&["interchange.py", "untar", &there, "from_there"], None);
        shell(&scripts, "diff -r --no-dereference tree $1", &from_there, "said");
        let from_here = fresh_folder(&scripts, "from_here");
        scripts.guest(&["interchange.py", "tar", "tree", &here], None);
        shell(&scripts, &format!("tar -x {option} -f {here} -C $1"), &from_here, "said");
        shell(&scripts, "diff -r --no-dereference tree $1", &from_here, "said");
    }
}

/// The two interpreters, and a dictionary of zstd; fails when a tool is not there.
fn prepare() -> Scripts {
    provide_programs(&settings(), &TOOLS, &Silent).unwrap();
    let scripts = Scripts::new();
    let text = scripts.built().cpython.source.join("Misc/HISTORY");
    shell(&scripts, "zstd -q --train -B1024 --maxdict=16384 -o dictionary $1", &text, "said");
    scripts
}

/// Writes files of every kind: real text, sources, machine code and WebAssembly, data that is compressed
/// already, repetitions, and next to nothing.
fn corpus(scripts: &Scripts) -> Vec<PathBuf> {
    let (source, host) = (&scripts.built().cpython.source, &scripts.built().cpython.host);
    let (size, folder) = (if long() { 8 << 20 } else { 128 << 10 }, fresh_folder(scripts, PLAIN));
    let mut kinds = vec![
        (
            "text",
            "find $1/Doc $1/Lib -name '*.rst' -o -name '*.py' | LC_ALL=C sort | xargs cat",
            source,
            size,
        ),
        ("tar", "tar -c -C $1 Objects Python", source, size),
        ("objects", "find $1 -name '*.so' | LC_ALL=C sort | xargs cat $1/python", host, size),
        ("wasm", "cat $1", &scripts.built().composed, size),
        ("compressed", "tar -c -C $1 Objects Python Lib | gzip", source, size),
        ("zeros", "cat /dev/zero", source, size),
        ("one", "printf 1", source, size),
        ("empty", "true", source, size),
    ];
    if long() {
        kinds.push((LARGE, "tar -c -C $1 Lib Modules; tar -c -C $1 .", source, 256 << 20));
    }
    for (name, command, input, size) in &kinds {
        shell(scripts, &format!("({command}) | head -c {size}"), input, &format!("{PLAIN}/{name}"));
    }
    kinds.iter().map(|(name, ..)| folder.join(name)).collect()
}

const LARGE: &str = "large";

fn is_large(file: &Path) -> bool {
    file.ends_with(LARGE)
}

fn writers(file: &Path) -> &'static [(&'static str, &'static str)] {
    if is_large(file) { WRITERS_OF_LARGE } else { WRITERS }
}

/// Runs a command on a file; what it prints goes into another. Both are as seen from the temporary folder.
fn shell(scripts: &Scripts, command: &str, file: &Path, output: &str) {
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", &format!("exec > {output}\n{command}"), "sh"]).arg(file);
    shell.current_dir(scripts.folder());
    process::capture(shell).unwrap_or_else(|error| panic!("{error}"));
}

fn fresh_folder(scripts: &Scripts, name: &str) -> PathBuf {
    let folder = scripts.folder().join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    std::fs::create_dir(&folder).unwrap();
    folder
}

fn files(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// The SHA-256 of a file, in hexadecimal.
fn digest(file: &Path) -> String {
    let (mut file, mut sha, mut block) = (File::open(file).unwrap(), Sha256::new(), vec![0; 1 << 20]);
    loop {
        match file.read(&mut block).unwrap() {
            0 => return sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect(),
            size => sha.update(&block[..size]),
        }
    }
}
