//! Input may begin anywhere and be of any length, although bytes cross to a cap as words.

use pyforge_tests::scripts::Scripts;

#[test]
fn input_at_any_address_is_taken() {
    Scripts::new().guest(&["addresses.py"], None);
}
