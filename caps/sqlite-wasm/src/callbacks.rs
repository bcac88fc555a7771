//! Functions and collations of the consumer's, and its other callbacks: each asks it.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int, c_uint, c_void};
use core::slice;

use crate::bindings::{Answer, Event, Request};
use crate::ffi::{
    Callers, Context, Db, Packed, Stmt, Value, engine_fail_without_memory, sqlite3_aggregate_context,
    sqlite3_expanded_sql, sqlite3_free, sqlite3_result_error, sqlite3_result_error_nomem,
    sqlite3_result_error_toobig, sqlite3_user_data,
};
use cap_support::Global;
use crate::suspension::{Asked, ask};
use crate::values::set_result;
use crate::withheld::{self, MOST_ARGUMENTS};

/// `SQLITE_DENY`
const DENY: c_int = 1;

/// A function or collation of the consumer's.
pub struct Registration {
    id: u32,
    db: *mut Db,
}

/// Numbers of registrations that SQLite has let go of.
static RELEASED: Global<Vec<u32>> = Global::new(Vec::new());

/// Which numbers of aggregations are in use: the first is 1.
static AGGREGATIONS: Global<Vec<bool>> = Global::new(Vec::new());

impl Registration {
    /// For SQLite to keep, until it calls [`release`].
    pub fn new(db: *mut Db, id: u32) -> *mut c_void {
        Box::into_raw(Box::new(Self { id, db })).cast()
    }

    /// # Safety
    /// It is from [`Registration::new`], and not released.
    unsafe fn of<'a>(app: *mut c_void) -> &'a Self {
        unsafe { &*app.cast() }
    }
}

/// SQLite does not use a registration any longer.
pub unsafe extern "C" fn release(app: *mut c_void) {
    // SAFETY: it is from `Registration::new`, and SQLite says this once.
    let Registration { id, .. } = *unsafe { Box::from_raw(app.cast()) };
    RELEASED.with(|released| released.push(id));
}

/// The numbers released since this was last asked.
pub fn take_released() -> Vec<u32> {
    RELEASED.with(core::mem::take)
}

/// The functions by which a program that calls the consumer can be told.
pub fn callers() -> Callers {
    Callers { scalar: call_scalar as _, step: call_step as _, compare: call_compare as _ }
}

pub unsafe extern "C" fn call_scalar(context: *mut Context, count: c_int, values: *mut *mut Value) {
    // SAFETY: SQLite's arguments are as it says; the same is true of all functions here.
    unsafe { call(Event::Scalar, context, 0, count, values) };
}

pub unsafe extern "C" fn call_step(context: *mut Context, count: c_int, values: *mut *mut Value) {
    match unsafe { aggregation(context, true) } {
        0 => unsafe { sqlite3_result_error_nomem(context) },
        number => {
            unsafe { call(Event::Step, context, number, count, values) };
        }
    }
}

pub unsafe extern "C" fn call_inverse(context: *mut Context, count: c_int, values: *mut *mut Value) {
    unsafe { call(Event::Inverse, context, aggregation(context, true), count, values) };
}

pub unsafe extern "C" fn call_value(context: *mut Context) {
    unsafe { call(Event::Value, context, aggregation(context, true), 0, core::ptr::null_mut()) };
}

pub unsafe extern "C" fn call_final(context: *mut Context) {
    let number = unsafe { aggregation(context, false) };
    if !unsafe { call(Event::Final, context, number, 0, core::ptr::null_mut()) } {
        // The consumer still has what belongs to it.
        return;
    }
    AGGREGATIONS.with(|used| {
        if let Some(used) = (number as usize).checked_sub(1).and_then(|index| used.get_mut(index)) {
            *used = false;
        }
    });
}

/// The number of the aggregation that a call belongs to, or 0 when it has none (and shall not begin one).
unsafe fn aggregation(context: *mut Context, begin: bool) -> u32 {
    let size = if begin { size_of::<u32>() as c_int } else { 0 };
    let number = unsafe { sqlite3_aggregate_context(context, size) }.cast::<u32>();
    if number.is_null() {
        return 0;
    }
    if unsafe { *number } == 0 && begin {
        let index = AGGREGATIONS.with(|used| {
            let index = used.iter().position(|used| !used).unwrap_or(used.len());
            if index == used.len() {
                used.push(true);
            } else {
                used[index] = true;
            }
            index
        });
        unsafe { *number = index as u32 + 1 };
    }
    unsafe { *number }
}

