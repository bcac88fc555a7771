//! What a provider of `sqlite:component/database` must do.

use std::sync::LazyLock;

use pyforge_tests::component;
use pyforge_tests::contract::surface;
use pyforge_tests::sqlite::bindings::exports::sqlite::component::database::{
    Answer, Event, FunctionKind, Request,
};
use pyforge_tests::sqlite::{Database, Refusal, Value, compile, pack, unpack};
use wasmtime::Engine;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

/// A host with WASI, and no files.
struct Host {
    wasi: WasiCtx,
    table: ResourceTable,
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// `SQLITE_UTF8`, and the codes of refusals.
const UTF8: i32 = 1;
const MISUSE: i32 = 21;
const INTERRUPT: i32 = 9;
const AUTH: i32 = 23;

static COMPONENT: LazyLock<Component> = LazyLock::new(|| compile(&Engine::default(), &component("sqlite")));

fn open() -> Database<Host> {
    let mut linker = Linker::new(COMPONENT.engine());
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker).unwrap();
    let host = Host { wasi: WasiCtxBuilder::new().build(), table: ResourceTable::new() };
    Database::open(&COMPONENT, &linker, host, ":memory:").unwrap()
}

fn create_function(database: &mut Database<Host>, name: &str, kind: FunctionKind, id: u32) {
    let (connection, guest) = (database.connection, database.guest.clone());
    let connections = guest.connection();
    let created =
        connections.call_create_function(&mut database.store, connection, name, -1, UTF8, Some(kind), id);
    assert!(created.unwrap().unwrap().is_empty());
}

fn create_collation(database: &mut Database<Host>, name: &str, id: u32) {
    let (connection, guest) = (database.connection, database.guest.clone());
    let created = guest.connection().call_create_collation(&mut database.store, connection, name, Some(id));
    assert!(created.unwrap().unwrap().is_empty());
}

fn integers(rows: &[Vec<Value>]) -> Vec<i64> {
    rows.iter()
        .map(|row| match row[0] {
            Value::Integer(value) => value,
            ref other => panic!("{other:?}"),
        })
        .collect()
}

fn sum(arguments: &[u64]) -> i64 {
    integers(&unpack(arguments).into_iter().map(|value| vec![value]).collect::<Vec<_>>()).iter().sum()
}

fn code(refusal: Refusal) -> i32 {
    match refusal {
        Refusal::Failed(failure) => failure.code,
        Refusal::Trapped(error) => panic!("{error:?}"),
    }
}

#[test]
fn it_imports_files_clocks_and_random_numbers_and_nothing_else() {
    let (imports, exports) = surface(&component("sqlite"));
    let names: Vec<_> = imports.iter().map(|name| name.split_once('@').unwrap().0).collect();
    let mut needed = [
        "wasi:filesystem/preopens",
        "wasi:filesystem/types",
        "wasi:clocks/wall-clock",
        "wasi:clocks/monotonic-clock",
        "wasi:io/poll",
        "wasi:io/error",
        "wasi:io/streams",
        "wasi:random/random",
    ];
    needed.sort_unstable();
    assert!(names.iter().all(|name| needed.contains(name)), "{names:?}");
    assert_eq!(exports, ["sqlite:component/database@0.1.0"]);
}

#[test]
fn it_tells_its_version() {
    let mut database = open();
    let version = database.guest.call_version(&mut database.store).unwrap();
    assert_eq!(version.split('.').count(), 3, "{version}");
}

#[test]
fn values_come_back_as_they_went_in() {
    let mut database = open();
    let values = [
        Value::Integer(i64::MIN),
        Value::Float(0.1),
        Value::Text("naïve\0text".into()),
        Value::Blob(vec![0, 1, 2, 255, 0, 0, 0, 0, 9]),
        Value::Null,
    ];
    let rows = database.run_asking("SELECT ?, ?, ?, ?, ?", &values, &mut |_| panic!()).unwrap();
    assert_eq!(rows, [values]);
}

