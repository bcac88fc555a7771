//! Bytes waiting to be handed out.

use alloc::vec::Vec;
use core::mem::take;

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

    /// The next bytes, at most `limit`; all of them without a copy when none was handed out before.
    pub fn hand_out(&mut self, limit: usize) -> Vec<u8> {
        if self.handed_out == 0 && self.bytes.len() <= limit {
            return take(&mut self.bytes);
        }
        let end = self.bytes.len().min(self.handed_out.saturating_add(limit));
        let part = self.bytes[self.handed_out..end].to_vec();
        self.handed_out = end;
        part
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
            got.extend(queue.hand_out(3));
        }
        got.extend(queue.hand_out(usize::MAX));
        assert_eq!(got, expected);
        assert_eq!(queue.len(), 0);
    }

    #[test]
    fn does_not_keep_what_is_through() {
        let mut queue = Queue::default();
        for _ in 0..1000 {
            queue.tail().extend([1; 100]);
            queue.hand_out(99);
        }
        assert!(queue.tail().len() < 3000);
    }
}
