//! Which entries below a source are taken: not ignored, not excluded, and among those that were asked for.

use crate::dockerfile::patterns::{Patterns, Seen};

/// What decides. `ignore` speaks of paths from the root of the tree, the others of paths below the source.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    /// `.dockerignore`: what it leaves out is not in the context at all.
    pub(super) ignore: Patterns,
    /// `--exclude`.
    pub(super) exclude: Patterns,
    /// Of `--parents`; `None` takes everything.
    pub(super) include: Option<Patterns>,
}

/// What was decided of an entry, to be known below it.
#[derive(Debug, Clone, Default)]
pub(super) struct Verdict {
    ignored: Seen,
    excluded: Seen,
    included: Seen,
    /// It is copied as it is.
    pub(super) taken: bool,
    /// Were it a directory: only what is below can make it be there, but then it is copied as it is.
    pub(super) in_context: bool,
    /// Were it a directory: nothing below is taken.
    pub(super) closed: bool,
}

impl Filter {
    /// The verdict of a source itself, of which only `.dockerignore` speaks.
    pub(super) fn source(&self, path: &[u8]) -> Verdict {
        let mut ignored = Seen::default();
        if !self.ignore.is_empty() && !path.is_empty() {
            let ends = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
            for end in ends.chain([path.len()]) {
                ignored = self.ignore.below(&ignored, &path[..end]);
            }
        }
        let closed = ignored.matched() && self.ignore.can_skip(path);
        let taken = !ignored.matched();
        Verdict { ignored, taken, closed, in_context: true, ..Verdict::default() }
    }

    /// The verdict of what is at `path` of the tree, `relative` to the source, in a directory of verdict `parent`.
    pub(super) fn below(&self, parent: &Verdict, path: &[u8], relative: &[u8]) -> Verdict {
        let ask = |patterns: &Patterns, parent: &Seen, path: &[u8]| match patterns.is_empty() {
            true => Seen::default(),
            false => patterns.below(parent, path),
        };
        let ignored = ask(&self.ignore, &parent.ignored, path);
        let excluded = ask(&self.exclude, &parent.excluded, relative);
        let included = self.include.as_ref().map(|include| include.below(&parent.included, relative));
        let wanted = included.as_ref().is_none_or(Seen::matched) && !excluded.matched();
        let closed = (ignored.matched() && self.ignore.can_skip(path))
            || (excluded.matched() && self.exclude.can_skip(relative))
            || self
                .include
                .as_ref()
                .zip(included.as_ref())
                .is_some_and(|(include, included)| !included.matched() && include.none_below(relative));
        Verdict {
            taken: wanted && !ignored.matched(),
            in_context: wanted,
            closed,
            ignored,
            excluded,
            included: included.unwrap_or_default(),
        }
    }
}
