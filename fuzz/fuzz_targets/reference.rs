//! Any text as the name of an image: what is a name is the same name when it is read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rcon::oci::reference::Reference;
use rcon::storage::tags::TagName;

fuzz_target!(|text: &str| {
    if let Ok(reference) = text.parse::<Reference>() {
        let again = |name: String| name.parse::<Reference>().ok();
        assert_eq!(again(reference.canonical()).as_ref(), Some(&reference), "its full name");
        assert_eq!(again(reference.familiar()).as_ref(), Some(&reference), "as docker shows it");
        let tagged = reference.with_default_tag();
        assert_eq!(again(tagged.canonical()), Some(tagged));
    }
    if let Ok(name) = TagName::parse(text) {
        assert_eq!(TagName::parse(name.canonical()).ok().as_ref(), Some(&name), "its full name");
        assert_eq!(TagName::parse(name.familiar()).ok().as_ref(), Some(&name), "as docker shows it");
    }
});
