//! What is wrong with a cap is said with its file, its line and what to do: one test for each way to be wrong.

mod common;

use expect_test::{Expect, expect};

use crate::common::Checkout;

const MANIFEST: &str = "cpython-ext/_demo_cap/pyforge-pkg.toml";

/// `pyforge check` finds what the edit breaks, and says this.
fn refuses(edit: impl FnOnce(&Checkout), expected: &Expect) {
    let checkout = Checkout::with_demo();
    edit(&checkout);
    expected.assert_eq(&checkout.pyforge(&["check"]).refusal());
}

#[test]
fn an_unknown_key() {
    refuses(
        |it| it.edit(MANIFEST, "description", "descripton"),
        &expect![[r#"
            $ pyforge check
              × 2 problems

            Error: 
              × ./cpython-ext/_demo_cap/pyforge-pkg.toml:4: `description` is missing
               ╭─[./cpython-ext/_demo_cap/pyforge-pkg.toml:4:1]
             3 │ 
             4 │ [package]
               · ─────────
             5 │ name = "demo-cap"
               ╰────
              help: add `description = …` to this table

            Error: 
              × ./cpython-ext/_demo_cap/pyforge-pkg.toml:7: unknown key `descripton`
               ╭─[./cpython-ext/_demo_cap/pyforge-pkg.toml:7:1]
             6 │ version = "0.1.0"
             7 │ descripton = "demo through demo:component/bytes"
               · ──────────
             8 │ 
               ╰────
              help: did you mean `description`?

        "#]],
    );
}

#[test]
fn a_missing_file() {
    refuses(
        |it| it.remove("cpython-ext/_demo_cap/_demo_capmodule.c"),
        &expect![[r#"
            $ pyforge check
              × one problem, in ./cpython-ext/_demo_cap/pyforge-pkg.toml:11

            Error: 
              × ./cpython-ext/_demo_cap/pyforge-pkg.toml:11: `_demo_capmodule.c` does not exist
                ╭─[./cpython-ext/_demo_cap/pyforge-pkg.toml:11:11]
             10 │ module = "_demo_cap"
             11 │ c-file = "_demo_capmodule.c"
                ·           ─────────────────
             12 │ wit-dir = "wit"
                ╰────
              help: create ./cpython-ext/_demo_cap/_demo_capmodule.c or correct the name

        "#]],
    );
}

#[test]
fn a_wrong_version() {
    let edit = |it: &Checkout| {
        it.edit(MANIFEST, "bytes\"\nversion = \"0.1.0\"", "bytes\"\nversion = \"0.2.0\"");
    };
    refuses(
        edit,
        &expect![[r#"
            $ pyforge check
              × 2 problems

            Error: 
              × ./cpython-ext/_demo_cap/pyforge-pkg.toml:17: version 0.2.0 is required, but the world `demo-import` imports demo:component/bytes@0.1.0
                ╭─[./cpython-ext/_demo_cap/pyforge-pkg.toml:17:12]
             16 │ interface = "demo:component/bytes"
             17 │ version = "0.2.0"
                ·            ─────
                ╰────
              help: bring this line and ./cpython-ext/_demo_cap/wit/world.wit:4 to the same version

            Error: 
              × ./cpython-ext/_demo_cap/pyforge-pkg.toml:17: version 0.2.0 is required, but demo-wasm exports demo:component/bytes@0.1.0
                ╭─[./cpython-ext/_demo_cap/pyforge-pkg.toml:17:12]
             16 │ interface = "demo:component/bytes"
             17 │ version = "0.2.0"
                ·            ─────
                ╰────
              help: bring both sides to the same version of the contract

        "#]],
    );
}

#[test]
fn a_version_that_is_none() {
    refuses(
        |it| it.edit(MANIFEST, "bytes\"\nversion = \"0.1.0\"", "bytes\"\nversion = \"1\""),
        &expect![[r#"
            $ pyforge check
              × one problem, in ./cpython-ext/_demo_cap/pyforge-pkg.toml:17

            Error: 
              × ./cpython-ext/_demo_cap/pyforge-pkg.toml:17: `1` is not a version like 0.1.0: unexpected end of input while parsing major version number
                ╭─[./cpython-ext/_demo_cap/pyforge-pkg.toml:17:12]
             16 │ interface = "demo:component/bytes"
             17 │ version = "1"
                ·            ─
                ╰────

        "#]],
    );
}

#[test]
fn an_interface_that_the_wit_does_not_have() {
    refuses(
        |it| it.edit(MANIFEST, "demo:component/bytes", "demo:component/bites"),
        &expect![[r#"
            $ pyforge check
              × 3 problems

            Error: 
              × ./cpython-ext/_demo_cap/pyforge-pkg.toml:12: the world `demo-import` imports demo:component/bytes@0.1.0, which is not required here
                ╭─[./cpython-ext/_demo_cap/pyforge-pkg.toml:12:12]
             11 │ c-file = "_demo_capmodule.c"
             12 │ wit-dir = "wit"
                ·            ───
             13 │ gen-dir = "gen"
                ╰────
              help: add it under [[capabilities.required]], or take the import out of ./cpython-ext/_demo_cap/wit/world.wit:4

            Error: 
              × ./cpython-ext/_demo_cap/pyforge-pkg.toml:16: `demo:component/bites` is required, but the world `demo-import` does not import it
                ╭─[./cpython-ext/_demo_cap/pyforge-pkg.toml:16:14]
             15 │ [[capabilities.required]]
             16 │ interface = "demo:component/bites"
                ·              ────────────────────
             17 │ version = "0.1.0"
                ╰────
              help: import it in ./cpython-ext/_demo_cap/wit, or remove it here

            Error: 
              × ./cpython-ext/_demo_cap/pyforge-pkg.toml:16: no component of ./caps exports `demo:component/bites`
                ╭─[./cpython-ext/_demo_cap/pyforge-pkg.toml:16:14]
             15 │ [[capabilities.required]]
             16 │ interface = "demo:component/bites"
                ·              ────────────────────
             17 │ version = "0.1.0"
                ╰────
              help: add a component that exports it, or correct the name

        "#]],
    );
}

#[test]
fn an_interface_without_a_contract() {
    refuses(
        |it| it.edit(MANIFEST, "demo:component/bytes", "dema:component/bytes"),
        &expect![[r#"
            $ pyforge check
              × 2 problems

            Error: 
              × ./cpython-ext/_demo_cap/pyforge-pkg.toml:16: there is no contract ./wit/dema for `dema:component/bytes`
                ╭─[./cpython-ext/_demo_cap/pyforge-pkg.toml:16:14]
             15 │ [[capabilities.required]]
             16 │ interface = "dema:component/bytes"
                ·              ────────────────────
             17 │ version = "0.1.0"
                ╰────
              help: write the contract's WIT there, or correct the name

            Error: 
              × ./cpython-ext/_demo_cap/pyforge-pkg.toml:16: no component of ./caps exports `dema:component/bytes`
                ╭─[./cpython-ext/_demo_cap/pyforge-pkg.toml:16:14]
             15 │ [[capabilities.required]]
             16 │ interface = "dema:component/bytes"
                ·              ────────────────────
             17 │ version = "0.1.0"
                ╰────
              help: add a component that exports it, or correct the name

        "#]],
    );
}

#[test]
fn an_import_that_the_manifest_does_not_list() {
    let edit = |it: &Checkout| {
        it.edit("wit/demo/bytes.wit", "interface bytes", "interface more { f: func(); }\n\ninterface bytes");
        it.edit("cpython-ext/_demo_cap/wit/world.wit", "}", "    import demo:component/more@0.1.0;\n}");
        assert_eq!(it.pyforge(&["gen"]).code, 0);
    };
    refuses(
        edit,
        &expect![[r#"
            $ pyforge check
              × one problem, in ./cpython-ext/_demo_cap/pyforge-pkg.toml:12

            Error: 
              × ./cpython-ext/_demo_cap/pyforge-pkg.toml:12: the world `demo-import` imports demo:component/more@0.1.0, which is not required here
                ╭─[./cpython-ext/_demo_cap/pyforge-pkg.toml:12:12]
             11 │ c-file = "_demo_capmodule.c"
             12 │ wit-dir = "wit"
                ·            ───
             13 │ gen-dir = "gen"
                ╰────
              help: add it under [[capabilities.required]], or take the import out of ./cpython-ext/_demo_cap/wit/world.wit:4

        "#]],
    );
}

#[test]
fn an_init_function_that_is_not_there() {
    let file = "cpython-ext/_demo_cap/_demo_capmodule.c";
    refuses(
        |it| it.edit(file, "PyInit__demo_cap", "PyInit_demo"),
        &expect![[r#"
            $ pyforge check
              × one problem, in ./cpython-ext/_demo_cap/pyforge-pkg.toml:10

            Error: 
              × ./cpython-ext/_demo_cap/pyforge-pkg.toml:10: _demo_capmodule.c does not have `PyInit__demo_cap`, by which Python finds the module
                ╭─[./cpython-ext/_demo_cap/pyforge-pkg.toml:10:11]
              9 │ [extension]
             10 │ module = "_demo_cap"
                ·           ─────────
             11 │ c-file = "_demo_capmodule.c"
                ╰────
              help: write `PyMODINIT_FUNC PyInit__demo_cap(void)` in ./cpython-ext/_demo_cap/_demo_capmodule.c

        "#]],
    );
}

#[test]
fn stale_bindings() {
    refuses(
        |it| it.edit("cpython-ext/_demo_cap/gen/demo_import.h", "size_t len;", "int len;"),
        &expect![[r#"
            $ pyforge check
              × one problem, in ./cpython-ext/_demo_cap/gen/demo_import.h:15

            Error: 
              × ./cpython-ext/_demo_cap/gen/demo_import.h:15: is not what `pyforge gen demo` makes of the WIT
                ╭─[./cpython-ext/_demo_cap/gen/demo_import.h:15:1]
             14 │   uint8_t *ptr;
             15 │   int len;
                · ──────────
             16 │ } demo_import_list_u8_t;
                ╰────
              help: run `pyforge gen demo`, and move what is not generated elsewhere

        "#]],
    );
}

#[test]
fn bindings_that_were_never_made() {
    let file = "cpython-ext/_demo_cap/gen/demo_import_component_type.o";
    refuses(
        |it| it.remove(file),
        &expect![[r#"
            $ pyforge check
              × one problem, in ./cpython-ext/_demo_cap/gen/demo_import_component_type.o

            Error: 
              × ./cpython-ext/_demo_cap/gen/demo_import_component_type.o: is missing
              help: run `pyforge gen demo`, and move what is not generated elsewhere

        "#]],
    );
}

#[test]
fn a_copy_of_the_contract_that_drifted() {
    let copy = "caps/demo-wasm/wit/deps/demo/bytes.wit";
    refuses(
        |it| it.edit(copy, "list<u8>", "string"),
        &expect![[r#"
            $ pyforge check
              × one problem, in ./caps/demo-wasm/wit/deps/demo/bytes.wit:6

            Error: 
              × ./caps/demo-wasm/wit/deps/demo/bytes.wit:6: differs from the contract in ./wit/demo
               ╭─[./caps/demo-wasm/wit/deps/demo/bytes.wit:6:1]
             5 │     /// The bytes of `data`, last first.
             6 │     reverse: func(data: string) -> string;
               · ──────────────────────────────────────────
             7 │ }
               ╰────
              help: run `pyforge gen demo`; a change of the contract belongs in its master

        "#]],
    );
}

#[test]
fn wit_that_does_not_parse() {
    let file = "cpython-ext/_demo_cap/wit/world.wit";
    refuses(
        |it| it.edit(file, "import demo:component/bytes@0.1.0;", "import demo:component;"),
        &expect![[r#"
            $ pyforge check
              × ./cpython-ext/_demo_cap/wit/world.wit:5: interface or world `component` does not exist
               ╭─[./cpython-ext/_demo_cap/wit/world.wit:5:17]
             4 │ world demo-import {
             5 │     import demo:component;
               ·                 ────┬────
               ·                     ╰── here
             6 │ }
               ╰────

        "#]],
    );
}

#[test]
fn a_component_that_does_not_export_what_it_lists() {
    let file = "caps/demo-wasm/Cargo.toml";
    refuses(
        |it| it.edit(file, "component/bytes@0.1.0\"]", "component/bytes@0.3.0\"]"),
        &expect![[r#"
            $ pyforge check
              × 3 problems

            Error: 
              × ./cpython-ext/_demo_cap/pyforge-pkg.toml:17: version 0.1.0 is required, but demo-wasm exports demo:component/bytes@0.3.0
                ╭─[./cpython-ext/_demo_cap/pyforge-pkg.toml:17:12]
             16 │ interface = "demo:component/bytes"
             17 │ version = "0.1.0"
                ·            ─────
                ╰────
              help: bring both sides to the same version of the contract

            Error: 
              × ./caps/demo-wasm/Cargo.toml:17: demo:component/bytes@0.3.0 is listed, but the world in ./caps/demo-wasm/wit does not export it
                ╭─[./caps/demo-wasm/Cargo.toml:17:13]
             16 │ target = "wasm32-wasip2"
             17 │ exports = ["demo:component/bytes@0.3.0"]
                ·             ──────────────────────────
             18 │ 
                ╰────
              help: it exports demo:component/bytes@0.1.0

            Error: 
              × ./caps/demo-wasm/Cargo.toml:17: the world in ./caps/demo-wasm/wit exports demo:component/bytes@0.1.0, which is not listed here
                ╭─[./caps/demo-wasm/Cargo.toml:17:11]
             16 │ target = "wasm32-wasip2"
             17 │ exports = ["demo:component/bytes@0.3.0"]
                ·           ──────────────────────────────
             18 │ 
                ╰────
              help: add it to the list

        "#]],
    );
}

#[test]
fn nobody_who_exports_what_is_required() {
    let edit = |it: &Checkout| {
        it.edit("caps/demo-wasm/Cargo.toml", "exports = [\"demo:component/bytes@0.1.0\"]", "exports = []");
    };
    refuses(
        edit,
        &expect![[r#"
            $ pyforge check
              × 2 problems

            Error: 
              × ./cpython-ext/_demo_cap/pyforge-pkg.toml:16: no component of ./caps exports `demo:component/bytes`
                ╭─[./cpython-ext/_demo_cap/pyforge-pkg.toml:16:14]
             15 │ [[capabilities.required]]
             16 │ interface = "demo:component/bytes"
                ·              ────────────────────
             17 │ version = "0.1.0"
                ╰────
              help: add a component that exports it, or correct the name

            Error: 
              × ./caps/demo-wasm/Cargo.toml:17: the world in ./caps/demo-wasm/wit exports demo:component/bytes@0.1.0, which is not listed here
                ╭─[./caps/demo-wasm/Cargo.toml:17:11]
             16 │ target = "wasm32-wasip2"
             17 │ exports = []
                ·           ──
             18 │ 
                ╰────
              help: add it to the list

        "#]],
    );
}

#[test]
fn an_unknown_key_of_the_distribution() {
    refuses(
        |it| it.edit("pyforge.toml", "version", "verzion"),
        &expect![[r#"
        $ pyforge check
          × 2 problems

        Error: 
          × ./pyforge.toml:3: `version` is missing
           ╭─[./pyforge.toml:3:1]
         2 │ 
         3 │ [python]
           · ────────
         4 │ verzion = "3.14.7"
           ╰────
          help: add `version = …` to this table

        Error: 
          × ./pyforge.toml:4: unknown key `verzion`
           ╭─[./pyforge.toml:4:1]
         3 │ [python]
         4 │ verzion = "3.14.7"
           · ───────
           ╰────
          help: did you mean `version`?

    "#]],
    );
}

#[test]
fn a_digest_that_is_none() {
    let edit = |it: &Checkout| {
        it.edit(
            "sources.toml",
            "3b48dac8fb59f62eaa67ac83c1eb12bda1b7a08406dd286e252c11a66be27f81",
            "3b48dac8",
        );
    };
    refuses(
        edit,
        &expect![[r#"
        $ pyforge check
          × one problem, in ./sources.toml:9

        Error: 
          × ./sources.toml:9: a sha256 is 64 lower-case hexadecimal digits
            ╭─[./sources.toml:9:11]
          8 │ file = "Python-3.14.7.tar.xz"
          9 │ sha256 = "3b48dac8"
            ·           ────────
         10 │ license = "PSF-2.0"
            ╰────

    "#]],
    );
}

#[test]
fn a_cap_that_is_not_there() {
    let refusal = Checkout::with_demo().pyforge(&["gen", "dema"]).refusal();
    expect![[r#"
        $ pyforge gen dema
          × ./cpython-ext: has no cap called `dema`
          help: did you mean `demo`?

    "#]]
    .assert_eq(&refusal);
}

#[test]
fn a_name_that_cannot_be_a_caps() {
    let refusal = Checkout::with_demo().pyforge(&["new", "My-Cap"]).refusal();
    expect![[r#"
        $ pyforge new My-Cap
          × `My-Cap` cannot be the name of a cap
          help: write lower-case letters and digits, such as zlib or bz2: it becomes part of names in C and in WIT

    "#]]
    .assert_eq(&refusal);
}

#[test]
fn a_new_cap_fits_and_says_where_it_is() {
    let checkout = Checkout::with_demo();
    let ended = checkout.pyforge(&["new", "other"]);
    assert_eq!(ended.stdout, "./wit/other\n./cpython-ext/_other_cap\n./caps/other-wasm\n");
    assert_eq!(checkout.pyforge(&["gen", "--check"]).code, 0);
    let again = checkout.pyforge(&["new", "other"]);
    assert_eq!(again.code, 1);
    assert!(again.stderr.contains("./wit/other is there already"), "{}", again.stderr);
}

#[test]
fn bindings_are_said_to_be_stale_and_made_anew() {
    let checkout = Checkout::with_demo();
    checkout.edit("wit/demo/bytes.wit", "reverse", "turn-around");
    assert_eq!(checkout.pyforge(&["gen", "--check"]).code, 1);
    assert_eq!(checkout.pyforge(&["gen", "demo"]).code, 0);
    let checked = checkout.pyforge(&["gen", "--check"]);
    assert_eq!((checked.code, checked.stderr.as_str()), (0, ""));
    let header = std::fs::read_to_string(checkout.path("cpython-ext/_demo_cap/gen/demo_import.h")).unwrap();
    assert!(header.contains("demo_component_bytes_turn_around("), "{header}");
}

#[test]
fn an_unknown_consumer() {
    refuses(
        |it| it.edit(MANIFEST, "[extension]", "[extension]\nconsumer = \"circuitpython\""),
        &expect![[r#"
            $ pyforge check
              × one problem, in ./cpython-ext/_demo_cap/pyforge-pkg.toml:10

            Error: 
              × ./cpython-ext/_demo_cap/pyforge-pkg.toml:10: `circuitpython` is no consumer: there are cpython and micropython
                ╭─[./cpython-ext/_demo_cap/pyforge-pkg.toml:10:13]
              9 │ [extension]
             10 │ consumer = "circuitpython"
                ·             ─────────────
             11 │ module = "_demo_cap"
                ╰────

        "#]],
    );
}

#[test]
fn an_extension_in_the_folder_of_another_consumer() {
    refuses(
        |it| it.edit(MANIFEST, "[extension]", "[extension]\nconsumer = \"micropython\""),
        &expect![[r#"
            $ pyforge check
              × one problem, in ./cpython-ext/_demo_cap/pyforge-pkg.toml:11

            Error: 
              × ./cpython-ext/_demo_cap/pyforge-pkg.toml:11: the extension is for micropython, in the folder of cpython's
                ╭─[./cpython-ext/_demo_cap/pyforge-pkg.toml:11:11]
             10 │ consumer = "micropython"
             11 │ module = "_demo_cap"
                ·           ─────────
             12 │ c-file = "_demo_capmodule.c"
                ╰────
              help: say `consumer = "cpython"` under [extension], or move the folder

        "#]],
    );
}

#[test]
fn a_module_that_micropython_would_not_find() {
    let edit = |it: &Checkout| {
        let there = MANIFEST.replace("cpython-ext", "micropython");
        let manifest = std::fs::read_to_string(it.path(MANIFEST)).unwrap();
        it.write(&there, &manifest.replace("[extension]", "[extension]\nconsumer = \"micropython\""));
        for file in ["_demo_capmodule.c", "wit/world.wit"] {
            let text = std::fs::read_to_string(it.path(&format!("cpython-ext/_demo_cap/{file}"))).unwrap();
            it.write(&format!("micropython/_demo_cap/{file}"), &text);
        }
        assert_eq!(it.pyforge(&["gen"]).code, 0);
    };
    refuses(
        edit,
        &expect![[r#"
        $ pyforge check
          × one problem, in ./micropython/_demo_cap/pyforge-pkg.toml:11

        Error: 
          × ./micropython/_demo_cap/pyforge-pkg.toml:11: _demo_capmodule.c does not have `MP_REGISTER_MODULE(MP_QSTR__demo_cap`, by which Python finds the module
            ╭─[./micropython/_demo_cap/pyforge-pkg.toml:11:11]
         10 │ consumer = "micropython"
         11 │ module = "_demo_cap"
            ·           ─────────
         12 │ c-file = "_demo_capmodule.c"
            ╰────
          help: write `MP_REGISTER_MODULE(MP_QSTR__demo_cap, …);` in ./micropython/_demo_cap/_demo_capmodule.c

    "#]],
    );
}
