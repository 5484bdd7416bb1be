//! Values of expressions.

use super::budget::Budget;
use super::diagnostic::{Checked, Diagnostic};
use super::functions::{self, Failure};
use super::operators::{binary, not, unify};
use super::syntax::{Call, Expression, For, Key, Kind, Part, Span, Step};
use super::types::Type;
use super::value::{Shape, Value};
use std::collections::BTreeMap;

/// Blocks whose attributes other expressions can name.
pub const BLOCKS: &[&str] = &["target", "group"];

/// What a file defines, found when it is needed.
pub trait Globals {
    /// The value of a variable or of an attribute of the file; `None`: there is none.
    fn variable(&self, name: &str) -> Checked<Option<Value>>;
    /// The value of an attribute of a block, or all of them as an object; `None`: there is no such block.
    fn block(&self, kind: &str, name: &str, attribute: Option<&str>) -> Checked<Option<Value>>;
    /// A function of the file.
    fn function(&self, name: &str) -> Option<&Defined>;
    /// What may still be done.
    fn budget(&self) -> &Budget;
    /// Seconds since 1970.
    fn now(&self) -> i64;
}

/// A function of the file.
#[derive(Debug, Clone)]
pub struct Defined {
    /// Names of the parameters.
    pub parameters: Vec<String>,
    /// The name of all further arguments.
    pub rest: Option<String>,
    /// What it gives.
    pub result: Expression,
}

/// The names an expression sees: its own, then those around it, then the file's.
#[expect(missing_debug_implementations, reason = "it holds a trait object")]
pub struct Scope<'s> {
    globals: &'s dyn Globals,
    parent: Option<&'s Scope<'s>>,
    names: BTreeMap<String, Value>,
}

impl<'s> Scope<'s> {
    /// Sees `names` and what the file defines.
    pub fn new(globals: &'s dyn Globals, names: BTreeMap<String, Value>) -> Self {
        Self { globals, parent: None, names }
    }

