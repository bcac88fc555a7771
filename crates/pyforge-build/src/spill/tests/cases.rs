//! One case for each way in which a value can live across a call.

use super::*;

/// Functions `test`, whose argument is the marker or 0. Each makes the collector run, `collections` times, and has the
/// marker in use each time; it returns the marker.
struct Case {
    what: &'static str,
    functions: &'static str,
    collections: i32,
}

const CASES: [Case; 21] = [
    Case {
        what: "a parameter",
        functions: r#"(func (export "test") (param i32) (result i32) (call $gc_collect) (local.get 0))"#,
        collections: 1,
    },
    Case {
        what: "a local",
        functions: r#"(func (export "test") (param i32) (result i32) (local i32)
            (local.set 1 (call $opaque (i32.const 0)))
            (local.set 0 (i32.const 0))
            (call $gc_collect)
            (local.get 1))"#,
        collections: 1,
    },
    Case {
        what: "a value beneath arguments",
        functions: r#"(func (export "test") (param i32) (result i32)
            (call $opaque (i32.const 0))
            (i64.const 5)
            (call $collecting (i32.const 1))
            (local.set 0)
            (drop))"#,
        collections: 1,
    },
    Case {
        what: "a local's copy beneath arguments, the local being assigned meanwhile",
        functions: r#"(func (export "test") (param i32) (result i32)
            (local.get 0)
            (local.set 0 (i32.const 0))
            (drop (call $collecting (i32.const 1))))"#,
        collections: 1,
    },
    Case {
        what: "a local's copy beneath a loop that assigns it after the call",
        functions: r#"(func (export "test") (param i32) (result i32) (local i32)
            (local.get 0)
            (loop $again
                (call $gc_collect)
                (local.set 0 (i32.const 0))
                (local.set 1 (i32.add (local.get 1) (i32.const 1)))
                (br_if $again (i32.lt_u (local.get 1) (i32.const 3)))))"#,
        collections: 3,
    },
    Case {
        what: "a local across a loop",
        functions: r#"(func (export "test") (param i32) (result i32) (local i32 i32)
            (local.set 2 (call $opaque (i32.const 0)))
            (local.set 0 (i32.const 0))
            (loop $again
                (call $gc_collect)
                (local.set 1 (i32.add (local.get 1) (i32.const 1)))
                (br_if $again (i32.lt_u (local.get 1) (i32.const 3))))
            (local.get 2))"#,
        collections: 3,
    },
    Case {
        what: "what only a loop's next turn needs",
        functions: r#"(func (export "test") (param i32) (result i32) (local i32 i32 i32)
            (local.set 2 (call $opaque (i32.const 0)))
            (local.set 0 (i32.const 0))
            (loop $again
                (local.set 3 (i32.or (local.get 3) (i32.xor (local.get 2) (i32.const 0x5eed))))
                (call $gc_collect)
                (local.set 1 (i32.add (local.get 1) (i32.const 1)))
                (br_if $again (i32.lt_u (local.get 1) (i32.const 3))))
            (i32.xor (local.get 3) (i32.const 0x5eed)))"#,
        collections: 3,
    },
    Case {
        what: "a value that a loop takes, and takes again",
        functions: r#"(func (export "test") (param i32) (result i32) (local i32)
            (call $opaque (i32.const 0))
            (loop $again (param i32) (result i32)
                (call $gc_collect)
                (local.set 1 (i32.add (local.get 1) (i32.const 1)))
                (br_if $again (i32.lt_u (local.get 1) (i32.const 3)))))"#,
        collections: 3,
    },
    Case {
        what: "the arms of an `if`",
        functions: r#"(func (export "test") (param i32) (result i32) (local i32)
            (if (local.get 0) (then (local.set 1 (call $opaque (i32.const 0))))
                (else (local.set 1 (i32.const 1))))
            (local.set 0 (i32.const 0))
            (if (local.get 1) (then (call $gc_collect)) (else))
            (if (i32.eqz (local.get 1)) (then) (else (call $gc_collect)))
            (local.get 1))"#,
        collections: 2,
    },
    Case {
        what: "what both arms of an `if` take",
        functions: r#"(func (export "test") (param i32) (result i32)
            (call $opaque (i32.const 0))
            (local.get 0)
            (local.set 0 (i32.const 0))
            (if (param i32) (result i32)
                (then (call $gc_collect)) (else (call $gc_collect))))"#,
        collections: 1,
    },
    Case {
        what: "the ways of a `br_table`",
        functions: r#"(func (export "test") (param i32) (result i32) (local i32 i32)
            (local.set 1 (call $opaque (i32.const 0)))
            (local.set 0 (i32.const 0))
            (block $out
                (loop $again
                    (block $two
                        (block $one
                            (block $zero (br_table $zero $one $two $out (local.get 2)))
                            (call $gc_collect))
                        (call $gc_collect))
                    (local.set 2 (i32.add (local.get 2) (i32.const 1)))
                    (br $again)))
            (local.get 1))"#,
        collections: 3,
    },
    Case {
        what: "a block's result",
        functions: r#"(func (export "test") (param i32) (result i32)
            (block (result i32)
                (br_if 0 (call $opaque (i32.const 0)) (local.get 0))
                (drop) (i32.const 0))
            (local.set 0 (i32.const 0))
            (call $gc_collect))"#,
        collections: 1,
    },
    Case {
        what: "a block with several results",
        functions: r#"(func (export "test") (param i32) (result i32)
            (block (result i32 i64 i32)
                (call $opaque (i32.const 0)) (i64.const 1) (i32.load8_u (i32.const 0)))
            (local.set 0 (i32.const 0))
            (call $gc_collect)
            (drop) (drop))"#,
        collections: 1,
    },
    Case {
        what: "what only a handler needs",
        functions: r#"(func (export "test") (param i32) (result i32) (local i32 i32)
            (local.set 2 (global.get $__stack_pointer))
            (local.set 1 (call $opaque (i32.const 0)))
            (local.set 0 (i32.const 0))
            (block $handler (result i32)
                (try_table (catch $thrown $handler) (call $throwing))
                (return (i32.const 0)))
            (global.set $__stack_pointer (local.get 2))
            (drop)
            (local.get 1))"#,
        collections: 1,
    },
    Case {
        what: "what only an outer handler needs",
        functions: r#"(tag $other) (func (export "test") (param i32) (result i32) (local i32 i32)
            (local.set 2 (global.get $__stack_pointer))
            (local.set 1 (call $opaque (i32.const 0)))
            (local.set 0 (i32.const 0))
            (block $handler
                (try_table (catch_all $handler)
                    (block $inner (try_table (catch $other $inner) (call $throwing)))
                    (return (i32.const 0)))
                (return (i32.const 0)))
            (global.set $__stack_pointer (local.get 2))
            (local.get 1))"#,
        collections: 1,
    },
    Case {
        what: "what is beneath the block that catches",
        functions: r#"(func (export "test") (param i32) (result i32) (local i32)
            (local.set 1 (global.get $__stack_pointer))
            (call $opaque (i32.const 0))
            (local.set 0 (i32.const 0))
            (block $handler (result i32 exnref)
                (try_table (catch_ref $thrown $handler) (call $throwing))
                (unreachable))
            (global.set $__stack_pointer (local.get 1))
            (drop) (drop)
            (call $gc_collect))"#,
        collections: 2,
    },
    Case {
        what: "an early return",
        functions: r#"(func (export "test") (param i32) (result i32)
            (block (loop
                (call $gc_collect)
                (if (local.get 0) (then (return (local.get 0))))))
            (i32.const 0))"#,
        collections: 1,
    },
    Case {
        what: "a branch out of the function",
        functions: r#"(func (export "test") (param i32) (result i32)
            (block (loop
                (call $gc_collect)
                (br_if 2 (local.get 0) (local.get 0))
                (drop)))
            (i32.const 0))"#,
        collections: 1,
    },
    Case {
        what: "a call through a pointer",
        functions: r#"(func (export "test") (param i32) (result i32)
            (call_indirect (type $nothing) (i32.const 0))
            (drop (call_indirect (param i32) (result i32) (i32.const 1) (i32.const 2)))
            (local.get 0))"#,
        collections: 2,
    },
    Case {
        what: "a call of a reference",
        functions: r#"(func (export "test") (param i32) (result i32)
            (call_ref $nothing (ref.func $gc_collect))
            (local.get 0))"#,
        collections: 1,
    },
    Case {
        what: "a function that begins with a loop, which assigns its parameter",
        functions: r#"(func (export "test") (param i32) (result i32) (local i32)
            (loop $again
                (call $gc_collect)
                (local.set 0 (call $opaque (i32.sub (local.get 0) (i32.const 0x5eed))))
                (local.set 1 (i32.add (local.get 1) (i32.const 1)))
                (br_if $again (i32.lt_u (local.get 1) (i32.const 3))))
            (local.get 0))"#,
        collections: 3,
    },
];

