//! Calls that stop in the middle to ask the consumer, and go on when it has answered.
//!
//! There are two ways. Where an instruction of a statement's program calls a function, the instruction is given up and
//! the statement returns as it does with a row; when it goes on, it does the instruction again, and then the value is
//! known. That costs next to nothing.
//!
//! Everywhere else, what asks is deep in SQLite's stack. To return from there and come back later, the build adds a
//! second copy of the code to this module, in which Binaryen's Asyncify has put the means to save all functions'
//! variables and return (unwind), and to get back to where that was (rewind). Pointers to functions in data are those of
//! the first copy, and the second copy translates them as it calls. So whether a call can unwind is decided where it
//! starts, and one that need not costs nothing.
//!
//! The part of the C stack that is in memory stays as it is while a call waits. So each such call has a stack of its own.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::any::Any;
use core::ffi::c_void;
use core::ptr::null_mut;

use crate::bindings::{Answer, Request};
use crate::ffi::{
    Context, Stmt, asyncify_get_state, asyncify_start_rewind, asyncify_start_unwind, asyncify_stop_rewind,
    asyncify_stop_unwind, engine_ask, engine_caller, engine_is_watched, memory_account, set_stack_pointer,
    stack_pointer, suspendable_operate,
};
use cap_support::Global;

/// The stack of a call that can suspend, in bytes: as large as the module's own.
const STACK: usize = 1 << 20;

/// Room for the variables of its functions, in bytes.
const VARIABLES: usize = 1 << 20;

/// How many calls may wait at the same time, each for the next.
const DEEPEST: usize = 1000;

/// Asyncify's state while it unwinds.
const UNWINDING: i32 = 1;

/// What a call does, from the start or from where it asked on: its result, or none when a function's value is waited for.
type Work = Box<dyn FnMut() -> Option<Box<dyn Any>>>;

/// A call that can ask.
struct Operation {
    work: Work,
    result: Option<Box<dyn Any>>,
    /// The statement whose instructions can be given up, if it is one that runs a statement.
    statement: *mut Stmt,
    /// What it needs to unwind, if it can.
    fiber: Option<Fiber>,
}

/// The memory of a call that can unwind.
struct Fiber {
    stack: Vec<u128>,
    variables: Vec<u64>,
    /// What Asyncify reads and writes: where it is in `variables`, and their end.
    extent: [*mut u64; 2],
    /// Where the stack was when it unwound.
    stack_pointer: *mut c_void,
    /// Whether it is unwound.
    is_unwound: bool,
}

struct Operations {
    /// The one that runs.
    running: *mut Operation,
    /// Those that wait for an answer, the innermost last.
    waiting: Vec<Box<Operation>>,
    request: Option<Request>,
    answer: Option<Answer>,
    /// What the one that was last through came to, until its call is made again.
    finished: Option<Box<dyn Any>>,
    /// Memory that was used before.
    spare: Option<Fiber>,
}

static OPERATIONS: Global<Operations> = Global::new(Operations {
    running: null_mut(),
    waiting: Vec::new(),
    request: None,
    answer: None,
    finished: None,
    spare: None,
});

/// How far a call came.
pub enum Progress<T> {
    /// It is through.
    Done(T),
    /// It waits for the answer to this.
    Asks(Request),
    /// There is no memory for it, or there are too many that wait.
    NoRoom,
}

/// How a call can ask.
pub enum Way {
    /// By giving up instructions of this statement.
    Returning(*mut Stmt),
    /// By unwinding the stack, and also in that way if there is a statement.
    Unwinding(*mut Stmt),
}

/// Does work that may ask the consumer. It is done again to go on after an instruction was given up, which is when it
/// returns none.
pub fn start<T: 'static>(way: Way, mut work: impl FnMut() -> Option<T> + 'static) -> Progress<T> {
    let (statement, unwinds) = match way {
        Way::Returning(statement) => (statement, false),
        Way::Unwinding(statement) => (statement, true),
    };
    let fiber = if unwinds { Fiber::take() } else { None };
    if unwinds && fiber.is_none() {
        return Progress::NoRoom;
    }
    let work: Work = Box::new(move || work().map(|result| Box::new(result) as Box<dyn Any>));
    match go(Box::new(Operation { work, result: None, statement, fiber })) {
        Some(request) => Progress::Asks(request),
        None => finished().map_or(Progress::NoRoom, Progress::Done),
    }
}

/// What the call came to that asked, now that it is through.
pub fn finished<T: 'static>() -> Option<T> {
    let result = OPERATIONS.with(|operations| operations.finished.take())?;
    result.downcast().ok().map(|result| *result)
}

/// Goes on with the call that waits, for its next question.
pub fn resume(answer: Answer) -> Option<Request> {
    let operation = OPERATIONS.with(|operations| {
        operations.answer = Some(answer);
        operations.waiting.pop()
    })?;
    go(operation)
}

/// What became of a question.
pub enum Asked {
    /// This is the answer.
    Now(Answer),
    /// The instruction that asks is given up.
    Later,
    /// The call is not one that can ask from here.
    Never,
}

