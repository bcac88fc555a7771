//! A statement: compiling it, and running it for many rows at a time.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::ffi::{c_char, c_int};
use core::ptr::{null, null_mut};

use crate::bindings::{Batch, Description, Failure, Prepared, State, Statement as Handle, Stop};
use crate::callbacks::callers;
use crate::connection::Connection;
use crate::description::Describer;
use crate::ffi::{
    CALLS_ANYTHING, CALLS_FUNCTIONS, CALLS_NOTHING, Code, ENGINE_ASKS, Packed, RUN_AS_COMPILED, RUN_FREELY,
    SQLITE_DONE, SQLITE_MISUSE, SQLITE_ROW, SQLITE_SCHEMA, SQLITE_TOOBIG, Stmt, engine_calls,
    engine_recompiled, engine_run, memory_account, memory_has_room, sqlite3_finalize, sqlite3_prepare_v2,
    sqlite3_reset, sqlite3_stmt_readonly,
};
use crate::suspension::{Progress, Way, finished, start};
use crate::values::bind;
use crate::withheld::{self, MOST_DESCRIPTION};

/// A compiled statement.
pub struct Statement {
    connection: Rc<Connection>,
    raw: *mut Stmt,
    read_only: bool,
    /// What is bound, which SQLite reads where it is.
    parameters: RefCell<Vec<u64>>,
    /// How often it had been compiled anew when `calls` was found out.
    recompiled: Cell<c_int>,
    /// How it may call the consumer, as the engine says it; not known until it is asked for.
    calls: Cell<Option<c_int>>,
    /// Between its first row and its last.
    is_running: Cell<bool>,
    /// A call on it waits for the consumer.
    is_in_use: Cell<bool>,
    /// What came after the rows of the last batch.
    pending: RefCell<Option<Box<Failure>>>,
}

/// What compiling came to.
struct Compiled {
    raw: *mut Stmt,
    tail: u32,
    failure: Option<Failure>,
}

/// What running came to.
struct Outcome {
    code: Code,
    rows: u32,
    values: Packed,
    failure: Option<Failure>,
}

/// How much to run for.
#[derive(Clone, Copy)]
struct Extent {
    max_rows: u32,
    max_words: usize,
}

/// What ending a run came to.
struct Ended(Code);

/// Compiles the first statement of a text.
pub fn prepare(connection: &Rc<Connection>, mut sql: String) -> Result<Prepared, Stop> {
    // With a zero behind it, SQLite need not copy it.
    sql.try_reserve_exact(1).map_err(|_| Failure::no_memory(connection.db))?;
    sql.push('\0');
    let compiled =
        connection.call(connection.compiling_asks(), move |connection| compile(connection, &sql))?;
    if let Some(failure) = compiled.failure {
        return Err(failure.into());
    }
    let Compiled { raw, tail, .. } = compiled;
    if raw.is_null() {
        return Ok(Prepared { statement: None, tail });
    }
    let statement = Rc::new(Statement::new(connection.clone(), raw));
    // SAFETY: it is compiled.
    let description = unsafe { Describer::new(raw, MOST_DESCRIPTION) }.describe();
    Ok(Prepared { statement: Some((Handle::new(statement), description)), tail })
}

/// `sql` ends with a zero.
fn compile(connection: &Connection, sql: &str) -> Compiled {
    let Ok(size) = c_int::try_from(sql.len()) else {
        let failure = Failure::with_code(connection.db, SQLITE_TOOBIG);
        return Compiled { raw: null_mut(), tail: 0, failure: Some(failure) };
    };
    let start = sql.as_ptr().cast::<c_char>();
    let (mut raw, mut end) = (null_mut(), null());
    // SAFETY: the text has that size.
    let code = unsafe { sqlite3_prepare_v2(connection.db, start, size, &mut raw, &mut end) };
    let failure = connection.check(code).err();
    let tail = if end.is_null() { 0 } else { end.addr() - start.addr() };
    Compiled { raw, tail: tail.min(sql.len() - 1) as u32, failure }
}

