//! Lists and maps.

use super::{Arguments, Failure, Function, Given, bounded, failed};
use crate::bake::lang::number::Number;
use crate::bake::lang::value::{Order, Shape, Value};
use std::collections::BTreeMap;

/// Numbers that `range` gives at most.
const LONGEST_RANGE: usize = 1024;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("chunklist", "list size", chunks),
    Function::new("coalesce", "vals...", |a| match a.rest(0).iter().find(|value| **value != Value::Null) {
        Some(value) => Ok(value.clone()),
        None => failed("no non-null arguments"),
    }),
    Function::new("coalescelist", "vals...", |a| {
        for index in 0..a.len() {
            if !a.sequence(index)?.is_empty() {
                return Ok(a.any(index).clone());
            }
        }
        failed("no non-null arguments")
    }),
    Function::new("compact", "list", |a| {
        Ok(Value::texts(a.texts(0)?.into_iter().filter(|text| !text.is_empty())))
    }),
    Function::new("concat", "seqs...", concat),
    Function::new("contains", "list value", |a| {
        Ok(Value::Bool(a.sequence(0)?.iter().any(|item| item.equals(a.any(1)))))
    }),
    Function::new("distinct", "list", distinct),
    Function::new("element", "list index", element),
    Function::new("flatten", "list", flatten),
    Function::new("hasindex", "collection key", |a| indexed(a).map(|found| Value::Bool(found.is_some()))),
    Function::new("index", "collection key", |a| {
        indexed(a)?.cloned().map_or_else(|| failed("invalid index"), Ok)
    }),
    Function::new("indexof", "list value", |a| {
        let items = a.sequence(0)?;
        if items.is_empty() {
            return failed("cannot search an empty list");
        }
        items
            .iter()
            .position(|item| item.equals(a.any(1)))
            .map_or_else(|| failed("item not found"), |at| Ok(Value::count(at)))
    }),
    Function::new("keys", "inputMap", |a| {
        let names = a.mapping(0)?.keys().cloned().map(Value::Text).collect();
        let tuple = matches!(a.any(0), Value::Mapping(Shape::Object, _));
        Ok(Value::Sequence(if tuple { Order::Tuple } else { Order::List }, names))
    }),
    Function::new("length", "collection", |a| match a.value(0)? {
        Value::Sequence(_, items) => Ok(Value::count(items.len())),
        Value::Mapping(Shape::Map, entries) => Ok(Value::count(entries.len())),
        _ => failed("collection must be a list, a map or a tuple"),
    }),
    Function::new("lookup", "inputMap key default", |a| {
        let name = a.text(1)?;
        Ok(a.mapping(0)?.get(&name).unwrap_or(a.any(2)).clone())
    }),
    Function::new("merge", "maps...", |a| {
        let mut all = BTreeMap::new();
        for index in (0..a.len()).filter(|index| *a.any(*index) != Value::Null) {
            all.extend(a.mapping(index)?.clone());
        }
        Ok(Value::Mapping(Shape::Object, all))
    }),
    Function::new("range", "params...", range),
    Function::new("reverselist", "list", |a| {
        let mut items = a.sequence(0)?.to_vec();
        items.reverse();
        Ok(keep_order(a.any(0), items))
    }),
    Function::new("slice", "list start_index end_index", slice),
    Function::new("sort", "list", |a| {
        let mut texts = a.texts(0)?;
        texts.sort();
        Ok(Value::texts(texts))
    }),
    Function::new("values", "mapping", |a| {
        let values = a.mapping(0)?.values().cloned().collect();
        let tuple = matches!(a.any(0), Value::Mapping(Shape::Object, _));
        Ok(Value::Sequence(if tuple { Order::Tuple } else { Order::List }, values))
    }),
    Function::new("zipmap", "keys values", |a| {
        let (names, values) = (a.texts(0)?, a.sequence(1)?);
        if names.len() != values.len() {
            let why = format!(
                "number of keys ({}) does not match number of values ({})",
                names.len(),
                values.len()
            );
            return failed(why);
        }
        Ok(Value::Mapping(Shape::Object, names.into_iter().zip(values.iter().cloned()).collect()))
    }),
];

/// Items that came from `source`, as the same kind of sequence; a set becomes a list.
fn keep_order(source: &Value, items: Vec<Value>) -> Value {
    match source {
        Value::Sequence(Order::Tuple, _) => Value::tuple(items),
        _ => Value::list(items),
    }
}

