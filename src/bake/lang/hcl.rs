//! HCL as a tree. The parser bounds how deep expressions nest, so the walk here is bounded too.

use super::diagnostic::{Checked, Diagnostic};
use super::number::Number;
use super::syntax::{Attribute, Block, Body, Call, Expression, For, Key, Kind, Operator, Part, Span, Step};
use super::value::Value;
use hcl_edit::expr::{
    BinaryOperator, Expression as Parsed, ForExpr, FuncCall, ObjectKey, TraversalOperator, UnaryOperator,
};
use hcl_edit::structure::{Block as ParsedBlock, Body as ParsedBody};
use hcl_edit::template::{Directive, Element, Template};
use hcl_edit::{Span as _, parser};
use std::collections::BTreeSet;
use std::ops::Range;

/// Parses a file; `file` is its number in spans.
pub fn parse(text: &str, file: usize) -> Checked<Body> {
    let parsed = parser::parse_body(text).map_err(|error| {
        let at = error.location().offset();
        let span = Span { file, start: at, end: (at + 1).min(text.len()) };
        if error.message().contains("redefined attribute") {
            let detail = "The argument was already set. Each argument may be set only once.";
            return Diagnostic::at(span, "Attribute redefined", detail);
        }
        if error.message().trim() == "expected newline or eof" {
            let detail = "An argument definition must end with a newline.";
            return Diagnostic::at(span, "Missing newline after argument", detail);
        }
        Diagnostic::at(span, "Invalid syntax", words(error.message()))
    })?;
    Walk { file, text, fixed: None }.body(&parsed)
}

/// Parses an expression that stands in a string of another notation; its parts have the span of the string.
pub fn parse_expression(text: &str, span: Span) -> Checked<Expression> {
    let parsed = parser::parse_expr(text)
        .map_err(|error| Diagnostic::at(span, "Invalid expression", words(error.message())))?;
    Walk { file: span.file, text, fixed: Some(span) }.expression(&parsed)
}

/// Parses the template that a string of another notation is.
pub fn parse_template(text: &str, span: Span) -> Checked<Expression> {
    let literal = |text: &str| Expression { span, kind: Kind::Literal(Value::text(text)) };
    if !text.contains("${") && !text.contains("%{") {
        return Ok(literal(text));
    }
    let parsed: Template = text
        .parse()
        .map_err(|error: parser::Error| Diagnostic::at(span, "Invalid template", words(error.message())))?;
    let kind = Walk { file: span.file, text, fixed: Some(span) }.template(&parsed)?;
    Ok(Expression { span, kind })
}

/// A parser's message as the detail of a diagnostic.
fn words(message: &str) -> String {
    let mut words: String = message.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(first) = words.get(..1).map(str::to_uppercase) {
        words.replace_range(..1, &first);
    }
    words + "."
}

/// What the walk over a parsed file knows.
struct Walk<'t> {
    file: usize,
    text: &'t str,
    /// Instead of the spans of the tree, where those mean nothing.
    fixed: Option<Span>,
}

