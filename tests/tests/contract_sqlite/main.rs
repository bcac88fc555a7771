//! What a provider of `sqlite:component/database` must do.

use pyforge_tests::component;
use pyforge_tests::sqlite::{Database, Value, compile};
use wasmtime::Engine;
use wasmtime::component::{Linker, ResourceTable};
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

fn open() -> Database<Host> {
    let engine = Engine::default();
    let component = compile(&engine, &component("sqlite"));
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker).unwrap();
    let host = Host { wasi: WasiCtxBuilder::new().build(), table: ResourceTable::new() };
    Database::open(&component, &linker, host, ":memory:").unwrap()
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
