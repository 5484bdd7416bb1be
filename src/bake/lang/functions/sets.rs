//! Sets.

use super::{Arguments, Failure, Function, Given, bounded, failed};
use crate::bake::lang::value::{Order, Value};

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("sethaselement", "set elem", |a| {
        Ok(Value::Bool(a.sequence(0)?.iter().any(|item| item.equals(a.any(1)))))
    }),
    Function::new("setintersection", "first_set other_sets...", |a| {
        fold(a, |left, right| left.retain(|item| right.contains(item)))
    }),
    Function::new("setproduct", "sets...", product),
    Function::new("setsubtract", "a b", |a| fold(a, |left, right| left.retain(|item| !right.contains(item)))),
    Function::new("setsymmetricdifference", "first_set other_sets...", |a| {
        fold(a, |left, mut right| {
            let both: Vec<_> = left.iter().filter(|item| right.contains(item)).cloned().collect();
            left.append(&mut right);
            left.retain(|item| !both.contains(item));
        })
    }),
    Function::new("setunion", "first_set other_sets...", |a| {
        fold(a, |left, mut right| left.append(&mut right))
    }),
];

/// The elements of an argument, as strings where not all have one type.
fn elements(a: &Arguments<'_>, index: usize) -> Result<Vec<Value>, Failure> {
    Ok(a.sequence(index)?.to_vec())
}

fn fold(a: &Arguments<'_>, combine: impl Fn(&mut Vec<Value>, Vec<Value>)) -> Given {
    let mut result = elements(a, 0)?;
    for index in 1..a.len() {
        let other = elements(a, index)?;
        // Each is looked for in the other.
        bounded(result.len().checked_mul(other.len()))?;
        combine(&mut result, other);
    }
    Ok(Value::set(result))
}

fn product(a: &Arguments<'_>) -> Given {
    if a.len() < 2 {
        return failed("at least two arguments are required");
    }
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    let mut sets = true;
    for index in 0..a.len() {
        let items = a.sequence(index)?;
        sets &= matches!(a.any(index), Value::Sequence(Order::Set, _));
        bounded(rows.len().checked_mul(items.len()).and_then(|rows| rows.checked_mul(32 * (index + 1))))?;
        let size = items.iter().map(Value::size).sum::<usize>();
        bounded(rows.len().checked_mul(size))?;
        let extend = |row: &Vec<Value>| {
            let row = row.clone();
            items.iter().map(move |item| row.iter().chain([item]).cloned().collect())
        };
        rows = rows.iter().flat_map(extend).collect();
    }
    let rows = rows.into_iter().map(Value::tuple).collect();
    Ok(if sets { Value::set(rows) } else { Value::list(rows) })
}
