//! Files as a tree become groups and targets: variables, functions and blocks are evaluated when they are needed,
//! and each only once.

use super::decode;
use super::definition::Definition;
use super::lang::budget::Budget;
use super::lang::diagnostic::{Checked, Diagnostic};
use super::lang::eval::{Defined, Globals, Scope};
use super::lang::functions;
use super::lang::syntax::{Attribute, Block, Body, Expression, Kind, Span};
use super::lang::types::Type;
use super::lang::value::{Shape, Value};
use super::model::Group;
use super::variables;
use super::wish::BakeWish;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

/// Names that stand for something else at the top of a file.
const RESERVED: &[&str] = &["group", "target", "function", "variable"];

/// A variable, evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// For lists.
    pub description: String,
    /// The type it was declared with.
    pub kind: Option<Type>,
    /// Its value.
    pub value: Value,
}

/// What the files of the language say.
#[derive(Debug, Default)]
pub struct Resolved {
    /// In order; a later one of a name comes in place of an earlier one.
    pub groups: Vec<(String, Group)>,
    /// In order; those of one name are merged.
    pub targets: Vec<(String, Definition)>,
    /// Targets with a matrix, and what became of them.
    pub renamed: Vec<(String, Vec<String>)>,
    /// Sorted by name.
    pub variables: Vec<Variable>,
}

/// Evaluates all of a tree.
pub fn resolve(body: &Body, wish: &BakeWish) -> Checked<Resolved> {
    let resolver = Resolver::new(body, wish)?;
    let variables = resolver.variables()?;
    for name in resolver.functions.keys() {
        resolver.check_function(name, &mut BTreeSet::new(), &mut BTreeSet::new())?;
    }
    let mut resolved = Resolved { variables, ..Resolved::default() };
    resolver.name_blocks(body, &mut resolved)?;
    resolver.blocks(&mut resolved)?;
    for (name, attribute) in &resolver.attributes {
        resolver
            .variable(name)?
            .ok_or_else(|| Diagnostic::at(attribute.span, "Invalid attribute", "undefined"))?;
    }
    Ok(resolved)
}

/// One block, or one of those a matrix makes of it.
#[derive(Debug)]
struct Instance<'b> {
    block: &'b Block,
    name: String,
    names: BTreeMap<String, Value>,
}

/// What is known of a tree while it is evaluated.
struct Resolver<'b> {
    wish: &'b BakeWish,
    budget: Budget,
    attributes: BTreeMap<&'b str, &'b Attribute>,
    declared: BTreeMap<&'b str, &'b Block>,
    functions: BTreeMap<&'b str, (Defined, Span)>,
    values: RefCell<BTreeMap<String, Value>>,
    /// Variables that are being evaluated.
    busy: RefCell<BTreeSet<String>>,
    instances: OnceCell<Vec<Instance<'b>>>,
    /// Which instance has a name: the last of that name.
    places: OnceCell<BTreeMap<(String, String), usize>>,
    /// Expressions that are being evaluated, the innermost last.
    around: RefCell<Vec<Span>>,
    /// Attributes of instances; `None` while one is being evaluated.
    block_values: RefCell<BTreeMap<(usize, String), Option<Value>>>,
}

impl<'b> Resolver<'b> {
    fn new(body: &'b Body, wish: &'b BakeWish) -> Checked<Self> {
        let mut resolver = Self {
            wish,
            budget: Budget::default(),
            attributes: BTreeMap::new(),
            declared: BTreeMap::new(),
            functions: BTreeMap::new(),
            values: RefCell::default(),
            busy: RefCell::default(),
            around: RefCell::default(),
            instances: OnceCell::new(),
            places: OnceCell::new(),
            block_values: RefCell::default(),
        };
        let context = if wish.command_context.is_empty() { "cwd://" } else { &wish.command_context };
        let builtin = [("BAKE_CMD_CONTEXT", context), ("BAKE_LOCAL_PLATFORM", wish.platform.as_str())];
        let known = |name: &str| RESERVED.contains(&name) || builtin.iter().any(|(other, _)| *other == name);
        for block in &body.blocks {
            match block.kind.as_str() {
                "variable" => {
                    let name = label(block)?;
                    if !known(name) {
                        resolver.declared.insert(name, block);
                    }
                }
                "function" => {
                    let name = label(block)?;
                    let defined = defined(block)?;
                    resolver.functions.insert(name, (defined, block.opening));
                }
                _ => {}
            }
        }
        for attribute in body.attributes.iter().filter(|attribute| !known(&attribute.name)) {
            resolver.attributes.insert(&attribute.name, attribute);
        }
        let builtin = builtin.map(|(name, value)| (name.to_string(), Value::text(value)));
        resolver.values.borrow_mut().extend(builtin);
        Ok(resolver)
    }