impl Walk<'_> {
    fn span(&self, range: Option<Range<usize>>) -> Span {
        let range = range.unwrap_or_default();
        self.fixed.unwrap_or(Span { file: self.file, start: range.start, end: range.end })
    }

    fn body(&self, parsed: &ParsedBody) -> Checked<Body> {
        let mut body = Body::default();
        let mut names = BTreeSet::new();
        for structure in parsed {
            if let Some(attribute) = structure.as_attribute() {
                let span = self.span(attribute.span());
                let name = attribute.key.as_str();
                if !names.insert(name) {
                    let detail =
                        format!("The argument {name:?} was already set. Each argument may be set only once.");
                    return Err(Diagnostic::at(span, "Attribute redefined", detail));
                }
                let value = self.expression(&attribute.value)?;
                body.attributes.push(Attribute { name: attribute.key.to_string(), span, value });
            } else if let Some(block) = structure.as_block() {
                body.blocks.push(self.block(block)?);
            }
        }
        Ok(body)
    }

    fn block(&self, parsed: &ParsedBlock) -> Checked<Block> {
        let span = self.span(parsed.span());
        let labels: Vec<_> =
            parsed.labels.iter().map(|label| (label.as_str().to_string(), self.span(label.span()))).collect();
        let before = labels.last().map_or_else(|| self.span(parsed.ident.span()).end, |(_, span)| span.end);
        let body = self.body(&parsed.body)?;
        let brace = before + 1;
        // A block on one line begins, for buildx, with what is in it.
        let first = body.attributes.first().map_or(brace, |attribute| attribute.span.start);
        let one_line = self.text.get(brace..first).is_some_and(|between| !between.contains('\n'));
        let start = if one_line { first } else { brace };
        let opening = Span { file: span.file, start, end: start };
        Ok(Block { kind: parsed.ident.to_string(), labels, span, opening, body })
    }

    fn expression(&self, parsed: &Parsed) -> Checked<Expression> {
        let span = self.span(parsed.span());
        let kind = match parsed {
            Parsed::Null(_) => Kind::Literal(Value::Null),
            Parsed::Bool(value) => Kind::Literal(Value::Bool(*value.value())),
            Parsed::Number(number) => Kind::Literal(Value::Number(number_of(number.value(), span)?)),
            Parsed::String(text) => Kind::Literal(Value::text(text.as_str())),
            Parsed::Array(items) => Kind::Tuple(self.all(items.iter())?),
            Parsed::Object(entries) => Kind::Object(self.object(entries)?),
            Parsed::StringTemplate(template) => self.elements(template.iter())?,
            Parsed::HeredocTemplate(heredoc) => self.template(&heredoc.template)?,
            Parsed::Parenthesis(inner) => Kind::Parentheses(self.boxed(inner.inner())?),
            Parsed::Variable(name) => Kind::Variable(name.as_str().to_string()),
            Parsed::Conditional(parsed) => Kind::Conditional(Box::new([
                self.expression(&parsed.cond_expr)?,
                self.expression(&parsed.true_expr)?,
                self.expression(&parsed.false_expr)?,
            ])),
            Parsed::FuncCall(call) => Kind::Call(Box::new(self.call(call)?)),
            Parsed::Traversal(traversal) => {
                let steps =
                    traversal.operators.iter().map(|step| self.step(step.value(), self.span(step.span())));
                Kind::Traversal(self.boxed(&traversal.expr)?, steps.collect::<Checked<_>>()?)
            }
            Parsed::UnaryOp(operation) => match operation.operator.value() {
                UnaryOperator::Neg => Kind::Negate(self.boxed(&operation.expr)?),
                UnaryOperator::Not => Kind::Not(self.boxed(&operation.expr)?),
            },
            Parsed::BinaryOp(operation) => Kind::Binary(
                self.boxed(&operation.lhs_expr)?,
                operator(*operation.operator.value()),
                self.boxed(&operation.rhs_expr)?,
            ),
            Parsed::ForExpr(parsed) => Kind::For(Box::new(self.for_expression(parsed)?)),
        };
        Ok(Expression { span, kind })
    }

    fn boxed(&self, parsed: &Parsed) -> Checked<Box<Expression>> {
        self.expression(parsed).map(Box::new)
    }

    fn all<'a>(&self, parsed: impl Iterator<Item = &'a Parsed>) -> Checked<Vec<Expression>> {
        parsed.map(|parsed| self.expression(parsed)).collect()
    }

    fn object(&self, parsed: &hcl_edit::expr::Object) -> Checked<Vec<(Key, Expression)>> {
        let entry = |(key, value): (&ObjectKey, &hcl_edit::expr::ObjectValue)| {
            let key = match key {
                ObjectKey::Ident(word) => Key::Word(word.to_string()),
                // A name alone is a word; in parentheses it is the value of the variable.
                ObjectKey::Expression(Parsed::Variable(word)) => Key::Word(word.as_str().to_string()),
                ObjectKey::Expression(expression) => Key::Computed(self.expression(expression)?),
            };
            Ok((key, self.expression(value.expr())?))
        };
        parsed.iter().map(entry).collect()
    }

    fn call(&self, parsed: &FuncCall) -> Checked<Call> {
        let name_span = self.span(parsed.name.name.span());
        let mut name = String::new();
        for space in &parsed.name.namespace {
            name.push_str(space.as_str());
            name.push_str("::");
        }
        name.push_str(parsed.name.name.as_str());
        let arguments = self.all(parsed.args.iter())?;
        Ok(Call { name, name_span, arguments, expand: parsed.args.expand_final() })
    }

    fn step(&self, parsed: &TraversalOperator, span: Span) -> Checked<Step> {
        Ok(match parsed {
            TraversalOperator::AttrSplat(_) => Step::AttributeSplat,
            TraversalOperator::FullSplat(_) => Step::FullSplat,
            TraversalOperator::GetAttr(name) => Step::Attribute(name.as_str().to_string(), span),
            TraversalOperator::Index(key) => Step::Index(self.expression(key)?),
            TraversalOperator::LegacyIndex(index) => {
                let index = usize::try_from(*index.value()).unwrap_or(usize::MAX);
                Step::Index(Expression { span, kind: Kind::Literal(Value::count(index)) })
            }
        })
    }

    fn for_expression(&self, parsed: &ForExpr) -> Checked<For> {
        Ok(For {
            key_name: parsed.intro.key_var.as_ref().map(|name| name.as_str().to_string()),
            value_name: parsed.intro.value_var.as_str().to_string(),
            collection: self.expression(&parsed.intro.collection_expr)?,
            key: parsed.key_expr.as_ref().map(|key| self.expression(key)).transpose()?,
            value: self.expression(&parsed.value_expr)?,
            group: parsed.grouping,
            condition: parsed.cond.as_ref().map(|condition| self.expression(&condition.expr)).transpose()?,
        })
    }

    fn template(&self, parsed: &Template) -> Checked<Kind> {
        self.elements(parsed.iter())
    }

    fn elements<'a>(&self, elements: impl Iterator<Item = &'a Element>) -> Checked<Kind> {
        let mut parts = self.parts(elements, false, false)?;
        Ok(match parts.pop() {
            None => Kind::Literal(Value::text("")),
            Some(Part::Text(text)) if parts.is_empty() => Kind::Literal(Value::Text(text)),
            Some(Part::Value(value)) if parts.is_empty() => Kind::Wrapped(Box::new(value)),
            Some(last) => {
                parts.push(last);
                Kind::Template(parts)
            }
        })
    }

    /// The parts of a template; blanks at its ends go where the marks around it say so.
    fn parts<'a>(
        &self,
        elements: impl Iterator<Item = &'a Element>,
        trim_start: bool,
        trim_end: bool,
    ) -> Checked<Vec<Part>> {
        let mut parts = Vec::new();
        let mut trim_next = trim_start;
        for element in elements {
            let (before, after) = strips(element);
            if before {
                trim_last(&mut parts);
            }
            match element {
                Element::Literal(text) => {
                    let text = if trim_next { text.trim_start() } else { text.as_str() };
                    match parts.last_mut() {
                        Some(Part::Text(last)) => last.push_str(text),
                        _ if text.is_empty() => {}
                        _ => parts.push(Part::Text(text.to_string())),
                    }
                    trim_next = trim_next && text.is_empty();
                    continue;
                }
                Element::Interpolation(value) => parts.push(Part::Value(self.expression(&value.expr)?)),
                Element::Directive(directive) => parts.push(self.directive(directive)?),
            }
            trim_next = after;
        }
        if trim_end {
            trim_last(&mut parts);
        }
        Ok(parts)
    }

    fn directive(&self, parsed: &Directive) -> Checked<Part> {
        match parsed {
            Directive::If(parsed) => {
                let (start, end) = (&parsed.if_expr, &parsed.endif_expr);
                let middle = parsed.else_expr.as_ref();
                let first_end = middle.map_or(end.strip, |middle| middle.strip).strip_start();
                let yes = self.parts(start.template.iter(), start.strip.strip_end(), first_end)?;
                let no = match middle {
                    Some(middle) => {
                        self.parts(middle.template.iter(), middle.strip.strip_end(), end.strip.strip_start())?
                    }
                    None => Vec::new(),
                };
                Ok(Part::If(self.expression(&start.cond_expr)?, yes, no))
            }
            Directive::For(parsed) => {
                let (start, end) = (&parsed.for_expr, &parsed.endfor_expr);
                Ok(Part::For {
                    key_name: start.key_var.as_ref().map(|name| name.as_str().to_string()),
                    value_name: start.value_var.as_str().to_string(),
                    collection: self.expression(&start.collection_expr)?,
                    parts: self.parts(
                        start.template.iter(),
                        start.strip.strip_end(),
                        end.strip.strip_start(),
                    )?,
                })
            }
        }
    }
}

