//! Small modules are spilled and run.

mod cases;
mod random;

use wasmparser::{Payload, Validator, WasmFeatures};
use wasmtime::{Config, Engine, Instance, Module as Compiled, Store};

use super::*;

/// Where the C stack begins in test modules.
const TOP: i32 = 4096;

/// What every test module has: a C stack, a tag, and a collector. `gc_collect` counts how often it was called, and in
/// `found` how often the marker, which nothing else in memory is, stood on the C stack.
const PRELUDE: &str = r#"
    (memory (export "memory") 1)
    (global $__stack_pointer (export "sp") (mut i32) (i32.const 4096))
    (global $found (export "found") (mut i32) (i32.const 0))
    (global $calls (export "calls") (mut i32) (i32.const 0))
    (tag $thrown (param i32))
    (table funcref (elem $gc_collect $throwing $collecting $plain))
    (type $nothing (func))
    (func $gc_collect (local $at i32)
        (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
        (local.set $at (global.get $__stack_pointer))
        (block $done
            (loop $more
                (br_if $done (i32.ge_u (local.get $at) (i32.const 4096)))
                (if (i32.eq (i32.load (local.get $at)) (i32.const 0x5eed)) (then
                    (global.set $found (i32.add (global.get $found) (i32.const 1)))
                    (return)))
                (local.set $at (i32.add (local.get $at) (i32.const 4)))
                (br $more))))
    ;; Collects after having changed its parameter, with a frame of its own as C makes it.
    (func $collecting (param $n i32) (result i32) (local $frame i32)
        (global.set $__stack_pointer
            (local.tee $frame (i32.sub (global.get $__stack_pointer) (i32.const 16))))
        (i32.store (local.get $frame) (i32.const 0))
        (call $gc_collect)
        (global.set $__stack_pointer (i32.add (local.get $frame) (i32.const 16)))
        (local.get $n))
    (func $throwing (call $gc_collect) (throw $thrown (i32.const 7)))
    (func $plain (param i32) (result i32) (local.get 0))
    ;; Comes back with its argument, in a way that no one looks through.
    (func $opaque (param i32) (result i32) (i32.load (local.get 0)))
    (data (i32.const 0) "\ed\5e\00\00")
"#;

fn assemble(functions: &str) -> Vec<u8> {
    wat::parse_str(format!("(module {PRELUDE} {functions})")).unwrap_or_else(|error| panic!("{error}"))
}

/// Spills, and checks that the result is valid.
fn spilled(bytes: &[u8]) -> Vec<u8> {
    let spilled = spill(bytes, "gc_collect").unwrap();
    Validator::new_with_features(WasmFeatures::all()).validate_all(&spilled).unwrap();
    spilled
}

fn engine() -> Engine {
    let mut config = Config::new();
    config.wasm_exceptions(true).wasm_function_references(true);
    config.cranelift_opt_level(wasmtime::OptLevel::None);
    Engine::new(&config).unwrap()
}

struct Running {
    store: Store<()>,
    instance: Instance,
}

impl Running {
    fn new(engine: &Engine, bytes: &[u8]) -> Self {
        let mut store = Store::new(engine, ());
        let compiled = Compiled::new(engine, bytes).unwrap();
        let instance = Instance::new(&mut store, &compiled, &[]).unwrap();
        Self { store, instance }
    }

    fn call(&mut self, argument: i32) -> wasmtime::Result<i32> {
        let function = self.instance.get_typed_func::<i32, i32>(&mut self.store, "test")?;
        function.call(&mut self.store, argument)
    }

    fn global(&mut self, name: &str) -> i32 {
        let global = self.instance.get_global(&mut self.store, name).unwrap();
        global.get(&mut self.store).unwrap_i32()
    }
}

/// The bodies of a module's functions.
fn bodies(bytes: &[u8]) -> Vec<FunctionBody<'_>> {
    let payloads = Parser::new(0).parse_all(bytes).map(Result::unwrap);
    payloads
        .filter_map(|payload| match payload {
            Payload::CodeSectionEntry(body) => Some(body),
            _ => None,
        })
        .collect()
}

/// How often the last function of a module stores something.
fn stores(bytes: &[u8]) -> usize {
    let body = bodies(bytes).pop().unwrap();
    let operators = body.get_operators_reader().unwrap().into_iter().map(Result::unwrap);
    operators.filter(|operator| matches!(operator, Operator::I32Store { .. })).count()
}