impl Statement {
    fn new(connection: Rc<Connection>, raw: *mut Stmt) -> Self {
        Self {
            connection,
            raw,
            // SAFETY: it is compiled, here and below.
            read_only: unsafe { sqlite3_stmt_readonly(raw) != 0 },
            parameters: RefCell::default(),
            recompiled: Cell::new(0),
            calls: Cell::new(None),
            is_running: Cell::new(false),
            is_in_use: Cell::new(false),
            pending: RefCell::default(),
        }
    }

    /// What tells what is known of it before it runs, whatever that takes.
    pub fn describer(&self) -> Describer {
        // SAFETY: it is compiled.
        unsafe { Describer::new(self.raw, usize::MAX) }
    }

    /// What is known of it before it runs.
    pub fn describe(&self) -> Result<Description, Failure> {
        let describer = self.describer();
        // SAFETY: any size will do.
        let room = unsafe { memory_has_room(describer.size()) != 0 };
        let description = if room { describer.describe() } else { None };
        description.ok_or_else(|| Failure::no_memory(self.connection.db))
    }

    /// Runs it for some rows.
    pub fn step(self: &Rc<Self>, parameters: Option<Vec<u64>>, rows: u32, words: u32) -> Result<Batch, Stop> {
        let outcome = match self.take_finished() {
            Some(outcome) => outcome,
            None => {
                self.check_free()?;
                if let Some(failure) = self.pending.take() {
                    return Err(Stop::Failed(*failure));
                }
                self.bind(parameters)?;
                self.run(Extent { max_rows: rows.max(1), max_words: words as usize })?
            }
        };
        self.batch(outcome, words as usize)
    }

    fn bind(&self, parameters: Option<Vec<u64>>) -> Result<(), Failure> {
        let Some(parameters) = parameters.filter(|_| !self.is_running.get()) else { return Ok(()) };
        // SAFETY: any size will do.
        if unsafe { memory_account(size_of_val(&*parameters)) } == 0 {
            return Err(Failure::no_memory(self.connection.db));
        }
        // SAFETY: the words are kept as long as they are bound.
        let bound = unsafe { bind(self.raw, &parameters) };
        *self.parameters.borrow_mut() = parameters;
        bound.map_err(|code| Failure::of(self.connection.db, code))
    }

    fn run(self: &Rc<Self>, extent: Extent) -> Result<Outcome, Stop> {
        // The consumer could tell if it was run for more.
        let one = Extent { max_rows: 1, ..extent };
        // What is compiled anew may call what it did not, or the authorizer is asked for it.
        let connection = &self.connection;
        let may_change = connection.has_functions.get() || connection.has_authorizer.get();
        let how = if may_change { RUN_AS_COMPILED } else { RUN_FREELY };
        let outcome = match self.calls() {
            CALLS_NOTHING => self.engine_run(how, false, if self.read_only { extent } else { one }),
            CALLS_FUNCTIONS => self.run_asking(Way::Returning(self.raw), how, one)?,
            _ => return self.run_asking(Way::Unwinding(self.raw), RUN_FREELY, one),
        };
        if outcome.code == SQLITE_SCHEMA && may_change {
            return self.run_asking(Way::Unwinding(self.raw), RUN_FREELY, one);
        }
        Ok(outcome)
    }

    fn run_asking(self: &Rc<Self>, way: Way, how: c_int, extent: Extent) -> Result<Outcome, Stop> {
        let (owner, mut continues) = (self.clone(), false);
        self.asking(way, move || {
            let outcome = owner.engine_run(how, continues, extent);
            continues = true;
            (outcome.code != ENGINE_ASKS).then_some(outcome)
        })
    }

