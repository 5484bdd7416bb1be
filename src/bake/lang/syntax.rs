//! The tree both notations become, HCL and JSON.

use super::value::Value;

/// Where something stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    /// Which file, counted from 0.
    pub file: usize,
    /// The first byte.
    pub start: usize,
    /// Behind the last byte.
    pub end: usize,
}

impl Span {
    /// Its first `bytes`.
    pub fn first(self, bytes: usize) -> Self {
        Self { end: self.end.min(self.start + bytes), ..self }
    }
}

/// What stands between the braces of a block, or in a whole file.
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// `name = value`.
    pub attributes: Vec<Attribute>,
    /// `kind "label" { … }`.
    pub blocks: Vec<Block>,
}

impl Body {
    /// The attribute `name`; where it was given again, the last.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().rev().find(|attribute| attribute.name == name)
    }
}

/// `name = value`.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// The name.
    pub name: String,
    /// Where all of it stands.
    pub span: Span,
    /// The value.
    pub value: Expression,
}

/// `kind "label" { … }`.
#[derive(Debug, Clone)]
pub struct Block {
    /// `target`, `group`, `variable`, …
    pub kind: String,
    /// The words behind it.
    pub labels: Vec<(String, Span)>,
    /// Where it begins.
    pub span: Span,
    /// Where its `{` is.
    pub opening: Span,
    /// What is in it.
    pub body: Body,
}

/// An expression and where it stands.
#[derive(Debug, Clone)]
pub struct Expression {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: Kind,
}

/// What an expression is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A value as it stands.
    Literal(Value),
    /// A string with something to fill in.
    Template(Vec<Part>),
    /// `"${x}"`: the value of `x`, whatever its type.
    Wrapped(Box<Expression>),
    /// `[…]`.
    Tuple(Vec<Expression>),
    /// `{…}`.
    Object(Vec<(Key, Expression)>),
    /// A name.
    Variable(String),
    /// `x.y`, `x[0]`, `x.*.y`.
    Traversal(Box<Expression>, Vec<Step>),
    /// `f(…)`.
    Call(Box<Call>),
    /// `(x)`.
    Parentheses(Box<Expression>),
    /// `-x`.
    Negate(Box<Expression>),
    /// `!x`.
    Not(Box<Expression>),
    /// `x + y`.
    Binary(Box<Expression>, Operator, Box<Expression>),
    /// `x ? y : z`.
    Conditional(Box<[Expression; 3]>),
    /// `[for … : …]`, `{for … : … => …}`.
    For(Box<For>),
}

impl Expression {
    /// Where it begins, as far as buildx underlines that.
    pub fn start(&self) -> Span {
        match &self.kind {
            Kind::Tuple(_) | Kind::Object(_) | Kind::For(_) | Kind::Parentheses(_) => self.span.first(1),
            Kind::Traversal(base, _) => base.start(),
            Kind::Binary(left, ..) => left.start(),
            Kind::Conditional(branches) => branches[0].start(),
            Kind::Call(call) => self.span.first(call.name.len() + 1),
            // Without the quotes.
            Kind::Literal(Value::Text(_)) | Kind::Template(_) | Kind::Wrapped(_)
                if self.span.end >= self.span.start + 2 =>
            {
                Span { start: self.span.start + 1, end: self.span.end - 1, ..self.span }
            }
            _ => self.span,
        }
    }

    /// Shows every expression in this one to `see`, itself first.
    pub fn walk<'e>(&'e self, see: &mut dyn FnMut(&'e Expression)) {
        see(self);
        match &self.kind {
            Kind::Literal(_) | Kind::Variable(_) => {}
            Kind::Template(parts) => walk_parts(parts, see),
            Kind::Wrapped(inner) | Kind::Parentheses(inner) | Kind::Negate(inner) | Kind::Not(inner) => {
                inner.walk(see);
            }
            Kind::Tuple(items) => items.iter().for_each(|item| item.walk(see)),
            Kind::Object(entries) => {
                for (key, value) in entries {
                    if let Key::Computed(key) = key {
                        key.walk(see);
                    }
                    value.walk(see);
                }
            }
            Kind::Traversal(base, steps) => {
                base.walk(see);
                for step in steps {
                    if let Step::Index(key) = step {
                        key.walk(see);
                    }
                }
            }
            Kind::Call(call) => call.arguments.iter().for_each(|argument| argument.walk(see)),
            Kind::Binary(left, _, right) => {
                left.walk(see);
                right.walk(see);
            }
            Kind::Conditional(branches) => branches.iter().for_each(|branch| branch.walk(see)),
            Kind::For(parsed) => {
                let given = [
                    Some(&parsed.collection),
                    parsed.key.as_ref(),
                    Some(&parsed.value),
                    parsed.condition.as_ref(),
                ];
                given.into_iter().flatten().for_each(|inner| inner.walk(see));
            }
        }
    }
}

fn walk_parts<'e>(parts: &'e [Part], see: &mut dyn FnMut(&'e Expression)) {
    for part in parts {
        match part {
            Part::Text(_) => {}
            Part::Value(value) => value.walk(see),
            Part::If(condition, yes, no) => {
                condition.walk(see);
                walk_parts(yes, see);
                walk_parts(no, see);
            }
            Part::For { collection, parts, .. } => {
                collection.walk(see);
                walk_parts(parts, see);
            }
        }
    }
}

/// A key of an object.
#[derive(Debug, Clone)]
pub enum Key {
    /// A word, taken as it is.
    Word(String),
    /// Anything else.
    Computed(Expression),
}

/// One step into a value.
#[derive(Debug, Clone)]
pub enum Step {
    /// `.name`.
    Attribute(String, Span),
    /// `[key]`, `.0`.
    Index(Expression),
    /// `.*`: the names behind it are taken from each element, `[…]` from all of them.
    AttributeSplat,
    /// `[*]`: all behind it is taken from each element.
    FullSplat,
}

/// `f(…)`.
#[derive(Debug, Clone)]
pub struct Call {
    /// Of the function.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// In order.
    pub arguments: Vec<Expression>,
    /// `…...)`: the last one is a sequence of arguments.
    pub expand: bool,
}

/// `for key, value in collection : …`.
#[derive(Debug, Clone)]
pub struct For {
    /// The first of two names.
    pub key_name: Option<String>,
    /// The other, or the only one.
    pub value_name: String,
    /// What is gone through.
    pub collection: Expression,
    /// In braces: the key of each entry.
    pub key: Option<Expression>,
    /// Of each element.
    pub value: Expression,
    /// `...`: values of equal keys come together in tuples.
    pub group: bool,
    /// `if …`.
    pub condition: Option<Expression>,
}

/// A piece of a template.
#[derive(Debug, Clone)]
pub enum Part {
    /// As it stands.
    Text(String),
    /// `${…}`.
    Value(Expression),
    /// `%{if …}…%{else}…%{endif}`.
    If(Expression, Vec<Part>, Vec<Part>),
    /// `%{for … in …}…%{endfor}`.
    For {
        /// The first of two names.
        key_name: Option<String>,
        /// The other, or the only one.
        value_name: String,
        /// What is gone through.
        collection: Expression,
        /// What is made of each element.
        parts: Vec<Part>,
    },
}

/// Between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `*`.
    Multiply,
    /// `/`.
    Divide,
    /// `%`.
    Modulo,
    /// `==`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
    /// `&&`.
    And,
    /// `||`.
    Or,
}
