//! What operators make of values.

use super::diagnostic::{Checked, Diagnostic};
use super::number::Number;
use super::syntax::{Operator, Span};
use super::value::Value;

/// `left operator right`.
pub fn binary(
    (left, left_span): (&Value, Span),
    operator: Operator,
    (right, right_span): (&Value, Span),
    span: Span,
) -> Checked<Value> {
    let unsuitable = |side: &str, wanted: &str, at: Span| {
        let detail = format!("Unsuitable value for {side} operand: a {wanted} is required.");
        Diagnostic::at(at, "Invalid operand", detail)
    };
    match operator {
        Operator::Equal => return Ok(Value::Bool(left.equals(right))),
        Operator::NotEqual => return Ok(Value::Bool(!left.equals(right))),
        _ if *left == Value::Null || *right == Value::Null => {
            let detail = "Error during operation: argument must not be null.";
            return Err(Diagnostic::at(span, "Operation failed", detail));
        }
        Operator::And | Operator::Or => {
            let left = left.to_bool().ok_or_else(|| unsuitable("left", "bool", left_span))?;
            let right = right.to_bool().ok_or_else(|| unsuitable("right", "bool", right_span))?;
            return Ok(Value::Bool(if operator == Operator::And { left && right } else { left || right }));
        }
        _ => {}
    }
    let left = left.to_number().ok_or_else(|| unsuitable("left", "number", left_span))?;
    let right = right.to_number().ok_or_else(|| unsuitable("right", "number", right_span))?;
    numbers(left, operator, right)
        .map_err(|why| Diagnostic::at(span, "Operation failed", format!("Error during operation: {why}.")))
}

fn numbers(left: Number, operator: Operator, right: Number) -> Result<Value, &'static str> {
    if matches!(operator, Operator::Divide | Operator::Modulo) && right == Number::ZERO {
        return Err("division by zero");
    }
    let result = match operator {
        Operator::Less => return Ok(Value::Bool(left < right)),
        Operator::LessOrEqual => return Ok(Value::Bool(left <= right)),
        Operator::Greater => return Ok(Value::Bool(left > right)),
        Operator::GreaterOrEqual => return Ok(Value::Bool(left >= right)),
        Operator::Subtract => left.subtract(right),
        Operator::Multiply => left.multiply(right),
        Operator::Divide => left.divide(right),
        Operator::Modulo => left.remainder(right),
        _ => left.plus(right),
    };
    result.map(Value::Number).ok_or("the number is too large")
}

/// `!value`.
pub fn not(value: &Value, span: Span) -> Checked<Value> {
    value.to_bool().map(|truth| Value::Bool(!truth)).ok_or_else(|| {
        Diagnostic::at(span, "Invalid operand", "Unsuitable value for unary operand: a bool is required.")
    })
}

/// The chosen result of `x ? y : z`, as the type both results have in common.
pub fn unify(chosen: Value, other: &Value, first: bool, span: Span) -> Checked<Value> {
    let primitive = |value: &Value| matches!(value, Value::Bool(_) | Value::Number(_) | Value::Text(_));
    match (&chosen, other) {
        (Value::Null, _) | (_, Value::Null) => Ok(chosen),
        (a, b) if primitive(a) && primitive(b) => {
            let same = std::mem::discriminant(a) == std::mem::discriminant(b);
            Ok(if same { chosen } else { chosen.to_text().map_or(Value::Null, Value::Text) })
        }
        (Value::Sequence(..), Value::Sequence(..)) => Ok(chosen),
        (Value::Mapping(..), Value::Mapping(..)) => Ok(chosen),
        (a, b) => {
            let (yes, no) = if first { (a, b) } else { (b, a) };
            let detail = format!(
                "The true and false result expressions must have consistent types. The 'true' value is {}, but the 'false' value is {}.",
                yes.type_name(),
                no.type_name()
            );
            Err(Diagnostic::at(span, "Inconsistent conditional result types", detail))
        }
    }
}