#[test]
fn the_collector_finds_what_lives_across_a_call() {
    let engine = engine();
    for Case { what, functions, collections } in CASES {
        let bytes = assemble(functions);
        let mut before = Running::new(&engine, &bytes);
        assert_eq!(before.call(0x5eed).unwrap(), 0x5eed, "{what}");
        assert_eq!(before.global("calls"), collections, "{what}");
        assert_eq!(before.global("found"), 0, "{what}: it is found as it is");

        let mut after = Running::new(&engine, &spilled(&bytes));
        assert_eq!(after.call(0x5eed).unwrap(), 0x5eed, "{what}");
        assert_eq!(after.global("calls"), collections, "{what}");
        assert_eq!(after.global("found"), collections, "{what}: it is not found each time");
        assert_eq!(after.global("sp"), TOP, "{what}: the stack is not released");
    }
}

#[test]
fn an_exception_passes_through_and_the_catcher_restores_the_stack() {
    let bytes = assemble(
        r#"(func $through (param i32) (result i32)
            (call $throwing) (call $gc_collect) (local.get 0))
        (func (export "test") (param i32) (result i32) (local i32)
            (global.set $__stack_pointer
                (local.tee 1 (i32.sub (global.get $__stack_pointer) (i32.const 32))))
            (block $handler (result i32)
                (try_table (catch $thrown $handler) (drop (call $through (local.get 0))))
                (unreachable))
            (global.set $__stack_pointer (local.get 1))
            (drop)
            (call $gc_collect)
            (global.set $__stack_pointer (i32.add (local.get 1) (i32.const 32)))
            (local.get 0))"#,
    );
    let mut after = Running::new(&engine(), &spilled(&bytes));
    assert_eq!(after.call(0x5eed).unwrap(), 0x5eed);
    assert_eq!(after.global("sp"), TOP);
    assert_eq!((after.global("calls"), after.global("found")), (2, 2));
}

