//! The variables that a stage sees: `ENV` of its base and its own, and `ARG`s that were declared.

use crate::dockerfile::words::Variables;

/// Variables, in the order in which they first came.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    values: Vec<(String, String)>,
    /// Declared by `ARG`, in order; told in the history of `RUN`.
    declared: Vec<String>,
}

impl Scope {
    /// Of an image's environment. What names no value is none.
    pub fn of(environment: &[String]) -> Self {
        let mut scope = Self::default();
        for (name, value) in environment.iter().filter_map(|entry| entry.split_once('=')) {
            scope.set(name, value.to_owned());
        }
        scope
    }

    /// `ENV`.
    pub(super) fn set(&mut self, name: &str, value: String) {
        match self.values.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = value,
            None => self.values.push((name.to_owned(), value)),
        }
    }

    /// `ARG`; one without a value is known by name alone.
    pub(super) fn declare(&mut self, name: &str, value: Option<String>) {
        if let Some(value) = value {
            self.set(name, value);
        }
        if !self.declared.iter().any(|known| known == name) {
            self.declared.push(name.to_owned());
        }
    }

    /// `NAME=VALUE` of all.
    pub(super) fn entries(&self) -> Vec<String> {
        self.values.iter().map(|(name, value)| format!("{name}={value}")).collect()
    }

    /// `|2 A=1 B=2 `, as the history of a `RUN` begins, with the values that the command sees; empty where nothing
    /// was declared.
    pub(super) fn declared(&self) -> String {
        let told = |name: &String| format!("{name}={}", self.get(name).unwrap_or_default());
        let told: Vec<String> = self.declared.iter().map(told).collect();
        match told.len() {
            0 => String::new(),
            count => format!("|{count} {} ", told.join(" ")),
        }
    }
}

impl Variables for Scope {
    fn get(&self, name: &str) -> Option<String> {
        self.values.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    fn names(&self) -> Vec<String> {
        self.values.iter().map(|(name, _)| name.clone()).collect()
    }
}
