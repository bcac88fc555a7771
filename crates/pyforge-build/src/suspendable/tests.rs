//! Small modules are doubled and run.

use pyforge_manifest::Settings;
use wasmtime::{Engine, Instance, Linker, Module as Compiled, Store, TypedFunc};

use super::*;
use crate::Silent;
use crate::progress::Progress;

/// Recurses, loops and calls through pointers, and asks at each turn: the host at once, or by being suspended.
const ASKING: &str = include_str!("asking.wat");

/// Where `asking.wat` keeps whether it is to suspend, and whether it is suspended.
const MODE: usize = 0;
const SUSPENDED: usize = 4;

/// The same with a function that is large, so that its clone has its variables in memory.
fn asking_at_length() -> String {
    ASKING.replace(";; PADDING", &"(nop)".repeat(30_000))
}

fn double_only(text: &str, names: &[&str]) -> Result<Vec<u8>> {
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    double(&wat::parse_str(text).unwrap(), &names, |clones, _| Ok(clones.to_vec()))
}

fn asyncified(text: &str) -> Vec<u8> {
    let (settings, witnesses) = (Settings::from_env().unwrap(), crate::Witnesses::default());
    let wasm_opt = crate::machine::Machine::new(&settings, &witnesses).program("wasm-opt");
    let wasm_opt = wasm_opt.expect("`wasm-opt` is needed: run `pyforge doctor`");
    let log = tempfile::tempdir().unwrap();
    let log = log.path().join("wasm-opt.log");
    let bytes = wat::parse_str(text).unwrap();
    let names = ["operate".to_owned()];
    make_suspendable(&bytes, &names, &wasm_opt, &log, &mut *Silent.start("")).unwrap()
}

/// What the host answers to a question.
fn answer(question: i32) -> i32 {
    question.wrapping_mul(question) ^ 0x55
}

struct Running {
    store: Store<Vec<i32>>,
    instance: Instance,
}

impl Running {
    fn new(bytes: &[u8]) -> Self {
        let engine = Engine::default();
        let mut linker = Linker::new(&engine);
        let host = |mut caller: wasmtime::Caller<'_, Vec<i32>>, question: i32| {
            caller.data_mut().push(question);
            answer(question)
        };
        linker.func_wrap("host", "answer", host).unwrap();
        let mut store = Store::new(&engine, Vec::new());
        let instance = linker.instantiate(&mut store, &Compiled::new(&engine, bytes).unwrap()).unwrap();
        Self { store, instance }
    }

    fn call(&mut self, name: &str, argument: i32) -> wasmtime::Result<i32> {
        let function: TypedFunc<i32, i32> = self.instance.get_typed_func(&mut self.store, name)?;
        function.call(&mut self.store, argument)
    }

    fn byte(&mut self, at: usize) -> &mut u8 {
        let memory = self.instance.get_memory(&mut self.store, "memory").unwrap();
        &mut memory.data_mut(&mut self.store)[at]
    }
}

#[test]
fn a_clone_does_what_the_plain_function_does() {
    let mut running = Running::new(&double_only(include_str!("counting.wat"), &["operate"]).unwrap());
    for argument in [0, 1, 2, 40] {
        let plain = running.call("operate", argument).unwrap();
        assert_eq!(running.call("clone", argument).unwrap(), plain + 1000, "the clone is told by its table");
    }
    assert!(running.call("operate", 9).is_err(), "there is no function in slot 9");
    assert!(running.call("clone", 9).is_err());
}

#[test]
fn a_suspended_function_goes_on_where_it_stopped() {
    goes_on_where_it_stopped(&mut Running::new(&asyncified(ASKING)));
}

#[test]
fn so_does_one_whose_variables_are_in_memory() {
    let bytes = asyncified(&asking_at_length());
    let without_frame = asyncified(&asking_at_length().replace("$__stack_pointer", "$other"));
    assert_ne!(bytes, without_frame);
    goes_on_where_it_stopped(&mut Running::new(&bytes));
}

fn goes_on_where_it_stopped(running: &mut Running) {
    for depth in 0..5 {
        *running.byte(MODE) = 0;
        let plain = running.call("operate", depth).unwrap();
        let at_once = running.call("begin", depth).unwrap();
        assert_eq!(at_once, plain, "a clone that is not suspended");
        let asked_at_once = std::mem::take(running.store.data_mut());

        *running.byte(MODE) = 1;
        let mut asked = Vec::new();
        let mut result = running.call("begin", depth).unwrap();
        while *running.byte(SUSPENDED) == 1 {
            asked.push(result);
            result = running.call("resume", answer(result)).unwrap();
        }
        assert_eq!(result, plain, "at depth {depth}");
        assert!(running.store.data().is_empty() && !asked.is_empty());
        assert_eq!([asked.clone(), asked].concat(), asked_at_once);
    }
}

