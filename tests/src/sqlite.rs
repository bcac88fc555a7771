//! Driving a provider of `sqlite:component/database` by itself: one connection, and SQL with rows of values.

use std::path::Path;

use wasmtime::component::{Component, Linker, ResourceAny};
use wasmtime::{AsContextMut, Engine, Store};
use wasmtime_wasi::WasiView;

use self::bindings::Provider;
use self::bindings::exports::sqlite::component::database::{Answer, Failure, Guest, Request, Stop};

#[allow(missing_docs, reason = "the documentation is in the WIT")]
pub mod bindings {
    wasmtime::component::bindgen!({
        path: "../wit/sqlite",
        inline: "
            package pyforge:contract;
            world provider { export sqlite:component/database@0.1.0; }
        ",
        world: "pyforge:contract/provider",
    });
}

/// `SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI`
pub const OPEN_FLAGS: i32 = 0x2 | 0x4 | 0x40;

/// One value of a row.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "SQLite's types")]
pub enum Value {
    Integer(i64),
    Float(f64),
    Text(String),
    Blob(Vec<u8>),
    Null,
}

/// Why there are no rows.
#[derive(Debug)]
pub enum Refusal {
    /// SQLite said so.
    Failed(Failure),
    /// The component ended in the middle.
    Trapped(wasmtime::Error),
}

/// An instance with one connection.
pub struct Database<T: WasiView + 'static> {
    /// The instance's store.
    pub store: Store<T>,
    /// The interface.
    pub guest: Guest,
    /// The connection.
    pub connection: ResourceAny,
}

/// Compiles a component.
pub fn compile(engine: &Engine, file: &Path) -> Component {
    Component::from_file(engine, file).unwrap_or_else(|error| panic!("{}: {error:?}", file.display()))
}

impl<T: WasiView + 'static> Database<T> {
    /// Starts an instance and opens a database in it.
    pub fn open(component: &Component, linker: &Linker<T>, state: T, name: &str) -> Result<Self, Refusal> {
        let mut store = Store::new(component.engine(), state);
        let provider = Provider::instantiate(&mut store, component, linker).unwrap();
        let guest = provider.sqlite_component_database().clone();
        let opened = guest.connection().call_open(&mut store, name, OPEN_FLAGS);
        let connection = opened.map_err(Refusal::Trapped)?.map_err(Refusal::Failed)?;
        Ok(Self { store, guest, connection })
    }

    /// Closes the connection.
    pub fn close(mut self) -> Result<(), Refusal> {
        self.connection.resource_drop(&mut self.store).map_err(Refusal::Trapped)
    }

    /// Runs statements, for the rows of the last. What asks the consumer is answered with `answer`.
    pub fn run_asking(
        &mut self,
        sql: &str,
        parameters: &[Value],
        answer: &mut dyn FnMut(Request) -> Answer,
    ) -> Result<Vec<Vec<Value>>, Refusal> {
        let (mut rest, mut rows) = (sql, Vec::new());
        while !rest.is_empty() {
            let guest = self.guest.clone();
            let connection = self.connection;
            let prepared =
                self.through(answer, |store| guest.connection().call_prepare(store, connection, rest))?;
            rest = &rest[prepared.tail as usize..];
            let Some((statement, description)) = prepared.statement else { continue };
            let description = description.unwrap_or_else(|| {
                self.guest.statement().call_describe(&mut self.store, statement).unwrap().unwrap()
            });
            let result = self.rows(statement, description.columns.len(), parameters, answer);
            let dropped = statement.resource_drop(&mut self.store);
            rows = result?;
            dropped.map_err(Refusal::Trapped)?;
        }
        Ok(rows)
    }

    /// Runs statements that ask nothing, for the rows of the last.
    pub fn run(&mut self, sql: &str) -> Result<Vec<Vec<Value>>, Refusal> {
        self.run_asking(sql, &[], &mut |request| panic!("{request:?}"))
    }

    fn rows(
        &mut self,
        statement: ResourceAny,
        width: usize,
        parameters: &[Value],
        answer: &mut dyn FnMut(Request) -> Answer,
    ) -> Result<Vec<Vec<Value>>, Refusal> {
        let guest = self.guest.clone();
        let mut parameters = Some(pack(parameters));
        let mut rows = Vec::new();
        loop {
            let given = parameters.take();
            let batch = self.through(answer, |store| {
                guest.statement().call_step(store, statement, given.as_ref(), 100, 1 << 15)
            })?;
            let mut words = batch.values;
            if words.len() < batch.words as usize {
                words = self.guest.call_take_withheld(&mut self.store).map_err(Refusal::Trapped)?;
            }
            assert_eq!(words.len(), batch.words as usize);
            let values = unpack(&words);
            assert_eq!(values.len(), batch.rows as usize * width);
            rows.extend(values.chunks(width.max(1)).map(<[Value]>::to_vec));
            if batch.done {
                return Ok(rows);
            }
        }
    }

    /// Makes a call until it is through.
    pub fn through<R>(
        &mut self,
        answer: &mut dyn FnMut(Request) -> Answer,
        mut call: impl FnMut(&mut Store<T>) -> wasmtime::Result<Result<R, Stop>>,
    ) -> Result<R, Refusal> {
        loop {
            match call(&mut self.store).map_err(Refusal::Trapped)? {
                Ok(result) => return Ok(result),
                Err(Stop::Failed(failure)) => return Err(Refusal::Failed(failure)),
                Err(Stop::Suspended(request)) => self.answer(request, answer)?,
            }
        }
    }

    fn answer(&mut self, first: Request, answer: &mut dyn FnMut(Request) -> Answer) -> Result<(), Refusal> {
        let mut next = Some(first);
        while let Some(mut request) = next {
            if request.arguments.len() < request.words as usize {
                request.arguments =
                    self.guest.call_take_withheld(self.store.as_context_mut()).map_err(Refusal::Trapped)?;
            }
            assert_eq!(request.arguments.len(), request.words as usize);
            let answer = answer(request);
            next = self.guest.call_resume(self.store.as_context_mut(), &answer).map_err(Refusal::Trapped)?;
        }
        Ok(())
    }
}