const NUMBERS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5)";

#[test]
fn a_function_is_asked_for_row_by_row() {
    let mut database = open();
    create_function(&mut database, "f", FunctionKind::Scalar, 7);
    let mut asked = 0;
    let mut answer = |request: Request| {
        asked += 1;
        assert_eq!((request.event, request.id, request.count), (Event::Scalar, 7, 2));
        Answer::Value(pack(&[Value::Integer(sum(&request.arguments))]))
    };
    let sql = format!("{NUMBERS} SELECT f(i, 100) FROM n");
    let rows = database.run_asking(&sql, &[], &mut answer).unwrap();
    assert_eq!(integers(&rows), [101, 102, 103, 104, 105]);
    assert_eq!(asked, 5);
}

#[test]
fn an_aggregate_keeps_its_number_until_it_ends() {
    let mut database = open();
    create_function(&mut database, "total", FunctionKind::Aggregate, 1);
    let mut totals = std::collections::BTreeMap::<u32, i64>::new();
    let mut answer = |request: Request| match request.event {
        Event::Step => {
            *totals.entry(request.aggregate).or_default() += sum(&request.arguments);
            Answer::Number(0)
        }
        Event::Final => {
            let total = totals.remove(&request.aggregate).unwrap_or_default();
            Answer::Value(pack(&[Value::Integer(total)]))
        }
        other => panic!("{other:?}"),
    };
    let sql = format!("{NUMBERS} SELECT total(i) + total(i * 10) FROM n GROUP BY i % 2 ORDER BY 1");
    let rows = database.run_asking(&sql, &[], &mut answer).unwrap();
    assert_eq!(integers(&rows), [66, 99]);
    assert!(totals.is_empty());
}

#[test]
fn a_collation_is_asked_for_in_the_middle_of_a_sort() {
    let mut database = open();
    create_collation(&mut database, "backwards", 3);
    let mut answer = |request: Request| {
        assert_eq!((request.event, request.id, request.count), (Event::Compare, 3, 2));
        let values = unpack(&request.arguments);
        let [Value::Text(left), Value::Text(right)] = &values[..] else { panic!("{values:?}") };
        Answer::Number(right.cmp(left) as i32)
    };
    let sql = format!("{NUMBERS} SELECT i FROM n ORDER BY CAST(i AS TEXT) COLLATE backwards");
    let rows = database.run_asking(&sql, &[], &mut answer).unwrap();
    assert_eq!(integers(&rows), [5, 4, 3, 2, 1]);
}

#[test]
fn a_statement_that_was_compiled_anew_asks_for_what_is_new_in_it() {
    let mut database = open();
    create_collation(&mut database, "backwards", 3);
    database.run("CREATE TABLE t (a)").unwrap();
    let (connection, guest) = (database.connection, database.guest.clone());
    let insert = "INSERT INTO t VALUES ('text ' || random())";
    let prepared = guest.connection().call_prepare(&mut database.store, connection, insert).unwrap().unwrap();
    let (statement, _) = prepared.statement.unwrap();
    let mut asked;
    for round in 0..4 {
        if round == 1 {
            database.run("CREATE INDEX i ON t (a COLLATE backwards)").unwrap();
        }
        asked = 0;
        let mut answer = |_| {
            asked += 1;
            Answer::Number(1)
        };
        let step =
            |store: &mut wasmtime::Store<Host>| guest.statement().call_step(store, statement, None, 1, 100);
        assert!(database.through(&mut answer, step).unwrap().done);
        assert_eq!(asked > 0, round > 0, "in round {round}");
    }
    statement.resource_drop(&mut database.store).unwrap();
}

