//! The functions of the language, as bake files have them.

mod addresses;
mod collections;
mod encoding;
mod format;
mod hashes;
mod numbers;
mod sets;
mod text;
mod time;

use super::eval::Globals;
use super::number::Number;
use super::value::Value;
use std::collections::BTreeMap;

/// Bytes that one call may make.
const LARGEST_RESULT: usize = 16 << 20;

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The argument with that number is not what it should be.
    Argument(usize, String),
    /// Anything else.
    Call(String),
}

/// What a call gives.
pub type Given = Result<Value, Failure>;

/// A function.
#[expect(missing_debug_implementations, reason = "it is a name and a pointer")]
pub struct Function {
    name: &'static str,
    parameters: &'static str,
    /// Calls it; the number of arguments was checked.
    pub call: fn(&Arguments<'_>) -> Given,
}

impl Function {
    /// A function and the names of its parameters, with a blank between; the last takes many when `…` follows it.
    const fn new(name: &'static str, parameters: &'static str, call: fn(&Arguments<'_>) -> Given) -> Self {
        Self { name, parameters, call }
    }

    /// Names of the parameters, and whether the last one stands for any number of arguments.
    pub fn parameters(&self) -> (Vec<&'static str>, bool) {
        let many = self.parameters.ends_with("...");
        (self.parameters.trim_end_matches("...").split_whitespace().collect(), many)
    }
}

/// The function `name`.
pub fn find(name: &str) -> Option<&'static Function> {
    let tables = [
        addresses::FUNCTIONS,
        collections::FUNCTIONS,
        encoding::FUNCTIONS,
        format::FUNCTIONS,
        hashes::FUNCTIONS,
        numbers::FUNCTIONS,
        sets::FUNCTIONS,
        text::FUNCTIONS,
        time::FUNCTIONS,
    ];
    tables.into_iter().flatten().find(|function| function.name == name)
}

/// The arguments of a call.
#[expect(missing_debug_implementations, reason = "it holds a trait object")]
pub struct Arguments<'a> {
    values: &'a [Value],
    globals: &'a dyn Globals,
}

impl<'a> Arguments<'a> {
    /// Arguments of a call in a file that defines `globals`.
    pub fn new(values: &'a [Value], globals: &'a dyn Globals) -> Self {
        Self { values, globals }
    }

    /// How many.
    fn len(&self) -> usize {
        self.values.len()
    }

    /// All from `first` on.
    fn rest(&self, first: usize) -> &'a [Value] {
        self.values.get(first..).unwrap_or_default()
    }

    /// Any value, and null too.
    fn any(&self, index: usize) -> &'a Value {
        self.values.get(index).unwrap_or(&Value::Null)
    }

    /// Any value but null.
    fn value(&self, index: usize) -> Result<&'a Value, Failure> {
        match self.any(index) {
            Value::Null => Err(Failure::Argument(index, "argument must not be null".to_string())),
            value => Ok(value),
        }
    }

    fn text(&self, index: usize) -> Result<String, Failure> {
        required(self.value(index)?.to_text(), index, "string required")
    }

    fn number(&self, index: usize) -> Result<Number, Failure> {
        required(self.value(index)?.to_number(), index, "a number is required")
    }

    fn whole(&self, index: usize) -> Result<i128, Failure> {
        let whole = self.number(index)?.whole();
        required(whole, index, "a whole number is required")
    }

    fn bool(&self, index: usize) -> Result<bool, Failure> {
        required(self.value(index)?.to_bool(), index, "a bool is required")
    }

    /// The elements of a tuple, a list or a set.
    fn sequence(&self, index: usize) -> Result<&'a [Value], Failure> {
        match self.value(index)? {
            Value::Sequence(_, items) => Ok(items),
            _ => Err(Failure::Argument(index, "list or tuple required".to_string())),
        }
    }

    /// The elements of a sequence as strings.
    fn texts(&self, index: usize) -> Result<Vec<String>, Failure> {
        let Value::Sequence(_, items) = self.value(index)? else {
            return Err(Failure::Argument(index, "list of string required".to_string()));
        };
        let each = |(at, item): (usize, &Value)| {
            let why = if *item == Value::Null { "element must not be null" } else { "string required" };
            item.to_text().ok_or_else(|| Failure::Argument(index, format!("element {at}: {why}")))
        };
        items.iter().enumerate().map(each).collect()
    }

    /// The values of an object or a map.
    fn mapping(&self, index: usize) -> Result<&'a BTreeMap<String, Value>, Failure> {
        match self.value(index)? {
            Value::Mapping(_, entries) => Ok(entries),
            _ => Err(Failure::Argument(index, "map or object required".to_string())),
        }
    }

    /// Seconds since 1970.
    fn now(&self) -> i64 {
        self.globals.now()
    }
}

fn required<T>(value: Option<T>, index: usize, why: &str) -> Result<T, Failure> {
    value.ok_or_else(|| Failure::Argument(index, why.to_string()))
}

fn failed<T>(why: impl Into<String>) -> Result<T, Failure> {
    Err(Failure::Call(why.into()))
}

/// Refuses a result of more than [`LARGEST_RESULT`] bytes before it is made.
fn bounded(bytes: Option<usize>) -> Result<(), Failure> {
    match bytes {
        Some(bytes) if bytes <= LARGEST_RESULT => Ok(()),
        _ => failed("the result is too large"),
    }
}

fn number(result: Option<Number>) -> Given {
    result.map(Value::Number).ok_or_else(|| Failure::Call("the number is too large".to_string()))
}
