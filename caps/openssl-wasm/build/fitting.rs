//! What is changed in the copy of OpenSSL's source. The changes are exact, and the build fails where one does not find
//! its place.

use std::fs;
use std::path::Path;

/// The name of the target for `Configure`, and what `OpenSSL_version(OPENSSL_PLATFORM)` says.
pub const TARGET_NAME: &str = "wasm32-wasip2";

/// The target, as `Configurations/README.md` describes it. Numbers are of 64 bits, as registers are; there are no
/// sockets in files; and `getpid` is declared, which `c/platform.c` defines. What `c/` has instead of OpenSSL's
/// assembler is named as that would be.
const TARGET: &str = r#"my %targets = (
    "wasm32-wasip2" => {
        inherit_from => [ "BASE_unix" ],
        bn_ops       => "SIXTY_FOUR_BIT RC4_CHAR",
        lib_cppflags => "-DOPENSSL_NO_UNIX_SOCK -D_WASI_EMULATED_GETPID"
            . " -DAES_CTR_ASM -DGHASH_ASM -DPOLY1305_ASM -DSHA256_ASM",
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

/// What `c/` has in the place of C that is slower or looks secrets up in tables. The rest of it is left out by
/// the names for assembler in `TARGET`.
const PRIMITIVES: &[Change] = &[
    Change { file: "crypto/aes/build.info", from: "$AESASM=aes_core.c aes_cbc.c", to: "$AESASM=" },
    Change { file: "crypto/chacha/build.info", from: "$CHACHAASM=chacha_enc.c", to: "$CHACHAASM=" },
    // GHASH's tables for four powers of the key.
    Change { file: "include/crypto/modes.h", from: "    u128 Htable[16];", to: "    u128 Htable[128];" },
    Change {
        file: "providers/implementations/ciphers/cipher_aes_gcm_siv.h",
        from: "    u128 Htable[16];",
        to: "    u128 Htable[128];",
    },
    Change {
        file: "crypto/modes/gcm128.c",
        from: "    ctx->ginit = gcm_init_4bit;",
        to: "    void gcm_init_wasm(u128 *table, const u64 key[2]);\n    ctx->ginit = gcm_init_wasm;",
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
    [REPRODUCIBLE, PORTS, PRIMITIVES].into_iter().flatten()
}
