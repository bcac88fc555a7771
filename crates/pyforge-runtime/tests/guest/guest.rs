//! The guest of the tests: a command for wasm32-wasip2 that does what its first argument says.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let arg = |index: usize| args.get(index).map_or("", String::as_str);
    match arg(1) {
        "fail" => std::process::exit(3),
        "args" => println!("{}", args[2..].join("|")),
        "env" => std::env::vars().for_each(|(name, value)| println!("{name}={value}")),
        "cat" => {
            let mut input = String::new();
            std::io::stdin().read_to_string(&mut input).unwrap();
            print!("{input}");
        }
        "echo" => echo(),
        "both" => {
            print!("{}", arg(2));
            std::io::stdout().flush().unwrap();
            eprint!("{}", arg(2));
        }
        "spin" => loop {
            std::hint::black_box(());
        },
        "sleep" => std::thread::sleep(Duration::from_secs(3600)),
        "flood" => loop {
            std::io::stdout().write_all(&[b'x'; 4096]).unwrap();
        },
        "allocate" => allocate(arg(2).parse().unwrap()),
        "crash" => crash(),
        "read" => report(std::fs::read_to_string(arg(2))),
        "write" => report(std::fs::write(arg(2), "written").map(|()| "ok")),
        "list" => report(std::fs::read_dir(arg(2)).map(|entries| entries.count())),
        "lock" => lock(arg(2), &args[3..]),
        "connect" => report(connect(arg(2))),
        "resolve" => report((arg(2), 80).to_socket_addrs().map(|addresses| addresses.count() > 0)),
        other => panic!("no such command: `{other}`"),
    }
}

fn report<T: std::fmt::Display>(result: std::io::Result<T>) {
    match result {
        Ok(value) => print!("{value}"),
        Err(error) => print!("error: {:?}", error.kind()),
    }
}

/// Answers each line with itself.
fn echo() {
    let mut line = String::new();
    while std::io::stdin().read_line(&mut line).unwrap() > 0 {
        std::io::stdout().write_all(line.as_bytes()).unwrap();
        line.clear();
    }
}

/// Opens a file twice, for reading and writing and for reading only, and prints what each step comes to: the advice
/// (as WASI numbers it), the file (`w` or `r`), and the first byte and the length from where SQLite locks.
fn lock(path: &str, steps: &[String]) {
    let write = std::fs::File::options().read(true).write(true).open(path).unwrap();
    let read = std::fs::File::open(path).unwrap();
    for step in steps {
        if step == "sleep" {
            std::thread::sleep(Duration::from_secs(3600));
        }
        let (advice, rest) = step.split_at(1);
        let (file, bytes) = rest.split_at(1);
        let (start, length) = bytes.split_once('+').unwrap();
        let file = if file == "w" { &write } else { &read };
        println!("{}", advise(file, start.parse().unwrap(), length.parse().unwrap(), advice.parse().unwrap()));
    }
}

/// What libc says: WASI's number of the error, or 0.
fn advise(file: &std::fs::File, start: i64, length: i64, advice: i32) -> i32 {
    use std::os::fd::AsRawFd;
    unsafe extern "C" {
        fn posix_fadvise(file: i32, offset: i64, length: i64, advice: i32) -> i32;
    }
    // SAFETY: as libc declares it.
    unsafe { posix_fadvise(file.as_raw_fd(), 0x4000_0000 + start, length, advice) }
}

/// Takes megabytes, one at a time, until it has `most` of them or gets no more.
fn allocate(most: usize) {
    let mut blocks: Vec<Vec<u8>> = Vec::new();
    for _ in 0..most {
        let mut block = Vec::new();
        if block.try_reserve_exact(1 << 20).is_err() {
            break;
        }
        block.resize(1 << 20, 1);
        blocks.push(block);
    }
    print!("{}", blocks.len());
}

#[inline(never)]
fn crash() {
    std::hint::black_box(());
    std::process::abort();
}

fn connect(address: &str) -> std::io::Result<String> {
    let mut text = String::new();
    TcpStream::connect(address)?.read_to_string(&mut text)?;
    Ok(text)
}