#[test]
fn what_cannot_collect_stays_as_it_is() {
    let bytes = assemble(
        r#"(func $a (param i32) (result i32) (drop (call $plain (i32.const 1))) (return (local.get 0)))
        (func $b (param i32) (result i32) (drop (call $a (i32.const 1))) (local.get 0))
        (func (export "test") (param i32) (result i32) (call $gc_collect) (i32.const 1))"#,
    );
    let spilled = spilled(&bytes);
    let same: Vec<_> = bodies(&bytes)
        .into_iter()
        .zip(bodies(&spilled))
        .map(|(before, after)| before.as_bytes() == after.as_bytes())
        .collect();
    // Of those in the prelude, one keeps its parameter; and the last keeps its own.
    assert_eq!(same, [true, false, true, true, true, true, true, false]);
}

#[test]
fn only_what_is_needed_is_stored() {
    let cases = [
        ("(param i32) (local i32) (local.set 1 (call $opaque (i32.const 0))) (call $gc_collect)", 1),
        ("(local i32) (local.set 0 (call $opaque (i32.const 0))) (call $gc_collect)", 0),
        ("(local i32) (local.set 0 (i32.const 9)) (call $gc_collect) (drop (local.get 0))", 0),
        ("(local i32) (local.set 0 (i32.load8_u (i32.const 9))) (call $gc_collect) (drop (local.get 0))", 0),
        (
            "(local i32) (local.set 0 (i32.sub (global.get $__stack_pointer) (i32.const 16)))
            (local.set 0 (i32.add (local.get 0) (i32.const 8)))
            (call $gc_collect) (drop (local.get 0))",
            0,
        ),
        (
            "(local i32) (local.set 0 (call $opaque (i32.const 0)))
            (call $gc_collect) (call $gc_collect) (drop (local.get 0))",
            1,
        ),
        ("(param i32) (if (local.get 0) (then (call $gc_collect)) (else (call $gc_collect)))", 2),
        ("(param i32) (loop (call $gc_collect) (br_if 0 (local.get 0)))", 1),
        ("(param i32) (local.set 0 (i32.load (local.get 0))) (call $gc_collect)", 0),
    ];
    for (text, expected) in cases {
        let bytes = assemble(&format!("(func $last {text})"));
        assert_eq!(stores(&spilled(&bytes)), expected, "{text}");
    }
}