    fn inner(&'s self, names: BTreeMap<String, Value>) -> Scope<'s> {
        Scope { globals: self.globals, parent: Some(self), names }
    }

    fn local(&self, name: &str) -> Option<&Value> {
        self.names.get(name).or_else(|| self.parent?.local(name))
    }

    /// The value of an expression.
    pub fn value(&self, expression: &Expression) -> Checked<Value> {
        let budget = self.globals.budget();
        let value = budget.deeper(|| self.evaluate(expression))?;
        budget.charge(value.size())?;
        Ok(value)
    }

    fn evaluate(&self, expression: &Expression) -> Checked<Value> {
        let span = expression.span;
        match &expression.kind {
            Kind::Literal(value) => Ok(value.clone()),
            Kind::Template(parts) => self.template(parts).map(Value::Text),
            Kind::Wrapped(inner) | Kind::Parentheses(inner) => self.value(inner),
            Kind::Tuple(items) => {
                items.iter().map(|item| self.value(item)).collect::<Checked<_>>().map(Value::tuple)
            }
            Kind::Object(entries) => self.object(entries),
            Kind::Variable(name) => self.variable(name, span),
            Kind::Traversal(base, steps) => self.traversal(base, steps, span),
            Kind::Call(call) => self.call(call, span),
            Kind::Negate(inner) => {
                let value = self.value(inner)?;
                value.to_number().map(|number| Value::Number(number.negate())).ok_or_else(|| {
                    let detail = "Unsuitable value for unary operand: a number is required.";
                    Diagnostic::at(inner.span, "Invalid operand", detail)
                })
            }
            Kind::Not(inner) => not(&self.value(inner)?, inner.span),
            Kind::Binary(left, operator, right) => {
                let (a, b) = (self.value(left)?, self.value(right)?);
                binary((&a, left.span), *operator, (&b, right.span), span)
            }
            Kind::Conditional(branches) => self.conditional(branches, span),
            Kind::For(parsed) => self.for_expression(parsed),
        }
    }

    fn variable(&self, name: &str, span: Span) -> Checked<Value> {
        if let Some(value) = self.local(name) {
            return Ok(value.clone());
        }
        if BLOCKS.contains(&name) {
            let detail = format!("cannot access {name} as a variable");
            return Err(Diagnostic::at(span, "Invalid expression", detail));
        }
        self.globals.variable(name)?.ok_or_else(|| {
            Diagnostic::at(span, "Unknown variable", format!("There is no variable named {name:?}."))
        })
    }

    fn object(&self, entries: &[(Key, Expression)]) -> Checked<Value> {
        let mut out = BTreeMap::new();
        for (key, value) in entries {
            let key = match key {
                Key::Word(word) => word.clone(),
                Key::Computed(expression) => {
                    let value = self.value(expression)?;
                    text_key(&value, "Can't use this value as a key", expression.span)?
                }
            };
            out.insert(key, self.value(value)?);
        }
        Ok(Value::Mapping(Shape::Object, out))
    }

    fn conditional(&self, [condition, yes, no]: &[Expression; 3], span: Span) -> Checked<Value> {
        let value = self.value(condition)?;
        if value == Value::Null {
            let detail = "The condition value is null. Conditions must either be true or false.";
            return Err(Diagnostic::at(condition.span, "Null condition", detail));
        }
        let Some(truth) = value.to_bool() else {
            let detail = "The condition expression must be of type bool.";
            return Err(Diagnostic::at(condition.span, "Incorrect condition type", detail));
        };
        let (chosen, other) = if truth { (yes, no) } else { (no, yes) };
        let value = self.value(chosen)?;
        match self.value(other) {
            Ok(other) => unify(value, &other, truth, Span { start: yes.span.start, ..span }),
            Err(_) => Ok(value),
        }
    }

    fn call(&self, call: &Call, span: Span) -> Checked<Value> {
        if let Some(value) = self.attempt(call)? {
            return Ok(value);
        }
        let mut arguments = Vec::with_capacity(call.arguments.len());
        let mut spans = Vec::with_capacity(call.arguments.len());
        for (index, argument) in call.arguments.iter().enumerate() {
            let value = self.value(argument)?;
            if call.expand && index + 1 == call.arguments.len() {
                let Value::Sequence(_, items) = value else {
                    let detail =
                        "The expanding argument (indicated by ...) must be of a tuple, list, or set type.";
                    return Err(Diagnostic::at(argument.span, "Invalid expanding argument value", detail));
                };
                spans.extend(items.iter().map(|_| argument.start()));
                arguments.extend(items);
            } else {
                spans.push(argument.start());
                arguments.push(value);
            }
        }
        let Some(function) = functions::find(&call.name) else {
            return self.defined(call, arguments, &spans, span);
        };
        let (names, many) = function.parameters();
        let names: Vec<_> = names.iter().map(ToString::to_string).collect();
        let least = names.len() - usize::from(many);
        check_count(call, span, &names, (least, many), (arguments.len(), &spans))?;
        let cost = arguments.iter().map(Value::size).sum();
        self.globals.budget().charge(cost)?;
        (function.call)(&functions::Arguments::new(&arguments, self.globals)).map_err(|failure| match failure
        {
            Failure::Argument(index, why) => {
                let name = names.get(index).or(names.last()).map_or("", String::as_str);
                let at = spans.get(index).copied().unwrap_or(span);
                let detail = format!("Invalid value for {name:?} parameter: {why}.");
                Diagnostic::at(at, "Invalid function argument", detail)
            }
            Failure::Call(why) => {
                let at = span.first(call.name.len() + 1);
                let detail = format!("Call to function {:?} failed: {why}.", call.name);
                Diagnostic::at(at, "Error in function call", detail)
            }
        })
    }

    /// A function of the file; those of the language come before it.
    fn defined(&self, call: &Call, mut arguments: Vec<Value>, spans: &[Span], span: Span) -> Checked<Value> {
        let Some(defined) = self.globals.function(&call.name) else {
            let detail = format!("There is no function named {:?}.", call.name);
            return Err(Diagnostic::at(call.name_span, "Call to unknown function", detail));
        };
        let least = defined.parameters.len();
        let many = defined.rest.is_some();
        check_count(call, span, &defined.parameters, (least, many), (arguments.len(), spans))?;
        let rest = arguments.split_off(least);
        let mut names: BTreeMap<_, _> = defined.parameters.iter().cloned().zip(arguments).collect();
        if let Some(name) = &defined.rest {
            names.insert(name.clone(), Value::tuple(rest));
        }
        Scope::new(self.globals, names).value(&defined.result)
    }

    /// The functions that look at expressions instead of values: `try`, `can` and `convert`.
    fn attempt(&self, call: &Call) -> Checked<Option<Value>> {
        match call.name.as_str() {
            "can" => match call.arguments.as_slice() {
                [argument] => Ok(Some(Value::Bool(self.value(argument).is_ok()))),
                _ => Ok(None),
            },
            "try" => {
                let mut last = Diagnostic::at(
                    call.name_span,
                    "Error in function call",
                    "Call to function \"try\" failed: at least one argument is required.",
                );
                for argument in &call.arguments {
                    match self.value(argument) {
                        Ok(value) => return Ok(Some(value)),
                        Err(failure) => last = failure,
                    }
                }
                let detail = format!(
                    "Call to function \"try\" failed: no expression succeeded:\n- {} ({})\n\nAt least one expression must produce a successful result.",
                    last.summary, last.detail
                );
                Err(Diagnostic::at(call.name_span, "Error in function call", detail))
            }
            "convert" => match call.arguments.as_slice() {
                [argument, wanted] => {
                    let wanted_type = Type::parse(wanted)?;
                    let value = self.value(argument)?;
                    wanted_type.convert(value).map(Some).map_err(|why| {
                        let detail = format!("Call to function \"convert\" failed: {why}.");
                        Diagnostic::at(call.name_span, "Error in function call", detail)
                    })
                }
                _ => Ok(None),
            },
            _ => Ok(None),
        }
    }

    fn for_expression(&self, parsed: &For) -> Checked<Value> {
        let items = self.pairs(&parsed.collection)?;
        let mut list = Vec::new();
        let mut map: BTreeMap<String, Value> = BTreeMap::new();
        for (key, value) in items {
            let scope = self.inner(loop_names(parsed.key_name.as_ref(), &parsed.value_name, key, value));
            if let Some(condition) = &parsed.condition {
                let value = scope.value(condition)?;
                let truth = value.to_bool().ok_or_else(|| {
                    let detail = "The 'if' clause value is invalid: a bool is required.";
                    Diagnostic::at(condition.span, "Invalid 'for' condition", detail)
                })?;
                if !truth {
                    continue;
                }
            }
            let value = scope.value(&parsed.value)?;
            let Some(key) = &parsed.key else {
                list.push(value);
                continue;
            };
            let name = text_key(&scope.value(key)?, "Invalid object key", key.span)?;
            if parsed.group {
                let group = map.entry(name).or_insert_with(|| Value::tuple(Vec::new()));
                if let Value::Sequence(_, items) = group {
                    items.push(value);
                }
            } else if map.insert(name.clone(), value).is_some() {
                let detail = format!(
                    "Two different items produced the key {name:?} in this 'for' expression. If duplicates are expected, use the ellipsis (...) after the value expression to enable grouping by key."
                );
                return Err(Diagnostic::at(key.span, "Duplicate object key", detail));
            }
        }
        Ok(if parsed.key.is_some() { Value::Mapping(Shape::Object, map) } else { Value::tuple(list) })
    }

    /// Keys and values of what is gone through.
    fn pairs(&self, collection: &Expression) -> Checked<Vec<(Value, Value)>> {
        match self.value(collection)? {
            Value::Sequence(super::value::Order::Set, items) => {
                Ok(items.into_iter().map(|item| (item.clone(), item)).collect())
            }
            Value::Sequence(_, items) => {
                Ok(items.into_iter().enumerate().map(|(index, item)| (Value::count(index), item)).collect())
            }
            Value::Mapping(_, entries) => {
                Ok(entries.into_iter().map(|(name, value)| (Value::Text(name), value)).collect())
            }
            Value::Null => {
                let detail = "A null value cannot be used as the collection in a 'for' expression.";
                Err(Diagnostic::at(collection.span, "Iteration over null value", detail))
            }
            other => {
                let detail = format!(
                    "A value of type {} cannot be used as the collection in a 'for' expression.",
                    other.type_name()
                );
                Err(Diagnostic::at(collection.span, "Iteration over non-iterable value", detail))
            }
        }
    }

    fn template(&self, parts: &[Part]) -> Checked<String> {
        let budget = self.globals.budget();
        let mut out = String::new();
        for part in parts {
            let text = match part {
                Part::Text(text) => {
                    out.push_str(text);
                    continue;
                }
                Part::Value(expression) => {
                    let value = self.value(expression)?;
                    value.to_text().ok_or_else(|| not_in_template(&value, expression.span))?
                }
                Part::If(condition, yes, no) => {
                    let truth = self.value(condition)?.to_bool().ok_or_else(|| {
                        let detail = "The condition expression must be of type bool.";
                        Diagnostic::at(condition.span, "Incorrect condition type", detail)
                    })?;
                    budget.deeper(|| self.template(if truth { yes } else { no }))?
                }
                Part::For { key_name, value_name, collection, parts } => {
                    let mut text = String::new();
                    for (key, value) in self.pairs(collection)? {
                        let scope = self.inner(loop_names(key_name.as_ref(), value_name, key, value));
                        text.push_str(&budget.deeper(|| scope.template(parts))?);
                    }
                    text
                }
            };
            budget.charge(text.len())?;
            out.push_str(&text);
        }
        budget.charge(out.len())?;
        Ok(out)
    }

    fn traversal(&self, base: &Expression, steps: &[Step], span: Span) -> Checked<Value> {
        if let Kind::Variable(name) = &base.kind
            && BLOCKS.contains(&name.as_str())
            && self.local(name).is_none()
        {
            return self.block(name, steps, span);
        }
        let value = self.value(base)?;
        self.walk(value, steps, span)
    }

    /// `target.NAME…`.
    fn block(&self, kind: &str, steps: &[Step], span: Span) -> Checked<Value> {
        let Some((Step::Attribute(name, at), rest)) = steps.split_first() else {
            let detail = format!("cannot traverse {kind} without attribute");
            return Err(Diagnostic::at(span, "Invalid expression", detail));
        };
        let (attribute, rest) = match rest.split_first() {
            Some((Step::Attribute(attribute, _), rest)) => (Some(attribute.as_str()), rest),
            _ => (None, rest),
        };
        let value = self.globals.block(kind, name, attribute)?.ok_or_else(|| {
            let detail = format!("This object does not have an attribute named {name:?}.");
            Diagnostic::at(*at, "Unsupported attribute", detail)
        })?;
        self.walk(value, rest, span)
    }

    fn walk(&self, mut value: Value, steps: &[Step], span: Span) -> Checked<Value> {
        for (index, step) in steps.iter().enumerate() {
            let rest = &steps[index + 1..];
            value = match step {
                Step::Attribute(name, at) => attribute(value, name, *at)?,
                Step::Index(key) => {
                    let index = self.value(key)?;
                    let brackets =
                        Span { start: key.span.start.saturating_sub(1), end: key.span.end + 1, ..key.span };
                    element(value, &index, brackets)?
                }
                Step::FullSplat => return self.splat(value, rest, &[], span),
                Step::AttributeSplat => {
                    let is_name = |step: &Step| matches!(step, Step::Attribute(..));
                    let names = rest.iter().take_while(|step| is_name(step)).count();
                    return self.splat(value, &rest[..names], &rest[names..], span);
                }
            };
        }
        Ok(value)
    }

    /// Takes `each` from every element, and `all` from what that gives.
    fn splat(&self, value: Value, each: &[Step], all: &[Step], span: Span) -> Checked<Value> {
        let items = match value {
            Value::Null => Vec::new(),
            Value::Sequence(_, items) => items,
            single => vec![single],
        };
        let budget = self.globals.budget();
        let items = items.into_iter().map(|item| budget.deeper(|| self.walk(item, each, span)));
        let value = Value::tuple(items.collect::<Checked<_>>()?);
        budget.deeper(|| self.walk(value, all, span))
    }
}

/// The names of one round of a `for`.
fn loop_names(
    key_name: Option<&String>,
    value_name: &str,
    key: Value,
    value: Value,
) -> BTreeMap<String, Value> {
    let mut names = BTreeMap::from([(value_name.to_string(), value)]);
    if let Some(name) = key_name {
        names.insert(name.clone(), key);
    }
    names
}

/// Too few or too many arguments.
fn check_count(
    call: &Call,
    span: Span,
    names: &[String],
    (least, many): (usize, bool),
    (given, spans): (usize, &[Span]),
) -> Checked<()> {
    let expects = if many { format!("at least {least}") } else { least.to_string() };
    if given < least {
        let missing = names.get(given).map_or("", String::as_str);
        let detail =
            format!("Function {:?} expects {expects} argument(s). Missing value for {missing:?}.", call.name);
        let at = Span { start: span.end.saturating_sub(1), ..span };
        return Err(Diagnostic::at(at, "Not enough function arguments", detail));
    }
    if !many && given > least {
        let detail = format!("Function {:?} expects only {least} argument(s).", call.name);
        let at = spans.get(least).copied().unwrap_or(span);
        return Err(Diagnostic::at(at, "Too many function arguments", detail));
    }
    Ok(())
}

fn text_key(value: &Value, null_words: &str, span: Span) -> Checked<String> {
    match value {
        Value::Null => Err(Diagnostic::at(span, "Null value as key", format!("{null_words}: it is null."))),
        value => value.to_text().ok_or_else(|| {
            Diagnostic::at(span, "Incorrect key type", "Can't use this value as a key: string required.")
        }),
    }
}

fn not_in_template(value: &Value, span: Span) -> Box<Diagnostic> {
    let detail = if *value == Value::Null {
        "The expression result is null. Cannot include a null value in a string template."
    } else {
        "Cannot include the given value in a string template: string required."
    };
    Diagnostic::at(span, "Invalid template interpolation value", detail).with_others(0)
}

/// `value.name`.
fn attribute(value: Value, name: &str, span: Span) -> Checked<Value> {
    let unsupported = |detail: String| Err(Diagnostic::at(span, "Unsupported attribute", detail));
    match value {
        Value::Mapping(shape, mut entries) => match (entries.remove(name), shape) {
            (Some(value), _) => Ok(value),
            (None, Shape::Object) => {
                unsupported(format!("This object does not have an attribute named {name:?}."))
            }
            (None, Shape::Map) => {
                let detail = format!("This map does not have an element with the key {name:?}.");
                Err(Diagnostic::at(span, "Missing map element", detail))
            }
        },
        Value::Null => {
            let detail = "This value is null, so it does not have any attributes.";
            Err(Diagnostic::at(span, "Attempt to get attribute from null value", detail))
        }
        Value::Sequence(..) => unsupported("This value does not have any attributes.".to_string()),
        other => unsupported(format!(
            "Can't access attributes on a primitive-typed value ({}).",
            other.type_name()
        )),
    }
}

/// `value[key]`.
fn element(value: Value, key: &Value, span: Span) -> Checked<Value> {
    let invalid = |why: &str| {
        let detail = format!("The given key does not identify an element in this collection value{why}.");
        Err(Diagnostic::at(span, "Invalid index", detail))
    };
    match value {
        Value::Sequence(super::value::Order::Set, _) => {
            let detail = "Elements of a set are identified only by their value and don't have any separate index or key to select with, so it's only possible to perform operations across all elements of the set.";
            Err(Diagnostic::at(span, "Invalid index", detail))
        }
        Value::Sequence(_, mut items) => match key.to_number() {
            None => invalid(": a number is required"),
            Some(number) if number.sign() < 0 => {
                invalid(": a negative number is not a valid index for a sequence")
            }
            Some(number) => match number.index() {
                None => invalid(": indexing a sequence requires a whole number"),
                Some(index) if index < items.len() => Ok(items.swap_remove(index)),
                Some(_) => invalid(""),
            },
        },
        Value::Mapping(_, mut entries) => match key.to_text().and_then(|name| entries.remove(&name)) {
            Some(value) => Ok(value),
            None => invalid(""),
        },
        Value::Null => {
            let detail = "This value is null, so it does not have any indices.";
            Err(Diagnostic::at(span, "Attempt to index null value", detail))
        }
        _ => Err(Diagnostic::at(span, "Invalid index", "This value does not have any indices.")),
    }
}
