//! Figures as tables in Markdown.
#![expect(clippy::print_stdout, reason = "a benchmark's output is its purpose")]

use std::collections::BTreeMap;
use std::time::Duration;

use crate::Pair;
use crate::sides::Rows;
use crate::start::Row;

/// The call that others are measured against.
const BUILT_IN: &str = "len(b\"\")";

const MIB: f64 = 1048576.0;

/// The ratio of the speeds by the size of the input, and throughput at the largest.
pub fn speed(codec: &str, pair: &Pair) {
    println!("| {codec} | 64 B | 64 KiB | 64 MiB | native, MB/s | here, MB/s | packed, to native |");
    println!("|---|---|---|---|---|---|---|");
    for ((name, native), (_, here)) in std::iter::zip(&pair.native, &pair.here) {
        let ratio = |size: &str| native[size] / here[size];
        let (largest, bytes) = largest(native);
        let note = if largest == "64 MiB" { String::new() } else { format!(" ({largest})") };
        let throughput = |seconds: f64| bytes / seconds / 1e6;
        let packed = native.get("packed").map(|size| format!("{:.3}", here["packed"] / size));
        println!(
            "| {name} | {:.2} | {:.2} | {:.2}{note} | {:.1} | {:.1} | {} |",
            ratio("64 B"),
            ratio("64 KiB"),
            ratio(largest),
            throughput(native[largest]),
            throughput(here[largest]),
            packed.unwrap_or_default(),
        );
    }
    println!();
}

/// The input that is measured in MiB, and its bytes.
fn largest(figures: &BTreeMap<String, f64>) -> (&str, f64) {
    let mebibytes = |name: &str| name.strip_suffix(" MiB")?.parse::<f64>().ok();
    figures.keys().find_map(|name| Some((name.as_str(), mebibytes(name)? * MIB))).unwrap_or_default()
}

/// What a call costs with nothing to do, and how much of that is not the call of a built-in function.
pub fn calls(codec: &str, pair: &Pair) {
    println!("| {codec}, a call with nothing | native, ns | here, ns | here above `{BUILT_IN}`, ns |");
    println!("|---|---|---|---|");
    let nanoseconds = |figures: &BTreeMap<String, f64>| figures["seconds"] * 1e9;
    let built_in = pair.here.iter().find(|(name, _)| name == BUILT_IN);
    let built_in = built_in.map(|(_, figures)| nanoseconds(figures)).unwrap_or_default();
    for ((name, native), (_, here)) in std::iter::zip(&pair.native, &pair.here) {
        let (native, here) = (nanoseconds(native), nanoseconds(here));
        println!("| `{name}` | {native:.0} | {here:.0} | {:.0} |", here - built_in);
    }
    println!();
}

/// Milliseconds of whole processes, and the first row's time over each, which is how fast it starts beside that one.
pub fn starts(rows: &[Row]) {
    println!("| | `pass`, ms | speed | imports, ms | speed | script, ms | speed |");
    println!("|---|---|---|---|---|---|---|");
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    for row in rows {
        print!("| {} |", row.name);
        for (first, time) in std::iter::zip(rows[0].times, row.times) {
            match first.zip(time).map(|(first, time)| (milliseconds(first), milliseconds(time))) {
                Some((first, time)) => print!(" {time:.1} | {} |", significant(first / time)),
                None => print!(" | |"),
            }
        }
        println!();
    }
    println!();
}

/// Why somebody is not in the table.
pub fn left_out(error: &miette::Report) {
    println!("left out: {error:?}\n");
}

/// Seconds on both sides, and the ratio of the speeds.
pub fn times(pair: &Pair) {
    println!("| | native, ms | here, ms | speed, to native |");
    println!("|---|---|---|---|");
    let mut speeds = Vec::new();
    for ((name, native), (_, here)) in std::iter::zip(&pair.native, &pair.here) {
        let (native, here) = (native["seconds"], here["seconds"]);
        speeds.push(native / here);
        println!("| {name} | {:.1} | {:.1} | {:.2} |", native * 1e3, here * 1e3, native / here);
    }
    let mean = geometric_mean(&speeds);
    println!("| geometric mean | | | {mean:.2} |\n");
}