/// What the second argument points to in the first, which is no object.
fn indexed<'a>(a: &Arguments<'a>) -> Result<Option<&'a Value>, Failure> {
    let key = a.any(1);
    match a.value(0)? {
        Value::Sequence(_, items) => {
            Ok(key.to_number().and_then(Number::index).and_then(|index| items.get(index)))
        }
        Value::Mapping(Shape::Map, entries) => Ok(key.to_text().and_then(|name| entries.get(&name))),
        _ => failed("collection must be a list, a map or a tuple"),
    }
}

fn chunks(a: &Arguments<'_>) -> Given {
    let items = a.sequence(0)?;
    match usize::try_from(a.whole(1)?) {
        Err(_) => Err(Failure::Argument(1, "the size argument must be positive".to_string())),
        Ok(0) => Ok(Value::list(vec![Value::list(items.to_vec())])),
        Ok(size) => Ok(Value::list(items.chunks(size).map(|chunk| Value::list(chunk.to_vec())).collect())),
    }
}

fn concat(a: &Arguments<'_>) -> Given {
    let mut all = Vec::new();
    let mut lists = a.len() > 0;
    for index in 0..a.len() {
        lists &= matches!(a.any(index), Value::Sequence(Order::List, _));
        all.extend_from_slice(a.sequence(index)?);
    }
    match (a.len(), lists) {
        (0, _) => failed("at least one argument is required"),
        (_, true) => Ok(Value::list(all)),
        (_, false) => Ok(Value::tuple(all)),
    }
}

fn distinct(a: &Arguments<'_>) -> Given {
    let items = a.sequence(0)?;
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by(|left, right| Value::compare(&items[*left], &items[*right]).then(left.cmp(right)));
    order.dedup_by(|later, first| items[*later].equals(&items[*first]));
    order.sort_unstable();
    Ok(Value::list(order.into_iter().map(|index| items[index].clone()).collect()))
}

fn element(a: &Arguments<'_>) -> Given {
    let (items, index) = (a.sequence(0)?, a.whole(1)?);
    if items.is_empty() {
        return failed("cannot use element function with an empty list");
    }
    let length = i128::try_from(items.len()).unwrap_or(i128::MAX);
    let index = usize::try_from(index.rem_euclid(length)).unwrap_or(0);
    Ok(items[index].clone())
}

/// All that is in it, however deep; what is no sequence stays.
fn flatten(a: &Arguments<'_>) -> Given {
    fn into(items: &[Value], out: &mut Vec<Value>) {
        for item in items {
            match item {
                Value::Sequence(_, items) => into(items, out),
                other => out.push(other.clone()),
            }
        }
    }
    let mut out = Vec::new();
    into(a.sequence(0)?, &mut out);
    Ok(Value::tuple(out))
}

fn range(a: &Arguments<'_>) -> Given {
    let one = Number::from(1_usize);
    let (start, end, step) = match a.len() {
        1 => (Number::ZERO, a.number(0)?, None),
        2 => (a.number(0)?, a.number(1)?, None),
        3 => (a.number(0)?, a.number(1)?, Some(a.number(2)?)),
        _ => return failed("must have one, two, or three arguments"),
    };
    let down = end < start;
    let step = step.unwrap_or(if down { one.negate() } else { one });
    match (step.sign(), down) {
        (0, _) => return Err(Failure::Argument(2, "step must not be zero".to_string())),
        (1, true) => {
            return Err(Failure::Argument(
                2,
                "end must be greater than start when step is positive".to_string(),
            ));
        }
        (-1, false) if end != start => {
            return Err(Failure::Argument(
                2,
                "end must be less than start when step is negative".to_string(),
            ));
        }
        _ => {}
    }
    let mut numbers = Vec::new();
    let mut next = start;
    while if down { next > end } else { next < end } {
        if numbers.len() >= LONGEST_RANGE {
            return failed(format!(
                "more than {LONGEST_RANGE} values were generated; either decrease the difference between start and end or use a smaller step"
            ));
        }
        numbers.push(Value::Number(next));
        let Some(sum) = next.plus(step) else { return failed("the number is too large") };
        next = sum;
    }
    Ok(Value::list(numbers))
}

fn slice(a: &Arguments<'_>) -> Given {
    let items = a.sequence(0)?;
    bounded(Some(items.len()))?;
    let (start, end) = (a.number(1)?.index(), a.number(2)?.index());
    match (start, end) {
        (Some(start), Some(end)) if start > end => {
            Err(Failure::Argument(1, "start index must not be greater than end index".to_string()))
        }
        (Some(start), Some(end)) if end <= items.len() => {
            Ok(keep_order(a.any(0), items[start..end].to_vec()))
        }
        (Some(_), _) => {
            let why = "end index must not be greater than the length of the list".to_string();
            Err(Failure::Argument(2, why))
        }
        (None, _) => Err(Failure::Argument(1, "start index must not be less than zero".to_string())),
    }
}
