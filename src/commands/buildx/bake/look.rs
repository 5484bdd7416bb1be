//! `--call`, or `call` in the file: targets are looked at, and not built.

use super::build::Oven;
use crate::bake::{self, Bake};
use crate::build::Failure;
use crate::build::call::{self, Answer};
use crate::build::wish::{Call, CallFormat};
use crate::error::Error;
use serde_json::Value;

/// Whether a target is to be looked at only.
pub(super) fn is_asked(bake: &Bake) -> bool {
    bake.targets
        .values()
        .any(|target| target.call.as_deref().is_some_and(|call| !matches!(call, "" | "build")))
}

/// What is said of all, and the exit code.
pub(super) fn all(oven: &Oven<'_>) -> Result<(String, u8), Failure> {
    let early = |error| Failure { error, excerpt: String::new() };
    let (mut text, mut failed) = (Vec::new(), false);
    let mut json = bake::print(oven.bake);
    let mut format = CallFormat::Text;
    for name in oven.bake.targets.keys() {
        let target = oven.target(name).map_err(early)?;
        let order = oven.order(name, target, &target.contexts).map_err(early)?;
        let wish = &order.wish;
        let word = match wish.call {
            Call::Build => {
                let what = format!("the target {name} is to be built, and others are not");
                return Err(early(Error::usage(what).fix("name targets of one kind")));
            }
            Call::Check => "check",
            Call::Outline => "outline",
            Call::Targets => "targets",
        };
        let answer: Answer = call::attempt(oven.engine, wish, Box::new(oven.part(name)))?;
        failed |= answer.failed;
        format = wish.call_format;
        text.push(format!("{name}\n\n{}", answer.text));
        if let Some(place) = json.get_mut("target").and_then(|targets| targets.get_mut(name)) {
            let mut build = place.take();
            build["call"] = Value::from(if wish.call == Call::Check { "lint" } else { word });
            *place = serde_json::json!({ "build": build, word: answer.json });
        }
    }
    let shown = match format {
        CallFormat::Text => text.join("\n"),
        CallFormat::Json => format!("{json:#}\n"),
    };
    Ok((shown, u8::from(failed)))
}
