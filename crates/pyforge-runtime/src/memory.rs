//! The memory limit: one bound over all linear memories of an instance.

use wasmtime::ResourceLimiter;

/// What the linear memories of a run came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryUse {
    /// Size of each linear memory at the end, in bytes, in the order of their creation (a composed Python
    /// has one, and each cap one). Linear memories never shrink, so these are the peaks as well.
    pub sizes: Vec<u64>,
    /// The total, in bytes, that the guest was last denied because it exceeded the policy's limit. The
    /// guest saw a failed allocation: in Python, a `MemoryError`.
    pub refused: Option<u64>,
}

impl MemoryUse {
    /// The sum of all sizes, in bytes.
    pub fn total(&self) -> u64 {
        self.sizes.iter().sum()
    }
}

/// Grants or refuses each growth. A refused growth fails in the guest and does not trap.
pub(crate) struct MemoryLimiter {
    limit: Option<u64>,
    used: MemoryUse,
    /// The last growth granted: which memory, and its size before.
    last: Option<(usize, u64)>,
}

impl MemoryLimiter {
    pub(crate) fn new(limit: Option<u64>) -> Self {
        Self { limit, used: MemoryUse::default(), last: None }
    }

    pub(crate) fn used(&self) -> &MemoryUse {
        &self.used
    }

    /// The index of a memory of this size. The limiter is not told which memory grows, but memories of
    /// equal size are interchangeable for the sum, and a fresh one is asked for as a growth from zero.
    fn index_of(&mut self, size: u64) -> usize {
        let sizes = &mut self.used.sizes;
        if let Some(index) = sizes.iter().position(|known| *known == size) {
            return index;
        }
        match self.last {
            // The system could not carry out what was granted. (From zero it is a fresh memory instead.)
            Some((index, before)) if before == size && size > 0 => {
                sizes[index] = before;
                index
            }
            _ => {
                sizes.push(0);
                sizes.len() - 1
            }
        }
    }
}

impl ResourceLimiter for MemoryLimiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            // The memory's own bound, not the policy's.
            return Ok(false);
        }
        let index = self.index_of(current as u64);
        let total = self.used.total() - self.used.sizes[index] + desired as u64;
        if self.limit.is_some_and(|limit| total > limit) {
            self.used.refused = Some(total);
            return Ok(false);
        }
        self.used.sizes[index] = desired as u64;
        self.last = Some((index, current as u64));
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: usize = 1 << 16;

    #[test]
    fn the_limit_is_on_the_sum() {
        let mut limiter = MemoryLimiter::new(Some(10 * PAGE as u64));
        assert!(limiter.memory_growing(0, 4 * PAGE, None).unwrap());
        assert!(limiter.memory_growing(0, 5 * PAGE, None).unwrap());
        assert!(!limiter.memory_growing(4 * PAGE, 6 * PAGE, None).unwrap());
        assert!(limiter.memory_growing(4 * PAGE, 5 * PAGE, None).unwrap());
        assert_eq!(limiter.used().sizes, [5 * PAGE as u64, 5 * PAGE as u64]);
        assert_eq!(limiter.used().refused, Some(11 * PAGE as u64));
    }

    #[test]
    fn a_growth_the_system_could_not_do_is_not_counted() {
        let mut limiter = MemoryLimiter::new(Some(10 * PAGE as u64));
        assert!(limiter.memory_growing(0, PAGE, None).unwrap());
        assert!(limiter.memory_growing(PAGE, 9 * PAGE, None).unwrap());
        assert!(limiter.memory_growing(PAGE, 2 * PAGE, None).unwrap());
        assert_eq!(limiter.used().sizes, [2 * PAGE as u64]);
    }

    #[test]
    fn a_memory_has_its_own_bound() {
        let mut limiter = MemoryLimiter::new(None);
        assert!(!limiter.memory_growing(0, 2 * PAGE, Some(PAGE)).unwrap());
        assert_eq!(*limiter.used(), MemoryUse::default());
    }
}
