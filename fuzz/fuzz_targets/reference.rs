//! Any text as the name of an image: what is a name is the same name when it is read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rcon::storage::tags::TagName;

fuzz_target!(|text: &str| {
    if let Ok(name) = TagName::parse(text) {
        assert_eq!(TagName::parse(name.canonical()).ok().as_ref(), Some(&name));
    }
});
