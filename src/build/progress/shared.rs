//! One display for several builds, as `bake` has them.

use super::event::{Event, Progress, VertexId, What};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// A display that several builds show themselves on.
#[derive(Clone)]
pub struct Display(Rc<RefCell<Inner>>);

struct Inner {
    shown: Box<dyn Progress>,
    next: VertexId,
}

impl std::fmt::Debug for Display {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Display")
    }
}

/// The part of one build; its end is not the end of the display.
#[derive(Debug)]
pub struct Part {
    display: Display,
    /// In front of the names of its steps; empty when it is the only one.
    name: String,
    known: HashMap<VertexId, VertexId>,
}

impl Display {
    /// Of `shown`.
    pub fn new(shown: Box<dyn Progress>) -> Self {
        Self(Rc::new(RefCell::new(Inner { shown, next: 0 })))
    }

    /// The part of the build `name`.
    pub fn part(&self, name: &str) -> Part {
        Part { display: self.clone(), name: name.to_owned(), known: HashMap::new() }
    }

    /// All builds are over.
    pub fn finish(&self, failed: bool) {
        self.0.borrow_mut().shown.finish(failed);
    }
}

impl Part {
    /// `[internal] load …` of the build `a` is `[a internal] load …`, and `exporting` is `[a] exporting`.
    fn named(&self, step: &str) -> String {
        match (self.name.as_str(), step.strip_prefix('[')) {
            ("", _) => step.to_owned(),
            (name, Some(rest)) => format!("[{name} {rest}"),
            (name, None) => format!("[{name}] {step}"),
        }
    }
}

impl Progress for Part {
    fn hear(&mut self, event: &Event) {
        let mut event = event.clone();
        if let What::Announced { name, .. } = &mut event.what {
            *name = self.named(name);
        }
        let id = match &mut event.what {
            What::Announced { id, .. }
            | What::Started { id }
            | What::Status { id, .. }
            | What::Log { id, .. }
            | What::Cached { id }
            | What::Done { id }
            | What::Failed { id, .. }
            | What::Canceled { id }
            | What::Warning { id, .. } => id,
        };
        let mut inner = self.display.0.borrow_mut();
        *id = *self.known.entry(*id).or_insert_with(|| {
            inner.next += 1;
            inner.next - 1
        });
        inner.shown.hear(&event);
    }

    fn tick(&mut self) {
        self.display.0.borrow_mut().shown.tick();
    }

    fn finish(&mut self, _: bool) {}
}

#[cfg(test)]
mod tests {
    use super::super::replay::{Written, at};
    use super::*;

    #[test]
    fn steps_of_several_builds_do_not_mix() {
        let written = Written::default();
        let display = Display::new(super::super::plain(written.writer()));
        for (name, step) in [("a", "[internal] x"), ("b", "[1/2] y"), ("c", "z"), ("", "[n] z")] {
            let mut part = display.part(name);
            for what in [
                What::Announced { id: 0, name: step.to_owned() },
                What::Started { id: 0 },
                What::Done { id: 0 },
            ] {
                part.hear(&Event { at: at(0.0), what });
            }
            part.finish(false);
        }
        display.finish(false);
        let text = written.text();
        let names: Vec<&str> = text.lines().filter(|line| line.contains(['x', 'y', 'z'])).collect();
        assert_eq!(names, ["#1 [a internal] x", "#2 [b 1/2] y", "#3 [c] z", "#4 [n] z"]);
    }
}