    /// Does what may ask the consumer, while nothing else may be done with the statement.
    fn asking<T: 'static>(&self, way: Way, work: impl FnMut() -> Option<T> + 'static) -> Result<T, Stop> {
        let progress = start(way, work);
        self.is_in_use.set(matches!(progress, Progress::Asks(_)));
        if matches!(progress, Progress::NoRoom) {
            // SAFETY: the statement is not used by anything else.
            unsafe { sqlite3_reset(self.raw) };
            self.is_running.set(false);
        }
        self.connection.through(progress)
    }

    fn take_finished<T: 'static>(&self) -> Option<T> {
        let result = finished()?;
        self.is_in_use.set(false);
        Some(result)
    }

    fn check_free(&self) -> Result<(), Failure> {
        if self.is_in_use.get() {
            return Err(Failure::with_code(self.connection.db, SQLITE_MISUSE));
        }
        Ok(())
    }

    /// How running it may call the consumer.
    fn calls(&self) -> c_int {
        if self.connection.running_asks() {
            return CALLS_ANYTHING;
        }
        if !self.connection.has_functions.get() && !self.connection.has_authorizer.get() {
            return CALLS_NOTHING;
        }
        // SAFETY: the statement is compiled.
        let recompiled = unsafe { engine_recompiled(self.raw) };
        if self.recompiled.get() != recompiled {
            self.calls.set(None);
        }
        self.calls.get().unwrap_or_else(|| {
            let calls = unsafe { engine_calls(self.raw, &callers()) };
            self.calls.set(Some(calls));
            calls
        })
    }

    fn engine_run(&self, how: c_int, continues: bool, extent: Extent) -> Outcome {
        let (mut values, mut rows) = (Packed::new(), 0);
        // SAFETY: the statement is not used by anything else meanwhile.
        let code = unsafe {
            let Extent { max_rows, max_words } = extent;
            engine_run(self.raw, how, continues.into(), max_rows, max_words, &mut values, &mut rows)
        };
        let failure = match code {
            SQLITE_ROW | ENGINE_ASKS => None,
            SQLITE_SCHEMA if how == RUN_AS_COMPILED => None,
            SQLITE_DONE => {
                unsafe { sqlite3_reset(self.raw) };
                None
            }
            _ => Some(self.fail(code)),
        };
        Outcome { code, rows, values, failure }
    }

    /// Ends a run that failed.
    fn fail(&self, code: Code) -> Failure {
        let failure = Failure::of(self.connection.db, code);
        // SAFETY: as above.
        unsafe { sqlite3_reset(self.raw) };
        Failure { state: State::of(self.connection.db), ..failure }
    }

    fn batch(&self, outcome: Outcome, max_words: usize) -> Result<Batch, Stop> {
        let Outcome { code, rows, values, failure } = outcome;
        self.is_running.set(code == SQLITE_ROW);
        if let Some(failure) = failure {
            if rows == 0 {
                return Err(failure.into());
            }
            self.pending.replace(Some(Box::new(failure)));
        }
        let recompiled = unsafe { engine_recompiled(self.raw) };
        let is_new = self.recompiled.replace(recompiled) != recompiled;
        if is_new {
            self.calls.set(None);
        }
        let values = values.into_words();
        Ok(Batch {
            rows,
            words: values.len() as u32,
            values: withheld::pass(values, max_words),
            done: code == SQLITE_DONE,
            recompiled: is_new,
            state: State::of(self.connection.db),
        })
    }

    /// Ends a run before its last row.
    pub fn reset(self: &Rc<Self>) -> Result<State, Stop> {
        let ended = match self.take_finished() {
            Some(ended) => ended,
            None => {
                self.check_free()?;
                self.pending.take();
                self.end()?
            }
        };
        self.is_running.set(false);
        self.connection.check(ended.0)?;
        Ok(State::of(self.connection.db))
    }

    fn end(self: &Rc<Self>) -> Result<Ended, Stop> {
        let owner = self.clone();
        // SAFETY: the statement is not used by anything else meanwhile.
        let end = move || Ended(unsafe { sqlite3_reset(owner.raw) });
        // An aggregation that ends so is told.
        if self.is_running.get() && self.calls() == CALLS_ANYTHING {
            return self.asking(Way::Unwinding(null_mut()), move || Some(end()));
        }
        Ok(end())
    }
}

impl Drop for Statement {
    fn drop(&mut self) {
        // SAFETY: nothing uses it any longer.
        unsafe { sqlite3_finalize(self.raw) };
    }
}
