#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzzing::look_again::check(data));