#[test]
fn an_import_may_collect_if_it_can_get_memory_by_collecting() {
    let text = |export: &str| {
        format!(
            r#"(module (import "a" "b" (func $b)) (memory 1)
                (global $__stack_pointer (mut i32) (i32.const 0))
                (func $gc_collect)
                (func (export "{export}") (call $gc_collect))
                (func $last (param i32) (call $b)))"#
        )
    };
    for (export, expected) in [("cabi_realloc", 1), ("other", 0)] {
        let bytes = wat::parse_str(text(export)).unwrap();
        assert_eq!(stores(&spilled(&bytes)), expected, "{export}");
    }
}

#[test]
fn sections_for_others_are_kept_and_those_about_code_are_not() {
    let text = format!(r#"(module {PRELUDE} (@custom ".debug_info" "a") (@custom "component-type:x" "b"))"#);
    let bytes = wat::parse_str(text).unwrap();
    let custom = |bytes: &[u8]| -> Vec<(String, Vec<u8>)> {
        let payloads = Parser::new(0).parse_all(bytes).map(Result::unwrap);
        payloads
            .filter_map(|payload| match payload {
                Payload::CustomSection(section) => {
                    Some((section.name().to_owned(), section.data().to_owned()))
                }
                _ => None,
            })
            .collect()
    };
    let mut before = custom(&bytes);
    before.retain(|(name, _)| name == "component-type:x");
    assert_eq!(custom(&spilled(&bytes)), before);
    assert_eq!(before.len(), 1);
}

#[test]
fn what_cannot_be_spilled_is_refused() {
    let cases = [
        ("(memory 1)", "no function is called `gc_collect`"),
        ("(memory 1) (func $gc_collect)", "no global `__stack_pointer`"),
        (
            "(memory 1) (global $__stack_pointer i32 (i32.const 0)) (func $gc_collect)",
            "no global `__stack_pointer`",
        ),
        (
            "(memory 1) (global (mut i32) (i32.const 0)) (func $gc_collect)
            (func $f (param i32) (call $gc_collect) (return_call $f (local.get 0)))",
            "ReturnCall",
        ),
        (
            "(memory 1) (global (mut i32) (i32.const 0)) (func $gc_collect)
            (func (param i32) (result i32 i32) (call $gc_collect) (local.get 0) (local.get 0))",
            "several values",
        ),
        (
            "(global (mut i32) (i32.const 0)) (func $gc_collect)
            (func (param i32) (call $gc_collect))",
            "no memory",
        ),
    ];
    for (text, expected) in cases {
        let report = spill(&wat::parse_str(format!("(module {text})")).unwrap(), "gc_collect");
        let report = report.expect_err(text);
        let error: Vec<_> = report.chain().map(ToString::to_string).collect();
        let error = error.join(": ");
        assert!(error.contains(expected), "{text}: {error}");
    }
}
