//! Any bytes as a manifest, an index or a configuration.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rcon::oci::config::ImageConfig;
use rcon::oci::manifest::Document;
use rcon::oci::platform::Wanted;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(Document::Index(index)) = Document::parse(bytes) {
        let _ = index.choose(&Wanted::of_this_machine());
    }
    if let Ok(config) = ImageConfig::parse(bytes) {
        let again = ImageConfig::parse(&config.to_bytes().expect("what was read is written"));
        assert_eq!(again.expect("what was written is read"), config);
    }
});
