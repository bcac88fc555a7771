//! What every provider of `zlib:component/stream` must do, run against each of them. What a provider lacks is data
//! (see `PROVIDERS`), and it must answer `unsupported` for exactly that.

mod behaviour;
mod containers;
mod features;
mod instance;
mod memory;
mod refusals;

use pyforge_tests::component;

use crate::features::Feature;
use crate::instance::{Compression, Instance};

/// A component under test.
struct Provider {
    /// The name of the cap that provides it.
    name: &'static str,
    /// What it does not have.
    lacks: &'static [Feature],
    /// Whether it says what is wrong inside a deflate stream, as zlib does.
    explains: bool,
}

const ZLIB: Provider = Provider { name: "zlib", lacks: &[], explains: true };

const MINIZ: Provider = Provider {
    name: "miniz",
    lacks: &[
        Feature::CompressorDictionary,
        Feature::DecompressorDictionary,
        Feature::CompressorCopy,
        Feature::DecompressorCopy,
        Feature::BlockFlush,
        Feature::SmallWindow,
    ],
    explains: false,
};

impl Provider {
    fn start(&self) -> Instance {
        Instance::start(component(self.name))
    }

    fn has(&self, feature: Feature) -> bool {
        !self.lacks.contains(&feature)
    }
}

/// The usual way to compress, in the container that `window_bits` stands for.
const fn options(level: i32, window_bits: i32) -> Compression {
    Compression { level, method: 8, window_bits, mem_level: 8, strategy: 0 }
}

const RAW: i32 = -15;
const ZLIB_WRAPPED: i32 = 15;
const GZIP: i32 = 31;
const CONTAINERS: [i32; 3] = [RAW, ZLIB_WRAPPED, GZIP];

/// Makes each function a test per provider.
macro_rules! for_each_provider {
    ($($module:ident::$test:ident),* $(,)?) => {
        mod zlib {
            $(#[test] fn $test() { crate::$module::$test(&crate::ZLIB) })*
        }
        mod miniz {
            $(#[test] fn $test() { crate::$module::$test(&crate::MINIZ) })*
        }
    };
}

for_each_provider! {
    behaviour::surface_is_the_interface_alone,
    behaviour::round_trips_at_every_level,
    behaviour::round_trips_with_every_strategy,
    behaviour::round_trips_in_tiny_steps,
    behaviour::flushes_bring_out_all_input,
    behaviour::a_full_flush_is_a_place_to_start,
    behaviour::trailing_data_is_left,
    behaviour::output_keeps_to_its_bound,
    behaviour::checksums_are_the_known_ones,
    containers::decompressor_finds_the_container,
    containers::gzip_headers_may_carry_anything,
    features::lacks_exactly_what_it_says,
    features::dictionaries,
    features::copies_are_independent,
    features::small_windows,
    memory::stays_where_it_was,
    memory::is_not_taken_in_advance,
    refusals::illegal_options,
    refusals::truncated_input,
    refusals::corrupt_input,
    refusals::broken_input_yields_what_came_before,
    refusals::an_empty_code_ends,
    refusals::lost_messages_are_found,
    refusals::calls_out_of_place,
}

#[test]
fn providers_understand_each_other() {
    behaviour::interchange(&ZLIB, &MINIZ);
    behaviour::interchange(&MINIZ, &ZLIB);
}
