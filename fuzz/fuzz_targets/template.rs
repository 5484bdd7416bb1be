//! Any text as a template of `--format`: text or an error, for `inspect` and for lists, with and without rows.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rcon::output::listing::{Listing, Row};
use rcon::output::template;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const LISTING: Listing<'static> = Listing {
    headers: &[("ID", "CONTAINER ID"), ("Names", "NAMES"), ("Size", "SIZE")],
    default: "table {{.ID}}\t{{.Names}}",
    raw: None,
};

fuzz_target!(|text: &str| {
    let object = json!({
        "Id": "0123", "Size": 7, "Float": 1.5, "Flag": true, "Null": null,
        "Names": ["a", "b"], "Config": { "Labels": { "l": "1" }, "Env": [] },
    });
    let _ = template::inspect(text, &object);
    let fields = [("ID", json!("0123")), ("Names", json!("a,b")), ("Size", Value::from(7))];
    let row = Row {
        fields: fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        labels: BTreeMap::from([("l".to_owned(), "1".to_owned())]),
    };
    for format in [text.to_owned(), format!("table {text}")] {
        let _ = LISTING.render(Some(&format), &[]);
        let _ = LISTING.render(Some(&format), std::slice::from_ref(&row));
    }
});