    /// Evaluates all variables and checks them.
    fn variables(&self) -> Checked<Vec<Variable>> {
        let mut out = Vec::new();
        for (name, block) in &self.declared {
            let value = self.variable(name)?.unwrap_or(Value::Null);
            let scope = Scope::new(self, BTreeMap::new());
            let description = match block.body.attribute("description") {
                Some(attribute) => scope.value(&attribute.value)?.to_text().unwrap_or_default(),
                None => String::new(),
            };
            let kind = declared_type(block)?;
            out.push(Variable { name: (*name).to_string(), description, kind, value });
        }
        for block in self.declared.values() {
            self.validate(block)?;
        }
        Ok(out)
    }

    /// Checks the `validation` blocks of a variable.
    fn validate(&self, variable: &Block) -> Checked<()> {
        let scope = Scope::new(self, BTreeMap::new());
        for block in variable.body.blocks.iter().filter(|block| block.kind == "validation") {
            let condition = needed(block, "condition")?;
            let message = needed(block, "error_message")?;
            match scope.value(&condition.value)?.to_bool() {
                Some(true) => {}
                Some(false) => {
                    let message = scope.value(&message.value)?.to_text().unwrap_or_default();
                    return Err(Diagnostic::at(condition.value.span, "Validation failed", message));
                }
                None => {
                    let detail = "The condition expression must be of type bool.";
                    return Err(Diagnostic::at(condition.value.span, "Invalid condition", detail));
                }
            }
        }
        Ok(())
    }

