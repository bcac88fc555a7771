//! PEM to DER and back.

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The blocks of a file, each by its label.
pub fn decode(pem: &[u8]) -> Vec<(String, Vec<u8>)> {
    let (mut blocks, mut open) = (Vec::new(), None);
    for line in String::from_utf8_lossy(pem).lines() {
        if let Some(label) = marked(line, "BEGIN") {
            open = Some((label, String::new()));
        } else if marked(line, "END").is_some() {
            blocks.extend(open.take().map(|(label, text)| (label, bytes(&text))));
        } else if let Some((_, text)) = &mut open {
            text.push_str(line);
        }
    }
    blocks
}

/// The first block of a file.
pub fn first(pem: &[u8]) -> Vec<u8> {
    decode(pem).remove(0).1
}

/// The first certificate of a file.
pub fn certificate(pem: &[u8]) -> Vec<u8> {
    let found = decode(pem).into_iter().find(|(label, _)| label == "CERTIFICATE");
    found.unwrap().1
}

/// A file with one block.
pub fn encode(label: &str, der: &[u8]) -> Vec<u8> {
    let text: Vec<u8> = der.chunks(3).flat_map(digits).collect();
    let mut pem = format!("-----BEGIN {label}-----\n").into_bytes();
    for line in text.chunks(64) {
        pem.extend(line);
        pem.push(b'\n');
    }
    pem.extend(format!("-----END {label}-----\n").bytes());
    pem
}

fn marked(line: &str, mark: &str) -> Option<String> {
    let label = line.strip_prefix("-----")?.strip_prefix(mark)?.strip_suffix("-----")?;
    Some(label.trim().to_owned())
}

fn bytes(text: &str) -> Vec<u8> {
    let values: Vec<_> =
        text.bytes().filter_map(|byte| DIGITS.iter().position(|digit| *digit == byte)).collect();
    let group = |chunk: &[usize]| {
        let word = chunk.iter().fold(0, |word, value| word << 6 | value) << (6 * (4 - chunk.len()));
        (word as u32).to_be_bytes()[1..chunk.len()].to_vec()
    };
    values.chunks(4).flat_map(group).collect()
}

fn digits(chunk: &[u8]) -> [u8; 4] {
    let word = [16, 8, 0].iter().zip(chunk).fold(0, |word, (shift, byte)| word | usize::from(*byte) << shift);
    let digit = |at: usize| if at > chunk.len() { b'=' } else { DIGITS[word >> (18 - 6 * at) & 63] };
    [digit(0), digit(1), digit(2), digit(3)]
}
