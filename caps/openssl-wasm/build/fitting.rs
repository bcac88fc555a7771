//! What is changed in the copy of OpenSSL's source. The changes are exact, and the build fails where one does not find
//! its place.

use std::fs;
use std::path::Path;

/// The name of the target for `Configure`, and what `OpenSSL_version(OPENSSL_PLATFORM)` says.
pub const TARGET_NAME: &str = "wasm32-wasip2";

/// The target, as `Configurations/README.md` describes it. Numbers are of 64 bits, as registers are; there are no
/// sockets in files; and `getpid` is declared, which `c/platform.c` defines.
const TARGET: &str = r#"my %targets = (
    "wasm32-wasip2" => {
        inherit_from => [ "BASE_unix" ],
        bn_ops       => "SIXTY_FOUR_BIT RC4_CHAR",
        lib_cppflags => "-DOPENSSL_NO_UNIX_SOCK -D_WASI_EMULATED_GETPID",
    },
);
"#;

/// One change: the only place in `file` where it says `from` will say `to`.
struct Change {
    file: &'static str,
    from: &'static str,
    to: &'static str,
}

/// The same bytes whenever and wherever they are made.
const REPRODUCIBLE: &[Change] = &[
    Change {
        file: "util/mkbuildinf.pl",
        from: "my $cflags = join(' ', @ARGV);",
        to: "my $cflags = 'clang -O3 -msimd128';",
    },
    Change {
        file: "util/mkbuildinf.pl",
        from: "my $date = gmtime($ENV{'SOURCE_DATE_EPOCH'} // time()) . \" UTC\";",
        to: "my $date = 'reproducible build, date unspecified';",
    },
];

/// Numbers of ports, in addresses in certificates, without `sscanf`: libc's can print to a terminal, which a component
/// then imports.
const PORTS: &[Change] = &[
    Change {
        file: "crypto/http/http_lib.c",
        from: "#include <stdio.h> /* for sscanf() */",
        to: "#include <stdlib.h>",
    },
    Change {
        file: "crypto/http/http_lib.c",
        from: "if (sscanf(port, \"%u\", &portnum) <= 0 || portnum > 65535) {",
        to: "if (*port < '0' || *port > '9' || (portnum = (unsigned int)strtoul(port, NULL, 10)) > 65535) {",
    },
    Change {
        file: "crypto/http/http_lib.c",
        from: "sscanf(port, \"%d\", &portnum) == 1",
        to: "(portnum = (int)strtol(port, NULL, 10)) > 0",
    },
];

/// Changes the copy of the source at `source`.
pub fn fit(source: &Path) {
    fs::write(source.join("Configurations/90-wasm.conf"), TARGET).expect("the copy can be written");
    for change in changes() {
        let path = source.join(change.file);
        let text = fs::read_to_string(&path).expect("the source can be read");
        let found = text.matches(change.from).count();
        assert_eq!(found, 1, "places that say `{}` in {}", change.from, change.file);
        fs::write(&path, text.replace(change.from, change.to)).expect("the copy can be written");
    }
}

/// All the changes, as text.
pub fn description() -> String {
    let changes = changes().map(|change| format!("{}: {} -> {}\n", change.file, change.from, change.to));
    std::iter::once(TARGET.to_owned()).chain(changes).collect()
}

fn changes() -> impl Iterator<Item = &'static Change> {
    [REPRODUCIBLE, PORTS].into_iter().flatten()
}