    /// Finds functions that call themselves, or one that does not exist.
    fn check_function<'r>(
        &'r self,
        name: &'r str,
        done: &mut BTreeSet<&'r str>,
        busy: &mut BTreeSet<&'r str>,
    ) -> Checked<()> {
        let Some((function, _)) = self.functions.get(name) else { return Ok(()) };
        if done.contains(name) {
            return Ok(());
        }
        busy.insert(name);
        let mut called = Vec::new();
        function.result.walk(&mut |expression| {
            if let Kind::Call(call) = &expression.kind {
                called.push(call.name.as_str());
            }
        });
        let invalid = |why: String| Diagnostic::at(function.result.span, "Invalid expression", why);
        for call in called.into_iter().filter(|call| functions::find(call).is_none()) {
            if busy.contains(call) {
                return Err(invalid(format!("function cycle not allowed for {call}")));
            }
            if !self.functions.contains_key(call) && !["try", "can", "convert"].contains(&call) {
                return Err(invalid(format!("function {call:?} does not exist: undefined")));
            }
            self.budget.deeper(|| self.check_function(call, done, busy))?;
        }
        busy.remove(name);
        done.insert(name);
        Ok(())
    }

    /// Evaluates matrices and names, so that blocks can be found.
    fn name_blocks(&self, body: &'b Body, resolved: &mut Resolved) -> Checked<()> {
        let mut instances = Vec::new();
        for block in body.blocks.iter().filter(|block| ["group", "target"].contains(&block.kind.as_str())) {
            let label = label(block)?;
            let named = self.instances_of(block, label).map_err(|diagnostic| match diagnostic.span {
                Some(_) => diagnostic,
                None => Diagnostic::at(block.labels[0].1, "Invalid name", diagnostic.detail),
            })?;
            if block.kind == "target" {
                let names = named.iter().map(|instance| instance.name.clone());
                match resolved.renamed.iter_mut().find(|(old, _)| old == label) {
                    Some((_, all)) => all.extend(names),
                    None => resolved.renamed.push((label.to_string(), names.collect())),
                }
            }
            instances.extend(named);
            if instances.len() > super::MOST_TARGETS {
                return Err(Diagnostic::plain(format!("more than {} targets", super::MOST_TARGETS)));
            }
        }
        let place = |(index, instance): (usize, &Instance<'b>)| {
            ((instance.block.kind.clone(), instance.name.clone()), index)
        };
        let places = instances.iter().enumerate().map(place).collect();
        let known = self.instances.set(instances).is_err() || self.places.set(places).is_err();
        debug_assert!(!known, "blocks are named once");
        Ok(())
    }

    fn instances_of(&self, block: &'b Block, label: &str) -> Checked<Vec<Instance<'b>>> {
        check_name(label)?;
        let (matrix, name) = (block.body.attribute("matrix"), block.body.attribute("name"));
        if block.kind == "group" {
            let refused = [("name", name), ("matrix", matrix)];
            if let Some((what, _)) = refused.iter().find(|(_, attribute)| attribute.is_some()) {
                return Err(Diagnostic::plain(format!("{what} is not supported for groups")));
            }
        }
        let Some(matrix) = matrix else {
            if name.is_some() {
                return Err(Diagnostic::plain("name requires matrix"));
            }
            return Ok(vec![Instance { block, name: label.to_string(), names: BTreeMap::new() }]);
        };
        let mut instances = Vec::new();
        let mut seen = BTreeSet::new();
        for names in self.combinations(&matrix.value)? {
            let own = match name {
                Some(attribute) => Scope::new(self, names.clone())
                    .value(&attribute.value)?
                    .to_text()
                    .ok_or_else(|| Diagnostic::plain("string required"))?,
                None => label.to_string(),
            };
            check_name(&own)?;
            if !seen.insert(own.clone()) {
                return Err(Diagnostic::plain(format!("duplicate name {own:?}")));
            }
            instances.push(Instance { block, name: own, names });
        }
        Ok(instances)
    }

    /// All combinations of the values of a matrix; the last name changes slowest.
    fn combinations(&self, matrix: &Expression) -> Checked<Vec<BTreeMap<String, Value>>> {
        let Value::Mapping(_, axes) = Scope::new(self, BTreeMap::new()).value(matrix)? else {
            return Err(Diagnostic::plain("matrix must be a map"));
        };
        let mut all = vec![BTreeMap::new()];
        for (name, values) in axes {
            let values =
                values.elements().ok_or_else(|| Diagnostic::plain("matrix values must be a list"))?;
            if all.len().saturating_mul(values.len()) > super::MOST_TARGETS {
                return Err(Diagnostic::plain(format!("more than {} targets", super::MOST_TARGETS)));
            }
            let with = |value: &Value| {
                let (name, value) = (name.clone(), value.clone());
                all.iter().map(move |names| {
                    let mut names: BTreeMap<String, Value> = names.clone();
                    names.insert(name.clone(), value.clone());
                    names
                })
            };
            let cost = all.iter().flat_map(BTreeMap::values).chain(&values).map(Value::size).sum::<usize>();
            self.budget.charge(cost.saturating_mul(values.len()))?;
            all = values.iter().flat_map(with).collect();
        }
        Ok(all)
    }

    /// Evaluates all groups and targets.
    fn blocks(&self, resolved: &mut Resolved) -> Checked<()> {
        let mut targets: BTreeMap<String, usize> = BTreeMap::new();
        for (index, instance) in self.instances.get().into_iter().flatten().enumerate() {
            if instance.block.kind == "group" {
                let group = self.group(index, instance)?;
                match resolved.groups.iter_mut().find(|(name, _)| *name == instance.name) {
                    Some((_, other)) => *other = group,
                    None => resolved.groups.push((instance.name.clone(), group)),
                }
                continue;
            }
            let mut definition = Definition::default();
            for attribute in &instance.block.body.attributes {
                let value = self.attribute_value(index, attribute, false)?;
                decode::attribute(&mut definition, &attribute.name, &value, &attribute.value)?;
            }
            match targets.get(&instance.name) {
                Some(place) => resolved.targets[*place].1.merge(&definition),
                None => {
                    targets.insert(instance.name.clone(), resolved.targets.len());
                    resolved.targets.push((instance.name.clone(), definition));
                }
            }
        }
        Ok(())
    }

    fn group(&self, index: usize, instance: &Instance<'_>) -> Checked<Group> {
        needed(instance.block, "targets")?;
        let mut group = Group::default();
        for attribute in &instance.block.body.attributes {
            let value = self.attribute_value(index, attribute, false)?;
            decode::group_attribute(&mut group, &attribute.name, &value, &attribute.value)?;
        }
        Ok(group)
    }

    /// The value of an expression that sees `names`.
    fn value_of(&self, expression: &Expression, names: BTreeMap<String, Value>) -> Checked<Value> {
        self.around.borrow_mut().push(expression.span);
        let value = Scope::new(self, names).value(expression);
        self.around.borrow_mut().pop();
        value
    }

    /// A mistake that shows in the expression that is being evaluated.
    fn in_expression(&self, why: String, otherwise: Span) -> Box<Diagnostic> {
        match self.around.borrow().last() {
            Some(span) => Diagnostic::at(*span, "Invalid expression", why),
            None => Diagnostic::at(otherwise, "Invalid value", why),
        }
    }

    /// The value of an attribute of a block; `referred`: another expression names it, and it may not be named
    /// again before it is known.
    fn attribute_value(&self, index: usize, attribute: &Attribute, referred: bool) -> Checked<Value> {
        let key = (index, attribute.name.clone());
        if let Some(Some(value)) = self.block_values.borrow().get(&key) {
            return Ok(value.clone());
        }
        let Some(instance) = self.instances.get().and_then(|all| all.get(index)) else {
            return Ok(Value::Null);
        };
        if referred {
            self.block_values.borrow_mut().insert(key.clone(), None);
        }
        let value = self.value_of(&attribute.value, instance.names.clone());
        let value = value.map_err(|diagnostic| diagnostic.with_others(1))?;
        self.block_values.borrow_mut().insert(key, Some(value.clone()));
        Ok(value)
    }

    /// The value of a variable that is not known yet.
    fn evaluate(&self, name: &str) -> Checked<Option<Value>> {
        let declared = self.declared.get(name).copied();
        let given = match (self.attributes.get(name), declared) {
            (Some(attribute), _) => Some(&attribute.value),
            (None, Some(block)) => block.body.attribute("default").map(|attribute| &attribute.value),
            (None, None) => return Ok(None),
        };
        let kind = declared.map(declared_type).transpose()?.flatten();
        let mut default = match given {
            Some(expression) => self.value_of(expression, BTreeMap::new())?,
            None if kind.is_some() => Value::Null,
            None => Value::text(""),
        };
        let Some(block) = declared else { return Ok(Some(default)) };
        let invalid = |why: String| self.in_expression(why, block.opening);
        if let Some(kind) = &kind {
            default = kind.convert(default).map_err(|why| {
                invalid(format!("invalid type {} for variable {name} default value: {why}", kind.name()))
            })?;
        }
        let outside = variables::outside(name, kind.as_ref(), &default, self.wish).map_err(invalid)?;
        Ok(Some(outside.unwrap_or(default)))
    }
}