/// Asks the consumer; `context` is that of a function that an instruction may have called.
pub fn ask(context: Option<*mut Context>, request: impl FnOnce() -> Option<Request>) -> Asked {
    let running = OPERATIONS.with(|operations| operations.running);
    if running.is_null() {
        return Asked::Never;
    }
    // SAFETY: it runs.
    let (statement, unwinds) = unsafe { ((*running).statement, (*running).fiber.is_some()) };
    // SAFETY: the context is SQLite's.
    let by_instruction =
        context.filter(|&context| !statement.is_null() && unsafe { engine_caller(context) } == statement);
    if by_instruction.is_some()
        && let Some(answer) = OPERATIONS.with(|operations| operations.answer.take())
    {
        return Asked::Now(answer);
    }
    // To give an instruction up would ask for progress in between, and shows in a trace.
    // SAFETY: an instruction calls.
    let by_instruction =
        by_instruction.filter(|&context| !unwinds || unsafe { engine_is_watched(context) == 0 });
    if by_instruction.is_none() && !unwinds {
        return Asked::Never;
    }
    let Some(request) = request() else { return Asked::Now(Answer::NoMemory) };
    OPERATIONS.with(|operations| operations.request = Some(request));
    if let Some(context) = by_instruction {
        // SAFETY: an instruction calls.
        unsafe { engine_ask(context) };
        return Asked::Later;
    }
    suspend();
    OPERATIONS.with(|operations| operations.answer.take()).map_or(Asked::Never, Asked::Now)
}

/// Lets an operation run until it is through or asks.
fn go(mut operation: Box<Operation>) -> Option<Request> {
    let raw: *mut Operation = &raw mut *operation;
    OPERATIONS.with(|operations| {
        operations.running = raw;
        operations.request = None;
    });
    // SAFETY: it stays where it is until it is through.
    unsafe {
        match &mut (*raw).fiber {
            Some(fiber) => fiber.drive(raw),
            None => operate(raw.cast()),
        }
    }
    OPERATIONS.with(|operations| {
        operations.running = null_mut();
        operations.answer = None;
        let request = operations.request.take();
        if request.is_some() {
            operations.waiting.push(operation);
            return request;
        }
        operations.finished = operation.result;
        if let Some(fiber) = operation.fiber {
            operations.spare = Some(fiber);
        }
        None
    })
}

/// Does an operation's work. It is called in the code that can unwind, too.
///
/// # Safety
/// It is an [`Operation`].
#[unsafe(no_mangle)]
#[inline(never)]
unsafe extern "C" fn operate(operation: *mut c_void) {
    let operation = operation.cast::<Operation>();
    // SAFETY: the caller's.
    let result = unsafe { ((*operation).work)() };
    unsafe { (*operation).result = result };
}

/// Unwinds the stack, and returns when it was rewound.
#[inline(never)]
fn suspend() {
    // SAFETY: `ask` saw that an operation runs that can.
    unsafe {
        if asyncify_get_state() != 0 {
            asyncify_stop_rewind();
            return;
        }
        let running = OPERATIONS.with(|operations| operations.running);
        if let Some(fiber) = &mut (*running).fiber {
            let start = fiber.variables.as_mut_ptr();
            fiber.extent = [start, start.wrapping_add(fiber.variables.capacity())];
            asyncify_start_unwind(fiber.extent.as_mut_ptr().cast());
        }
    }
}

impl Fiber {
    fn take() -> Option<Self> {
        OPERATIONS.with(|operations| {
            if operations.waiting.len() >= DEEPEST {
                return None;
            }
            operations.spare.take().or_else(Self::new)
        })
    }

    fn new() -> Option<Self> {
        let (mut stack, mut variables) = (Vec::new(), Vec::new());
        stack.try_reserve_exact(STACK / size_of::<u128>()).ok()?;
        variables.try_reserve_exact(VARIABLES / size_of::<u64>()).ok()?;
        // SAFETY: any size will do.
        if unsafe { memory_account(STACK + VARIABLES) } == 0 {
            return None;
        }
        let (extent, stack_pointer) = ([null_mut(); 2], null_mut());
        Some(Self { stack, variables, extent, stack_pointer, is_unwound: false })
    }

    /// Lets its operation run, from the start or from where it unwound.
    ///
    /// # Safety
    /// The operation is the one that has this, and the one that runs.
    unsafe fn drive(&mut self, operation: *mut Operation) {
        // SAFETY: nothing in between uses the stack that this function is on.
        unsafe {
            let own_stack = stack_pointer();
            if self.is_unwound {
                asyncify_start_rewind(self.extent.as_mut_ptr().cast());
                set_stack_pointer(self.stack_pointer);
            } else {
                // It grows down.
                set_stack_pointer(self.stack.as_mut_ptr().wrapping_add(self.stack.capacity()).cast());
            }
            suspendable_operate(operation.cast());
            self.stack_pointer = stack_pointer();
            set_stack_pointer(own_stack);
            self.is_unwound = asyncify_get_state() == UNWINDING;
            if self.is_unwound {
                asyncify_stop_unwind();
            }
        }
    }
}