/// Calls the consumer for a function. False when that cannot be done from here.
unsafe fn call(
    event: Event,
    context: *mut Context,
    aggregate: u32,
    count: c_int,
    values: *mut *mut Value,
) -> bool {
    let question = || {
        let arguments = unsafe { Packed::new().values(count, values) }?;
        let id = unsafe { Registration::of(sqlite3_user_data(context)) }.id;
        Some(request(event, id, aggregate, count as u32, arguments))
    };
    let asked = ask(Some(context), question);
    match &asked {
        Asked::Now(answer) => unsafe { respond(context, answer) },
        Asked::Later => {}
        Asked::Never => unsafe {
            respond(context, &Answer::Failed("a function cannot be called from here".into()))
        },
    }
    !matches!(asked, Asked::Never)
}

/// Gives SQLite what the consumer said.
unsafe fn respond(context: *mut Context, answer: &Answer) {
    let fail = |message: &str| {
        let size = c_int::try_from(message.len()).unwrap_or(c_int::MAX);
        unsafe { sqlite3_result_error(context, message.as_ptr().cast(), size) };
    };
    match answer {
        Answer::Number(_) => {}
        Answer::Value(words) => {
            if set_result(context, words).is_err() {
                fail("the function's value is not one");
            }
        }
        Answer::Failed(message) => fail(message),
        Answer::TooBig => unsafe { sqlite3_result_error_toobig(context) },
        Answer::NoMemory => unsafe { sqlite3_result_error_nomem(context) },
    }
}

pub unsafe extern "C" fn call_compare(
    app: *mut c_void,
    left_size: c_int,
    left: *const c_void,
    right_size: c_int,
    right: *const c_void,
) -> c_int {
    let text = |start: *const c_void, size: c_int| {
        if size <= 0 { &[][..] } else { unsafe { slice::from_raw_parts(start.cast::<u8>(), size as usize) } }
    };
    let (left, right) = (text(left, left_size), text(right, right_size));
    let values = Packed::new().text(Some(left)).and_then(|values| values.text(Some(right)));
    let Registration { id, db } = *unsafe { Registration::of(app) };
    match number(Event::Compare, id, 2, values) {
        Some(Answer::Number(order)) => order,
        _ => {
            // There is no order that would not be wrong.
            unsafe { engine_fail_without_memory(db) };
            0
        }
    }
}

/// It is registered with the connection.
pub unsafe extern "C" fn call_authorize(
    db: *mut c_void,
    action: c_int,
    first: *const c_char,
    second: *const c_char,
    third: *const c_char,
    fourth: *const c_char,
) -> c_int {
    let texts = [first, second, third, fourth];
    let values = texts.into_iter().fold(Packed::new().integer(action.into()), |values, text| {
        values.and_then(|values| values.text(unsafe { bytes(text) }))
    });
    match number(Event::Authorize, 0, 5, values) {
        Some(Answer::Number(code)) => code,
        Some(Answer::NoMemory) => {
            unsafe { engine_fail_without_memory(db.cast()) };
            DENY
        }
        _ => DENY,
    }
}

pub unsafe extern "C" fn call_progress(_: *mut c_void) -> c_int {
    match number(Event::Progress, 0, 0, Some(Packed::new())) {
        Some(Answer::Number(code)) => code,
        _ => 0,
    }
}

pub unsafe extern "C" fn call_trace(
    _: c_uint,
    _: *mut c_void,
    statement: *mut c_void,
    text: *mut c_void,
) -> c_int {
    let expanded = unsafe { sqlite3_expanded_sql(statement.cast::<Stmt>()) };
    let (with, without) = unsafe { (bytes(expanded), bytes(text.cast())) };
    let values = Packed::new().text(with).and_then(|values| values.text(without));
    unsafe { sqlite3_free(expanded.cast()) };
    number(Event::Trace, 0, 2, values);
    0
}

/// Asks what is answered by a number, or that there is no memory. Without arguments there was none to put them
/// together. None when it cannot be asked from here.
fn number(event: Event, id: u32, count: u32, arguments: Option<Packed>) -> Option<Answer> {
    match ask(None, || Some(request(event, id, 0, count, arguments?))) {
        Asked::Now(answer) => Some(answer),
        Asked::Later | Asked::Never => None,
    }
}

fn request(event: Event, id: u32, aggregate: u32, count: u32, arguments: Packed) -> Request {
    let arguments = arguments.into_words();
    let words = arguments.len() as u32;
    Request { event, id, aggregate, count, words, arguments: withheld::pass(arguments, MOST_ARGUMENTS) }
}

/// A text of SQLite's that may be missing.
unsafe fn bytes<'a>(text: *const c_char) -> Option<&'a [u8]> {
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_bytes())
}
