//! Numbers and truth.

use super::{Arguments, Failure, Function, Given, failed, number};
use crate::bake::lang::number::Number;
use crate::bake::lang::value::Value;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("absolute", "num", |a| {
        let value = a.number(0)?;
        Ok(Value::Number(if value.sign() < 0 { value.negate() } else { value }))
    }),
    Function::new("add", "a b", |a| number(a.number(0)?.plus(a.number(1)?))),
    Function::new("and", "a b", |a| Ok(Value::Bool(a.bool(0)? & a.bool(1)?))),
    Function::new("ceil", "num", |a| Ok(Value::Number(a.number(0)?.ceil()))),
    Function::new("divide", "a b", divide),
    Function::new("equal", "a b", |a| Ok(Value::Bool(a.any(0).equals(a.any(1))))),
    Function::new("floor", "num", |a| Ok(Value::Number(a.number(0)?.floor()))),
    Function::new("greaterthan", "a b", |a| Ok(Value::Bool(a.number(0)? > a.number(1)?))),
    Function::new("greaterthanorequalto", "a b", |a| Ok(Value::Bool(a.number(0)? >= a.number(1)?))),
    Function::new("int", "num", |a| {
        let value = a.number(0)?;
        Ok(Value::Number(if value.sign() < 0 { value.ceil() } else { value.floor() }))
    }),
    Function::new("lessthan", "a b", |a| Ok(Value::Bool(a.number(0)? < a.number(1)?))),
    Function::new("lessthanorequalto", "a b", |a| Ok(Value::Bool(a.number(0)? <= a.number(1)?))),
    Function::new("log", "num base", |a| {
        let (value, base) = (a.number(0)?.to_float(), a.number(1)?.to_float());
        float(value.ln() / base.ln())
    }),
    Function::new("max", "numbers...", |a| extreme(a, Ord::max)),
    Function::new("min", "numbers...", |a| extreme(a, Ord::min)),
    Function::new("modulo", "a b", |a| {
        let (left, right) = (a.number(0)?, a.number(1)?);
        if right == Number::ZERO { failed("divide by zero") } else { number(left.remainder(right)) }
    }),
    Function::new("multiply", "a b", |a| number(a.number(0)?.multiply(a.number(1)?))),
    Function::new("negate", "num", |a| Ok(Value::Number(a.number(0)?.negate()))),
    Function::new("not", "val", |a| Ok(Value::Bool(!a.bool(0)?))),
    Function::new("notequal", "a b", |a| Ok(Value::Bool(!a.any(0).equals(a.any(1))))),
    Function::new("or", "a b", |a| Ok(Value::Bool(a.bool(0)? | a.bool(1)?))),
    Function::new("parseint", "number base", parse_int),
    Function::new("pow", "num power", |a| float(a.number(0)?.to_float().powf(a.number(1)?.to_float()))),
    Function::new("signum", "num", |a| number(Number::fraction(a.number(0)?.sign(), 1))),
    Function::new("subtract", "a b", |a| number(a.number(0)?.subtract(a.number(1)?))),
];

fn float(value: f64) -> Given {
    Number::from_float(value)
        .map(Value::Number)
        .ok_or_else(|| Failure::Call("the result is not a number that fits".to_string()))
}

fn divide(a: &Arguments<'_>) -> Given {
    let (left, right) = (a.number(0)?, a.number(1)?);
    if right == Number::ZERO { failed("divide by zero") } else { number(left.divide(right)) }
}

fn extreme(a: &Arguments<'_>, choose: fn(Number, Number) -> Number) -> Given {
    let numbers = (0..a.len()).map(|index| a.number(index)).collect::<Result<Vec<_>, _>>()?;
    match numbers.into_iter().reduce(choose) {
        Some(number) => Ok(Value::Number(number)),
        None => failed("must pass at least one number"),
    }
}

fn parse_int(a: &Arguments<'_>) -> Given {
    let (text, base) = (a.text(0)?, a.whole(1)?);
    let digits = |base| i128::from_str_radix(&text, base).ok();
    match u32::try_from(base).ok().filter(|base| (2..=36).contains(base)) {
        None => {
            Err(Failure::Argument(1, "base must be a whole number between 2 and 62 inclusive".to_string()))
        }
        Some(base) => match digits(base).and_then(|whole| Number::fraction(whole, 1)) {
            Some(number) => Ok(Value::Number(number)),
            None => Err(Failure::Argument(0, format!("cannot parse {text:?} as a base {base} integer"))),
        },
    }
}