/// Milliseconds of the plain native interpreter, the optimized one and ours, and what the last is of each other.
pub fn interpreters(plain: &Rows, optimized: &Rows, here: &Rows) {
    println!("| | native, ms | native, PGO and LTO, ms | here, ms | speed, to native | to PGO and LTO |");
    println!("|---|---|---|---|---|---|");
    let mut speeds = [Vec::new(), Vec::new()];
    for (((name, plain), (_, optimized)), (_, here)) in std::iter::zip(std::iter::zip(plain, optimized), here)
    {
        let times = [plain, optimized, here].map(|figures| figures["seconds"] * 1e3);
        let ratios = [times[0] / times[2], times[1] / times[2]];
        let [plain, optimized, here] = times.map(milliseconds);
        println!("| {name} | {plain} | {optimized} | {here} | {:.2} | {:.2} |", ratios[0], ratios[1]);
        std::iter::zip(&mut speeds, ratios).for_each(|(speeds, ratio)| speeds.push(ratio));
    }
    let [to_plain, to_optimized] = speeds.map(|speeds| geometric_mean(&speeds));
    println!("| geometric mean | | | | {to_plain:.2} | {to_optimized:.2} |\n");
}

/// Milliseconds, with digits enough where they are few.
fn milliseconds(number: f64) -> String {
    if number < 1.0 { format!("{number:.6}") } else { format!("{number:.1}") }
}

/// How many a second on both sides, or megabytes a second of what has bytes, and the ratio of the speeds;
/// with its mean, where that says something.
pub fn rates(title: &str, pair: &Pair, with_mean: bool) {
    let unit = if pair.native[0].1.contains_key("bytes") { "MB/s" } else { "/s" };
    println!("| {title} | native, {unit} | here, {unit} | speed, to native |");
    println!("|---|---|---|---|");
    let mut speeds = Vec::new();
    for ((name, native), (_, here)) in std::iter::zip(&pair.native, &pair.here) {
        let (native, here) = (rate(native), rate(here));
        speeds.push(here / native);
        println!("| {name} | {} | {} | {} |", short(native), short(here), significant(here / native));
    }
    let mean = geometric_mean(&speeds);
    let mean =
        if with_mean { format!("| geometric mean | | | {} |\n", significant(mean)) } else { String::new() };
    println!("{mean}");
}

fn geometric_mean(ratios: &[f64]) -> f64 {
    let logarithms: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
    (logarithms / ratios.len() as f64).exp()
}

/// Megabytes a second of what has bytes, else calls a second.
fn rate(figures: &BTreeMap<String, f64>) -> f64 {
    figures.get("bytes").map_or(1.0, |bytes| bytes / 1e6) / figures["seconds"]
}

/// A rate without digits that mean nothing.
fn short(number: f64) -> String {
    if number < 100.0 { format!("{number:.1}") } else { format!("{number:.0}") }
}

/// A ratio, with one digit more where it is small.
fn significant(ratio: f64) -> String {
    if ratio < 0.1 { format!("{ratio:.3}") } else { format!("{ratio:.2}") }
}

/// What it costs to start something: in seconds, and in bytes while it waits.
pub struct Starts {
    pub code: f64,
    pub whole: f64,
    pub each: f64,
    pub idle: f64,
}

impl Starts {
    /// Keeps the better of each time.
    pub fn keep_best(&mut self, other: &Self) {
        self.code = self.code.min(other.code);
        self.whole = self.whole.min(other.whole);
        self.each = self.each.min(other.each);
    }
}

/// A column for each that starts.
pub fn instances(names: &[&str], all: &[Starts]) {
    println!("| | {} |\n|---|{}", names.join(" | "), "---|".repeat(names.len()));
    let row = |what: &str, cell: &dyn Fn(&Starts) -> String| {
        let cells: Vec<_> = all.iter().map(cell).collect();
        println!("| {what} | {} |", cells.join(" | "));
    };
    row("until Python code runs, ms", &|starts| significant(starts.code * 1e3));
    row("`-c pass`, to its end, ms", &|starts| significant(starts.whole * 1e3));
    row("of these a second, on all processors", &|starts| short(1.0 / starts.each));
    row("memory of each that waits, MiB", &|starts| significant(starts.idle / MIB));
    println!();
}

/// What a stream takes of memory, where there is a cap and Python, and they are made in this order.
pub fn memory(codec: &str, rows: &Rows, memory: &[u64]) {
    let [cap, python] = memory else { return };
    let mebibytes = |size: &u64| *size as f64 / MIB;
    for (name, figures) in rows {
        let (size, python, cap) = (figures["bytes"] / MIB, mebibytes(python), mebibytes(cap));
        println!(
            "{codec} {name} of {size:.0} MiB: {python:.1} MiB of Python's and {cap:.1} MiB of the cap's\n"
        );
    }
}
