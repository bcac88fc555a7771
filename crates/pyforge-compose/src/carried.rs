//! What a component is there to carry, libraries and data with their versions: a section of it that no host looks at.

use std::borrow::Cow;

use wasm_encoder::{ComponentSection, CustomSection};
use wasmparser::CustomSectionReader;

/// The section's name. It holds a line for each.
const SECTION: &str = "carries";

/// A component with that said in it.
pub fn say_carried(mut component: Vec<u8>, carried: &[String]) -> Vec<u8> {
    if !carried.is_empty() {
        let data = Cow::from(carried.join("\n").into_bytes());
        CustomSection { name: SECTION.into(), data }.append_to_component(&mut component);
    }
    component
}

/// The lines, if it is that section.
pub(crate) fn read(section: &CustomSectionReader<'_>) -> Vec<String> {
    if section.name() != SECTION {
        return Vec::new();
    }
    String::from_utf8_lossy(section.data()).lines().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{SAME, consumer, provider};
    use crate::{compose, inspect};

    #[test]
    fn what_is_said_is_there_after_composing() {
        let carried = ["zlib-rs 0.5.2".to_owned(), "more 1.0.0".to_owned()];
        let mut zlib = provider("zlib-wasm", "1.0.0", SAME);
        zlib.bytes = say_carried(zlib.bytes, &carried);
        let composed = compose(consumer("1.0.0"), vec![zlib]).unwrap();
        let embedded = inspect(&composed).unwrap().embedded;
        assert_eq!(embedded[0].carries, carried);
        assert!(embedded[1].carries.is_empty());
    }

    #[test]
    fn nothing_is_said_of_nothing() {
        let zlib = provider("zlib-wasm", "1.0.0", SAME);
        assert_eq!(say_carried(zlib.bytes.clone(), &[]), zlib.bytes);
    }
}
