//! Bytes waiting to be handed out.

use alloc::vec::Vec;

use cap_support::{OutOfMemory, Output};

/// A compressor's output that its caller has not had yet.
#[derive(Default)]
pub struct Queue {
    bytes: Vec<u8>,
    handed_out: usize,
}

impl Queue {
    /// How many bytes wait.
    pub fn len(&self) -> usize {
        self.bytes.len() - self.handed_out
    }

    /// Where to append.
    pub fn tail(&mut self) -> &mut Vec<u8> {
        // Not before half of it is through, so that each byte is moved at most once on average.
        if self.handed_out > self.len() {
            self.bytes.drain(..self.handed_out);
            self.handed_out = 0;
        }
        &mut self.bytes
    }

    /// The next bytes, at most `limit`.
    pub fn hand_out(&mut self, limit: usize) -> Result<Output, OutOfMemory> {
        let mut output = Output::new(limit, self.len())?;
        self.handed_out += output.append(&self.bytes[self.handed_out..])?;
        Ok(output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hands_out_everything_in_order() {
        let (mut queue, mut expected, mut got) = (Queue::default(), Vec::new(), Vec::new());
        for round in 0..200_u8 {
            let part = vec![round; usize::from(round) % 7];
            expected.extend(&part);
            queue.tail().extend(&part);
            got.extend(queue.hand_out(3).unwrap().bytes());
        }
        got.extend(queue.hand_out(usize::MAX).unwrap().bytes());
        assert_eq!(got, expected);
        assert_eq!(queue.len(), 0);
    }

    #[test]
    fn does_not_keep_what_is_through() {
        let mut queue = Queue::default();
        for _ in 0..1000 {
            queue.tail().extend([1; 100]);
            queue.hand_out(99).unwrap();
        }
        assert!(queue.tail().len() < 3000);
    }
}
