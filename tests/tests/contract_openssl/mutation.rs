//! Breaking bytes: anywhere, where they look like sizes, and as records of TLS.

use pyforge_tests::samples::Numbers;

const RECORD_HEADER: usize = 5;

/// How many bytes a mutation inserts, removes or repeats at most.
const MOST_MOVED: usize = 64;

/// A sequence of numbers for each case, which does not look like that of the case before.
pub fn numbers(case: usize) -> Numbers {
    let mut numbers = Numbers::new((case as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    for _ in 0..8 {
        numbers.below(2);
    }
    numbers
}

/// Breaks some bytes once, or a few times.
pub fn mutate(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    for _ in 0..1 + numbers.below(3) * numbers.below(2) {
        mutate_once(bytes, numbers);
    }
}

/// Breaks records, as bytes or as what they are.
pub fn mutate_records(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    let mut records = records(bytes);
    let at = numbers.below(records.len().max(1));
    match numbers.below(12) {
        0 if records.len() > 1 => {
            let other = numbers.below(records.len());
            records.swap(at, other);
        }
        1 if !records.is_empty() => records.insert(at, records[at].clone()),
        2 if records.len() > 1 => coalesce(&mut records, numbers),
        3 if !records.is_empty() => split(&mut records, at, numbers),
        4 if records.len() > 1 => drop(records.remove(at)),
        // A header that fits what is behind it, so that what is broken gets further.
        5..8 if !records.is_empty() => mutate_body(&mut records[at], numbers),
        _ => return mutate(bytes, numbers),
    }
    *bytes = records.concat();
}

fn mutate_once(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    let at = numbers.below(bytes.len() + 1);
    let end = bytes.len().min(at + 1 + numbers.below(MOST_MOVED));
    match numbers.below(8) {
        0 | 1 if at < bytes.len() => bytes[at] ^= 1 << numbers.below(8),
        2 if at < bytes.len() => bytes[at] = numbers.below(256) as u8,
        3 => bytes.truncate(at),
        4 => {
            let more = (at..end.max(at + 1)).map(|_| numbers.below(256) as u8).collect::<Vec<_>>();
            bytes.splice(at..at, more);
        }
        5 => drop(bytes.drain(at..end)),
        6 => {
            let again = bytes[at..end].to_vec();
            bytes.splice(at..at, again);
        }
        _ => resize(bytes, at, numbers),
    }
}

/// Takes one to three bytes for a size, and changes it.
fn resize(bytes: &mut [u8], at: usize, numbers: &mut Numbers) {
    let width = 1 + numbers.below(3);
    let Some(field) = bytes.get_mut(at..at + width) else { return };
    let size = field.iter().fold(0u32, |size, byte| size << 8 | u32::from(*byte));
    let changed = match numbers.below(5) {
        0 => size.wrapping_add(1),
        1 => size.wrapping_sub(1),
        2 => 0,
        3 => u32::MAX,
        _ => size.wrapping_add(numbers.below(300) as u32),
    };
    field.copy_from_slice(&changed.to_be_bytes()[4 - width..]);
}

/// Records, the last of which may be broken.
pub fn records(bytes: &[u8]) -> Vec<Vec<u8>> {
    let (mut rest, mut records) = (bytes, Vec::new());
    while !rest.is_empty() {
        let size = match rest.get(3..RECORD_HEADER) {
            Some(size) => RECORD_HEADER + usize::from(u16::from_be_bytes([size[0], size[1]])),
            None => rest.len(),
        };
        let (record, behind) = rest.split_at(size.min(rest.len()));
        records.push(record.to_vec());
        rest = behind;
    }
    records
}

fn record(like: &[u8], body: &[u8]) -> Vec<u8> {
    [&like[..3], &(body.len() as u16).to_be_bytes(), body].concat()
}

/// Makes one of two neighbours, which may be of different types.
fn coalesce(records: &mut Vec<Vec<u8>>, numbers: &mut Numbers) {
    let at = numbers.below(records.len() - 1);
    let next = records.remove(at + 1);
    if next.len() >= RECORD_HEADER && records[at].len() >= RECORD_HEADER {
        records[at] = record(&records[at], &[&records[at][RECORD_HEADER..], &next[RECORD_HEADER..]].concat());
    }
}

/// Makes two of one.
pub fn split(records: &mut Vec<Vec<u8>>, at: usize, numbers: &mut Numbers) {
    if records[at].len() > RECORD_HEADER {
        let whole = records.remove(at);
        let (front, back) = whole[RECORD_HEADER..].split_at(numbers.below(whole.len() - RECORD_HEADER));
        records.insert(at, record(&whole, back));
        records.insert(at, record(&whole, front));
    }
}

fn mutate_body(whole: &mut Vec<u8>, numbers: &mut Numbers) {
    if whole.len() >= RECORD_HEADER {
        let mut body = whole[RECORD_HEADER..].to_vec();
        mutate(&mut body, numbers);
        *whole = record(whole, &body);
    }
}