#[test]
fn a_function_that_fails_fails_the_statement() {
    let mut database = open();
    create_function(&mut database, "f", FunctionKind::Scalar, 1);
    let mut answer = |_| Answer::Failed("not today".into());
    match database.run_asking("SELECT f(1)", &[], &mut answer) {
        Err(Refusal::Failed(failure)) => assert_eq!(failure.message, "not today"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_connection_can_be_used_while_a_call_waits() {
    let mut database = open();
    create_collation(&mut database, "c", 1);
    create_function(&mut database, "f", FunctionKind::Scalar, 2);
    let (connection, guest) = (database.connection, database.guest.clone());
    // By hand: the statement waits in a comparison, and meanwhile others run, one of which waits too.
    let outer = "SELECT f(10) WHERE 'a' < 'b' COLLATE c";
    let prepared = guest.connection().call_prepare(&mut database.store, connection, outer).unwrap().unwrap();
    let (statement, _) = prepared.statement.unwrap();
    let step = |database: &mut Database<Host>| {
        guest.statement().call_step(&mut database.store, statement, None, 10, 1 << 15).unwrap()
    };
    let waiting = step(&mut database).unwrap_err();
    assert!(format!("{waiting:?}").contains("Compare"), "{waiting:?}");
    // The statement itself cannot.
    let refused = step(&mut database).unwrap_err();
    assert!(format!("{refused:?}").contains(&format!("code: {MISUSE}")), "{refused:?}");
    let mut answer = |request: Request| Answer::Value(pack(&[Value::Integer(sum(&request.arguments) + 1)]));
    assert_eq!(integers(&database.run_asking("SELECT f(f(1))", &[], &mut answer).unwrap()), [3]);
    let next = guest.call_resume(&mut database.store, &Answer::Number(-1)).unwrap().unwrap();
    assert_eq!(next.event, Event::Scalar);
    let value = Answer::Value(pack(&[Value::Integer(11)]));
    assert!(guest.call_resume(&mut database.store, &value).unwrap().is_none());
    let batch = step(&mut database).unwrap();
    assert_eq!(unpack(&batch.values), [Value::Integer(11)]);
    statement.resource_drop(&mut database.store).unwrap();
}

#[test]
fn hooks_are_asked_and_obeyed() {
    let mut database = open();
    let (connection, guest) = (database.connection, database.guest.clone());
    guest.connection().call_set_authorizer(&mut database.store, connection, true).unwrap();
    let mut deny = |request: Request| {
        assert_eq!((request.event, request.count), (Event::Authorize, 5));
        Answer::Number(1)
    };
    assert_eq!(code(database.run_asking("SELECT 1", &[], &mut deny).unwrap_err()), AUTH);
    guest.connection().call_set_authorizer(&mut database.store, connection, false).unwrap();
    guest.connection().call_set_progress(&mut database.store, connection, 10).unwrap();
    let mut stop = |request: Request| {
        assert_eq!(request.event, Event::Progress);
        Answer::Number(1)
    };
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    assert_eq!(code(database.run_asking(endless, &[], &mut stop).unwrap_err()), INTERRUPT);
}

#[test]
fn a_million_rows_take_some_thousand_calls() {
    let mut database = open();
    let (connection, guest) = (database.connection, database.guest.clone());
    let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
        SELECT i, 'row ' || i, i / 3.0 FROM n";
    let prepared = guest.connection().call_prepare(&mut database.store, connection, sql).unwrap().unwrap();
    let (statement, _) = prepared.statement.unwrap();
    let (mut rows, mut calls) = (0, 0);
    loop {
        let batch = guest.statement().call_step(&mut database.store, statement, None, 4096, 1 << 15);
        let batch = batch.unwrap().unwrap();
        rows += batch.rows;
        calls += 1;
        assert!(batch.values.len() < (1 << 15) + 100, "a batch of {} words", batch.values.len());
        if batch.done {
            break;
        }
    }
    assert_eq!(rows, 1_000_000);
    assert!(calls < 2000, "{calls} calls");
    statement.resource_drop(&mut database.store).unwrap();
}