/// Whether `~` takes the blanks before an element, and those after it.
fn strips(element: &Element) -> (bool, bool) {
    match element {
        Element::Literal(_) => (false, false),
        Element::Interpolation(value) => (value.strip.strip_start(), value.strip.strip_end()),
        Element::Directive(directive) => match directive.as_ref() {
            Directive::If(parsed) => {
                (parsed.if_expr.strip.strip_start(), parsed.endif_expr.strip.strip_end())
            }
            Directive::For(parsed) => {
                (parsed.for_expr.strip.strip_start(), parsed.endfor_expr.strip.strip_end())
            }
        },
    }
}

/// Takes the blanks off the end of the last text.
fn trim_last(parts: &mut [Part]) {
    if let Some(Part::Text(text)) = parts.last_mut() {
        text.truncate(text.trim_end().len());
    }
}

/// A number of the parser as one of ours.
fn number_of(number: &hcl_edit::Number, span: Span) -> Checked<Number> {
    Number::parse(&number.to_string())
        .or_else(|| number.as_f64().and_then(Number::from_float))
        .ok_or_else(|| Diagnostic::at(span, "Invalid number", "The number is too large or too small."))
}

fn operator(parsed: BinaryOperator) -> Operator {
    match parsed {
        BinaryOperator::Eq => Operator::Equal,
        BinaryOperator::NotEq => Operator::NotEqual,
        BinaryOperator::LessEq => Operator::LessOrEqual,
        BinaryOperator::GreaterEq => Operator::GreaterOrEqual,
        BinaryOperator::Less => Operator::Less,
        BinaryOperator::Greater => Operator::Greater,
        BinaryOperator::Plus => Operator::Add,
        BinaryOperator::Minus => Operator::Subtract,
        BinaryOperator::Mul => Operator::Multiply,
        BinaryOperator::Div => Operator::Divide,
        BinaryOperator::Mod => Operator::Modulo,
        BinaryOperator::And => Operator::And,
        BinaryOperator::Or => Operator::Or,
    }
}