#[test]
fn others_may_be_called_while_one_is_suspended() {
    for text in [ASKING, &asking_at_length()] {
        let mut running = Running::new(&asyncified(text));
        let expected = running.call("operate", 2).unwrap();
        *running.byte(MODE) = 1;
        let mut result = running.call("begin", 2).unwrap();
        while *running.byte(SUSPENDED) == 1 {
            *running.byte(MODE) = 0;
            running.call("operate", 3).unwrap();
            *running.byte(MODE) = 1;
            result = running.call("resume", answer(result)).unwrap();
        }
        assert_eq!(result, expected);
    }
}

#[test]
fn the_result_imports_only_what_is_real_and_is_always_the_same() {
    let bytes = asyncified(ASKING);
    let module = Module::parse(&bytes).unwrap();
    let imports: Vec<_> = module.imports.iter().map(|import| (import.module, import.name)).collect();
    assert_eq!(imports, [("host", "answer")]);
    let exports: Vec<_> = module.exports.iter().map(|export| export.name).collect();
    assert_eq!(exports, ["memory", "operate", "begin", "resume"]);
    assert_eq!(bytes, asyncified(ASKING));
}

#[test]
fn the_plain_functions_stay_as_they_are() {
    let input = wat::parse_str(ASKING).unwrap();
    let (input, output) = (Module::parse(&input).unwrap(), asyncified(ASKING));
    let output = Module::parse(&output).unwrap();
    let bodies = |module: &Module<'_>| -> Vec<Vec<u8>> {
        module.bodies.iter().map(|body| body.as_bytes().to_vec()).collect()
    };
    let code = bodies(&input).into_iter().zip(bodies(&output));
    // Calls are of other indices, but no longer ones.
    assert!(code.map(|(before, after)| (before.len(), after.len())).all(|(before, after)| before == after));
}

#[test]
fn sections_for_others_are_kept_and_names_are_not() {
    let bytes = double_only(include_str!("counting.wat"), &["operate"]).unwrap();
    let sections =
        wasmparser::Parser::new(0).parse_all(&bytes).filter_map(|payload| match payload.unwrap() {
            wasmparser::Payload::CustomSection(section) => Some((section.name(), section.data())),
            _ => None,
        });
    assert_eq!(sections.collect::<Vec<_>>(), [("component-type:x", b"kept".as_slice())]);
}

#[test]
fn only_what_a_suspension_can_pass_through_is_cloned() {
    let bytes = wat::parse_str(ASKING).unwrap();
    let module = Module::parse(&bytes).unwrap();
    let plan = Plan::new(&module, &["operate".to_owned()]).unwrap();
    let name = |function: &u32| module.names[function];
    assert_eq!(plan.clones.iter().map(name).collect::<Vec<_>>(), ["callback", "recurse", "operate"]);
    assert_eq!(plan.suspending.iter().map(name).collect::<Vec<_>>(), ["ask"]);
}

#[test]
fn what_cannot_be_doubled_is_refused() {
    let operate = r#"(import "suspendable" "operate" (func (param i32)))
        (memory 1) (func $operate (param i32) (call_indirect (local.get 0))) "#;
    let cases = [
        ("(memory 1)", "nothing imports the suspendable function `operate`"),
        (r#"(import "suspendable" "operate" (func)) (memory 1)"#, "no function is called `operate`"),
        (
            r#"(import "suspendable" "operate" (func (param i32))) (memory 1) (func $operate)"#,
            "has another type than `operate`",
        ),
        (r#"(import "suspendable" "other" (func)) (memory 1)"#, "does not name it"),
        ("(import \"a\" \"t\" (table 1 funcref)) OPERATE", "table is imported"),
        ("OPERATE (table 1 funcref) (table 1 funcref)", "more than one table"),
        ("OPERATE (table 1 externref)", "not one of function pointers"),
        ("OPERATE (table 1 funcref) (elem func $operate)", "in element segment 0"),
        (
            "OPERATE (table 1 funcref) (func $grow (drop (table.grow (ref.null func) (i32.const 1))))",
            "in `grow`",
        ),
        (
            "OPERATE (table 1 funcref) (elem (i32.const 0) $a) (elem declare func $a)
             (func $a (param i32) (call_indirect (local.get 0)))",
            "in element segment 1",
        ),
        (
            "OPERATE (table 1 funcref) (elem (i32.const 0) $a)
             (func $a (return_call_indirect (i32.const 0)))",
            "a tail call",
        ),
        (
            r#"(import "asyncify" "start_unwind" (func $u (param i32)))
               (import "asyncify" "start_rewind" (func $r (param i32)))
               OPERATE (table 1 funcref)
               (func $both (call $u (i32.const 0)) (call $r (i32.const 0)))"#,
            "`both` both suspends and drives",
        ),
        (
            r#"(import "asyncify" "get_state" (func (result i32))) OPERATE (table 1 funcref)"#,
            "do not export `asyncify_get_state`",
        ),
    ];
    for (text, expected) in cases {
        let text = format!("(module {})", text.replace("OPERATE", operate));
        let report = double_only(&text, &["operate"]).expect_err(&text);
        let error: Vec<_> = report.chain().map(ToString::to_string).collect();
        let error = error.join(": ");
        assert!(error.contains(expected), "{text}: {error}");
    }
}
