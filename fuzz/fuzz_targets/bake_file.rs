//! Bake files of strangers, in all notations: no panic, no endless work, and what is printed reads again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rcon::bake::{BakeWish, print_text, read};

fuzz_target!(|data: &[u8]| {
    let Some((kind, content)) = data.split_first() else { return };
    let name = ["docker-bake.hcl", "docker-bake.json", "compose.yaml", "file"][usize::from(*kind) % 4];
    let wish = BakeWish { platform: "linux/amd64".to_string(), ..BakeWish::default() };
    let Ok(bake) = read(&[(name.to_string(), content.to_vec())], &wish) else { return };
    let text = print_text(&bake);
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
});
