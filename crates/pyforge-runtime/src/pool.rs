//! Room for many instances at a time, set aside when the engine starts.
//!
//! Without a pool each instance maps its memories when it starts and gives them back when it ends: fine for a process
//! that runs one guest. With one, an instance takes places that an earlier one of the same program had, in which the
//! program's memory image is mapped already and only what was written to is put back.

use wasmtime::{Enabled, PoolingAllocationConfig};

/// How much of the table of a pool a composed file may take: OpenSSL's has some ten thousand entries.
const TABLE_ELEMENTS: usize = 50_000;

/// Core modules of a composed file: for each component the library, two small ones that close the circle with its
/// imports, and what adapts its calls. They take nothing of a pool but a number.
const CORE_INSTANCES: u32 = 100;

/// Tables for each instance: one for each core module that has functions called through it.
const TABLES: u32 = 20;

/// What the host keeps of a core instance or a component instance, at most, in bytes. Nothing is set aside for it.
const INSTANCE_SIZE: usize = 16 << 20;

/// What the memories of all instances may keep by default while they are free, in bytes, and what one may.
const KEPT: u64 = 1 << 30;
const KEPT_OF_MEMORY: u64 = 4 << 20;

/// What a free table may keep, in bytes.
const KEPT_OF_TABLE: usize = 64 << 10;

/// What a free stack keeps, in bytes. What a deep recursion took beyond that is given back.
const KEPT_OF_STACK: usize = 32 << 10;

/// Room for instances. Address space is set aside for all of it, real memory for none.
///
/// Each memory has 4 GiB of address space, so that no access needs a check of its bounds, and takes about four of the
/// 65,530 mappings that Linux lets a process have (`vm.max_map_count`): a Python with all caps takes 28. So 2,000 of
/// these are what a system allows that is not told otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// How many instances there may be at a time. A run beyond that fails with [`RunError::Full`](crate::RunError::Full).
    pub instances: u32,
    /// How many linear memories all of them may have together: a composed Python has one, and one for each cap. Where
    /// these do not suffice, it is `Full` with fewer instances. A process has address space for some 30,000.
    pub memories: u32,
    /// How many bytes of each memory stay resident when its instance is gone. What was written of them is put back by
    /// copying, which takes less time than to give the pages back and to fault them in anew. All places that were ever
    /// in use at a time keep theirs.
    pub warm: u64,
}

impl Pool {
    /// A pool for that many instances of a Python with up to nine caps. What they keep when they are gone comes to about
    /// a gigabyte, if all were there at a time.
    pub fn new(instances: u32) -> Self {
        let warm = KEPT_OF_MEMORY.min(KEPT / u64::from(instances.max(1)));
        Self { instances, memories: instances.saturating_mul(10), warm }
    }

    /// The same for wasmtime.
    pub(crate) fn allocation(self) -> PoolingAllocationConfig {
        let mut pooling = PoolingAllocationConfig::new();
        pooling
            .total_component_instances(self.instances)
            .total_core_instances(self.instances.saturating_mul(CORE_INSTANCES))
            .total_memories(self.memories)
            .total_tables(self.instances.saturating_mul(TABLES))
            .total_stacks(self.instances)
            .total_gc_heaps(self.instances)
            .max_component_instance_size(INSTANCE_SIZE)
            .max_core_instance_size(INSTANCE_SIZE)
            .table_elements(TABLE_ELEMENTS)
            .linear_memory_keep_resident(usize::try_from(self.warm).unwrap_or(usize::MAX))
            .table_keep_resident(KEPT_OF_TABLE)
            .async_stack_keep_resident(KEPT_OF_STACK)
            // Finds the pages that were written to; without it all that is kept would be copied.
            .pagemap_scan(Enabled::Auto);
        pooling
    }
}
