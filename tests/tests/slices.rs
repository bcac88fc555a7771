//! Decompressors that are fed pieces of any size and alignment, with limits of any size, do at each call what the native
//! ones do.

use pyforge_tests::scripts::{Scripts, long};

/// Recorded, so that every run has the same streams and pieces.
const SEED: &str = "20261";

#[test]
fn each_call_comes_to_what_it_does_natively() {
    let scripts = Scripts::new();
    scripts.native(&["slices.py", "make", "streams", if long() { "10000" } else { "600" }, SEED]);
    let words = ["slices.py", "feed", "streams", SEED];
    let (native, guest) = (scripts.native(&words), scripts.guest(&words, None).printed);
    assert_eq!(native.lines().count(), guest.lines().count());
    for (native, guest) in std::iter::zip(native.lines(), guest.lines()) {
        assert!(native == guest, "natively  {native}\nhere      {guest}");
    }
}