impl Globals for Resolver<'_> {
    fn variable(&self, name: &str) -> Checked<Option<Value>> {
        if let Some(value) = self.values.borrow().get(name) {
            return Ok(Some(value.clone()));
        }
        if !self.busy.borrow_mut().insert(name.to_string()) {
            let detail = format!("variable cycle not allowed for {name}");
            return Err(self.in_expression(detail, Span::default()).with_others(0));
        }
        let value = self.evaluate(name).map_err(|diagnostic| diagnostic.with_others(0))?;
        if let Some(value) = &value {
            self.values.borrow_mut().insert(name.to_string(), value.clone());
        }
        self.busy.borrow_mut().remove(name);
        Ok(value)
    }

    fn block(&self, kind: &str, name: &str, attribute: Option<&str>) -> Checked<Option<Value>> {
        let key = (kind.to_string(), name.to_string());
        let Some(index) = self.places.get().and_then(|places| places.get(&key)) else { return Ok(None) };
        let Some(instance) = self.instances.get().and_then(|all| all.get(*index)) else { return Ok(None) };
        let one = |name: &str| -> Checked<Value> {
            let Some(attribute) = instance.block.body.attribute(name) else { return Ok(Value::Null) };
            if self.block_values.borrow().get(&(*index, name.to_string())) == Some(&None) {
                let detail = format!("reference cycle not allowed for {kind}.{}.{name}", instance.name);
                return Err(self.in_expression(detail, attribute.value.span));
            }
            Ok(decode::visible(name, self.attribute_value(*index, attribute, true)?))
        };
        match attribute {
            Some(name) => one(name).map(Some),
            None => {
                let names = instance.block.body.attributes.iter().map(|attribute| attribute.name.clone());
                let entries = names.map(|name| Ok((name.clone(), one(&name)?))).collect::<Checked<_>>()?;
                Ok(Some(Value::Mapping(Shape::Object, entries)))
            }
        }
    }

    fn function(&self, name: &str) -> Option<&Defined> {
        self.functions.get(name).map(|(defined, _)| defined)
    }

    fn budget(&self) -> &Budget {
        &self.budget
    }

    fn now(&self) -> i64 {
        self.wish.now
    }
}

