//! The standard library that a composed file carries: nothing need be mounted, and what is mounted comes first.

use pyforge_build::Choice;
use pyforge_runtime::{Access, Capture, Dir, Interrupt, Output, Policy};
use pyforge_tests::{distribution, load, policy};

/// What a run says on both streams, with these folders.
fn run(code: &str, dirs: Vec<Dir>) -> String {
    let said = Capture::new(1 << 20);
    let policy = Policy {
        dirs,
        stdout: Output::Capture(said.clone()),
        stderr: Output::Capture(said.clone()),
        ..policy(&["-c", code])
    };
    load(&distribution(&Choice::default())).run(&policy, &Interrupt::new()).unwrap();
    String::from_utf8(said.bytes().to_vec()).unwrap()
}

#[test]
fn every_module_can_be_imported() {
    // What cannot is for other systems, or opens a browser, or says hello.
    let code = "
import importlib, pkgutil, sys
names = [module.name for module in pkgutil.walk_packages(onerror=lambda name: None)]
print('modules:', len(names) > 500)
for name in names:
    if name.rpartition('.')[2] in ('__main__', 'antigravity', 'this', '__hello__') or name.startswith('__phello__'):
        continue
    try:
        importlib.import_module(name)
    except Exception as error:
        print('not here:', name, '-', type(error).__name__, error)
";
    let said = run(code, vec![]);
    assert!(said.contains("modules: True\n"), "{said}");
    let missing = said.lines().filter(|line| line.starts_with("not here: "));
    expect_test::expect_file!["library.txt"].assert_eq(&(missing.collect::<Vec<_>>().join("\n") + "\n"));
}

#[test]
fn sources_are_there_to_be_read() {
    let code = "
import inspect, json, json.decoder, os, importlib.resources, pkgutil, linecache
print(inspect.getsource(json.decoder.JSONDecoder.decode).splitlines()[0].strip())
print(inspect.getsource(os.path.join).splitlines()[0])
print(json.__file__, json.__spec__.origin, os.__file__)
print(importlib.resources.files('email').joinpath('architecture.rst').read_text().splitlines()[0])
print(sorted(file.name for file in importlib.resources.files('json').iterdir()))
print(len(pkgutil.get_data('email', 'architecture.rst')))
print([module.name for module in pkgutil.iter_modules(json.__path__)])
print((importlib.resources.files('json') / '__init__.py').is_dir(), importlib.resources.files('json').is_dir())
json.loads('{')
";
    let said = run(code, vec![]);
    let expected = expect_test::expect![[r#"
        Traceback (most recent call last):
          File "<string>", line 11, in <module>
            json.loads('{')
            ~~~~~~~~~~^^^^^
          File "/usr/local/lib/python3.14/json/__init__.py", line 352, in loads
            return _default_decoder.decode(s)
                   ~~~~~~~~~~~~~~~~~~~~~~~^^^
          File "/usr/local/lib/python3.14/json/decoder.py", line 345, in decode
            obj, end = self.raw_decode(s, idx=_w(s, 0).end())
                       ~~~~~~~~~~~~~~~^^^^^^^^^^^^^^^^^^^^^^^
          File "/usr/local/lib/python3.14/json/decoder.py", line 361, in raw_decode
            obj, end = self.scan_once(s, idx)
                       ~~~~~~~~~~~~~~^^^^^^^^
        json.decoder.JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)
        def decode(self, s, _w=WHITESPACE.match):
        def join(a, *p):
        /usr/local/lib/python3.14/json/__init__.py /usr/local/lib/python3.14/json/__init__.py /usr/local/lib/python3.14/os.py
        :mod:`email` Package Architecture
        ['__init__.py', '__main__.py', 'decoder.py', 'encoder.py', 'scanner.py', 'tool.py']
        9561
        ['__main__', 'decoder', 'encoder', 'scanner', 'tool']
        False True
    "#]];
    expected.assert_eq(&said);
}

#[test]
fn a_library_that_is_mounted_comes_first() {
    let built = distribution(&Choice::default());
    let folder = tempfile::tempdir().unwrap();
    let mounted = folder.path().join("lib");
    pyforge_build::copy_tree(&built.stdlib, &mounted).unwrap();
    std::fs::write(mounted.join("colorsys.py"), "print('mounted')").unwrap();
    // Its code is not compared with it.
    std::fs::remove_dir_all(mounted.join("__pycache__")).unwrap();
    std::fs::create_dir_all(mounted.join("site-packages")).unwrap();
    std::fs::write(mounted.join("site-packages/packed.py"), "print('a package')").unwrap();
    let code = "import colorsys, packed, calendar; print(calendar.__spec__.loader)";
    let dirs = vec![Dir::new(mounted, &built.guest_stdlib, Access::ReadOnly)];
    let said = run(code, dirs);
    assert!(said.starts_with("mounted\na package\n<_frozen_importlib_external.SourceFileLoader"), "{said}");
}

#[test]
fn packages_can_be_mounted_alone() {
    let built = distribution(&Choice::default());
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("packed.py"), "print('a package')").unwrap();
    std::fs::write(folder.path().join("sitecustomize.py"), "print('customized')").unwrap();
    let packages = format!("{}/site-packages", built.guest_stdlib);
    let said = run("import packed", vec![Dir::new(folder.path(), packages, Access::ReadOnly)]);
    assert_eq!(said, "customized\na package\n");
}
