//! Running cases by their numbers: none may trap or hang, and all together may not take more memory than a few.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

use pyforge_tests::openssl::{Instance, Ticks};
use pyforge_tests::scripts::long;

use crate::shared::COMPONENT;

/// How many cases there are of each kind: of records, and of certificates.
const SHORT: usize = 1_500;
const LONG: usize = 50_000;

/// How often the epoch ticks, and how many ticks a case may take: 10 seconds, on a machine that has other work too.
const TICK: Duration = Duration::from_millis(500);
const MOST_TICKS: u64 = 20;

/// How much the memory may grow behind the first tenth of the cases. The heap grows by pages of 64 KiB, when a case
/// needs a block for which there is no gap among those that other cases left: that is a matter of chance, and not of
/// how many cases there were.
const TOLERANCE: usize = 4 << 16;

/// Runs all cases on one instance, which `prepare` gets ready for them.
pub fn run<T>(prepare: impl FnOnce(&mut Instance) -> T, case: impl Fn(&mut Instance, &mut T, usize)) {
    let _ticks = Ticks::every(TICK, COMPONENT.engine());
    let count = if long() { LONG } else { SHORT };
    let mut instance = Instance::start_seeded(&COMPONENT, 1);
    let mut prepared = prepare(&mut instance);
    let mut memory = 0;
    for number in 0..count {
        instance.allow_ticks(MOST_TICKS);
        let ended = catch_unwind(AssertUnwindSafe(|| case(&mut instance, &mut prepared, number)));
        ended.unwrap_or_else(|panic| fail(number, panic));
        if number == count / 10 {
            memory = instance.memory();
        }
    }
    assert!(instance.memory() <= memory + TOLERANCE, "{memory} bytes became {}", instance.memory());
}

fn fail(number: usize, panic: Box<dyn Any + Send>) -> ! {
    match panic.downcast::<String>() {
        Ok(message) => panic!("case {number}: {message}"),
        Err(panic) => resume_unwind(panic),
    }
}