/// The one label of a block.
fn label(block: &Block) -> Checked<&str> {
    let kind = &block.kind;
    match block.labels.as_slice() {
        [(label, _)] => Ok(label),
        [] => {
            let detail = format!("All {kind} blocks must have 1 labels (name).");
            let brace = Span { end: block.opening.start + 1, ..block.opening };
            Err(Diagnostic::at(brace, &format!("Missing name for {kind}"), detail))
        }
        [_, (_, span), ..] => {
            let detail = format!("Only 1 labels (name) are expected for {kind} blocks.");
            Err(Diagnostic::at(*span, &format!("Extraneous label for {kind}"), detail))
        }
    }
}

/// An attribute that a block must have.
fn needed<'b>(block: &'b Block, name: &str) -> Checked<&'b Attribute> {
    block.body.attribute(name).ok_or_else(|| {
        let detail = format!("The argument {name:?} is required, but no definition was found.");
        Diagnostic::at(block.opening, "Missing required argument", detail)
    })
}

fn declared_type(block: &Block) -> Checked<Option<Type>> {
    block.body.attribute("type").map(|attribute| Type::parse(&attribute.value)).transpose()
}

fn defined(block: &Block) -> Checked<Defined> {
    let name = |expression: &Expression| match &expression.kind {
        Kind::Variable(name) | Kind::Literal(Value::Text(name)) => Ok(name.clone()),
        _ => {
            let detail = "Each parameter name must be an identifier.";
            Err(Diagnostic::at(expression.span, "Invalid param element", detail))
        }
    };
    let parameters = needed(block, "params")?;
    let Kind::Tuple(items) = &parameters.value.kind else {
        let detail = "A static list expression is required.";
        return Err(Diagnostic::at(parameters.value.span, "Invalid expression", detail));
    };
    Ok(Defined {
        parameters: items.iter().map(name).collect::<Checked<_>>()?,
        rest: block.body.attribute("variadic_params").map(|rest| name(&rest.value)).transpose()?,
        result: needed(block, "result")?.value.clone(),
    })
}

fn check_name(name: &str) -> Checked<()> {
    let fine = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(fine) {
        return Ok(());
    }
    Err(Diagnostic::plain("only \"[a-zA-Z0-9_-]+\" are allowed"))
}