/// Values as the contract packs them.
pub fn pack(values: &[Value]) -> Vec<u64> {
    let mut words = Vec::new();
    for value in values {
        match value {
            Value::Integer(value) => words.extend([1, *value as u64]),
            Value::Float(value) => words.extend([2, value.to_bits()]),
            Value::Text(text) => pack_bytes(&mut words, 3, text.as_bytes(), text.len() / 8 + 1),
            Value::Blob(blob) => pack_bytes(&mut words, 4, blob, blob.len().div_ceil(8)),
            Value::Null => words.push(5),
        }
    }
    words
}

fn pack_bytes(words: &mut Vec<u64>, kind: u64, bytes: &[u8], count: usize) {
    words.push(kind | (bytes.len() as u64) << 32);
    let mut padded = bytes.to_vec();
    padded.resize(count * 8, 0);
    words.extend(padded.as_chunks().0.iter().map(|word| u64::from_le_bytes(*word)));
}

/// The values back.
pub fn unpack(mut words: &[u64]) -> Vec<Value> {
    let mut values = Vec::new();
    while let Some((&heading, rest)) = words.split_first() {
        let size = (heading >> 32) as usize;
        let (kind, count) = match heading as u32 {
            kind @ (1 | 2) => (kind, 1),
            3 => (3, size / 8 + 1),
            4 => (4, size.div_ceil(8)),
            kind => (kind, 0),
        };
        let (body, behind) = rest.split_at(count);
        let mut bytes: Vec<u8> = body.iter().flat_map(|word| word.to_le_bytes()).collect();
        bytes.truncate(size);
        values.push(match kind {
            1 => Value::Integer(body[0] as i64),
            2 => Value::Float(f64::from_bits(body[0])),
            3 => Value::Text(String::from_utf8(bytes).unwrap()),
            4 => Value::Blob(bytes),
            5 => Value::Null,
            kind => panic!("{kind} is no type"),
        });
        words = behind;
    }
    values
}
