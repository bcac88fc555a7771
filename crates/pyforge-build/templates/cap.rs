//! {{name}} as a WebAssembly component.

wit_bindgen::generate!({ path: "wit", world: "{{name}}-export", generate_all });

struct Component;

export!(Component);

impl exports::{{name}}::component::bytes::Guest for Component {
    fn reverse(mut data: Vec<u8>) -> Vec<u8> {
        data.reverse();
        data
    }
}
