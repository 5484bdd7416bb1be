//! `--format`: Go's text/template over a JSON tree, with docker's functions and docker's errors.
//!
//! The engine forgets the order of fields, which `{{json .}}` shows; [`Dot`] remembers it beside the tree.

use super::functions::{self, Functions};
use crate::error::{Error, Result};
use gotmpl::parse::{CommandNode, DefineNode, Expr, ListNode, Node, Parser, PipeNode, SmolStr};
use gotmpl::{MissingKey, TemplateError, Value};
use serde_json::Value as Json;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The longest template, in bytes; longer than any command line argument can be.
const MAX_TEMPLATE: usize = 1 << 17;
/// The most loops of all ranges in one run of a template.
const MAX_LOOPS: u64 = 1_000_000;

/// Go's functions that the engine has itself.
const BUILT_IN: [&str; 19] = [
    "and", "call", "eq", "ge", "gt", "html", "index", "js", "le", "len", "lt", "ne", "not", "or", "print",
    "printf", "println", "slice", "urlquery",
];

/// Names that Go's types of `inspect` have where its JSON has another: both are understood.
const GO_NAMES: [(&str, &str); 17] = [
    ("CPUCount", "CpuCount"),
    ("CPUPercent", "CpuPercent"),
    ("CPUPeriod", "CpuPeriod"),
    ("CPUQuota", "CpuQuota"),
    ("CPURealtimePeriod", "CpuRealtimePeriod"),
    ("CPURealtimeRuntime", "CpuRealtimeRuntime"),
    ("CPUShares", "CpuShares"),
    ("DNS", "Dns"),
    ("DNSOptions", "DnsOptions"),
    ("DNSSearch", "DnsSearch"),
    ("HostIP", "HostIp"),
    ("ID", "Id"),
    ("NanoCPUs", "NanoCpus"),
    ("OS", "Os"),
    ("OSVersion", "OsVersion"),
    ("OSFeatures", "OsFeatures"),
    ("SizeRootFS", "SizeRootFs"),
];

/// A parsed template. Running it needs a [`Dot`].
#[derive(Debug)]
pub struct Template {
    source: String,
    tree: ListNode,
    defines: Vec<DefineNode>,
    methods: Methods,
}

/// What a dot of this template has besides fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Methods {
    None,
    /// `.Label "key"`, on the rows of lists.
    Label,
}

impl Template {
    /// Parses `source` as it is; `\t` means a tab only inside Go's own quotes.
    pub fn parse(source: &str) -> Result<Self> {
        if source.len() > MAX_TEMPLATE {
            return Err(failure(format_args!("template: longer than {MAX_TEMPLATE} bytes")));
        }
        if source.contains('\0') {
            return Err(failure("template: :1: unexpected NUL"));
        }
        let (mut tree, mut defines) = read(source)?;
        if !is_whole(source) {
            return Err(failure("template: :1: unexpected {{end}} or {{else}}"));
        }
        let mut unknown = None;
        each_body(&mut tree, &mut defines, &mut |expression| {
            let Expr::Identifier(at, name) = expression else { return };
            if !BUILT_IN.contains(&name.as_str()) && !functions::NAMES.contains(&name.as_str()) {
                unknown.get_or_insert_with(|| (at.line, name.clone()));
            }
        });
        if let Some((line, name)) = unknown {
            return Err(failure(format_args!("template: :{line}: function {:?} not defined", name.as_str())));
        }
        Ok(Self { source: source.to_owned(), tree, defines, methods: Methods::None })
    }

    /// Parses `source` for the rows of a list, which have the method `Label`.
    pub fn parse_for_rows(source: &str) -> Result<Self> {
        let mut template = Self::parse(source)?;
        template.methods = Methods::Label;
        in_list(&mut template.tree, &mut |pipe| in_pipe(pipe, &mut call_methods));
        for define in &mut template.defines {
            in_list(&mut define.body, &mut |pipe| in_pipe(pipe, &mut call_methods));
        }
        Ok(template)
    }

    /// The text for `dot`. A field that is not there is an error, as for `inspect`.
    pub fn run(&self, dot: &Dot) -> Result<String> {
        self.rows(dot).map_err(|error| self.told(error))
    }

    /// The text for `dot` as a header line, where a field that is not there is `<no value>`. Docker ignores
    /// what fails here and keeps what came before it; the rows tell the error, if it is one there.
    pub fn run_headers(&self, dot: &Dot) -> String {
        let mut text = String::new();
        let _ = self.execute(dot, Functions::Headers, MissingKey::Invalid, &mut text);
        text
    }

    /// The text for `dot`, where fields may have their Go names (`.ID` for `.Id`).
    fn run_by_either_name(mut self, dot: &Dot) -> Result<String> {
        let first = match self.rows(dot) {
            Ok(text) => return Ok(text),
            Err(error @ TemplateError::MissingKey { .. }) => self.told(error),
            Err(error) => return Err(self.told(error)),
        };
        each_body(&mut self.tree, &mut self.defines, &mut |expression| {
            for name in names_of(expression) {
                if let Some((_, json)) = GO_NAMES.iter().find(|(go, _)| *go == name.as_str()) {
                    *name = SmolStr::new(json);
                }
            }
        });
        self.rows(dot).map_err(|_| first)
    }

    fn rows(&self, dot: &Dot) -> gotmpl::Result<String> {
        let mut text = String::new();
        self.execute(dot, Functions::Rows, MissingKey::Error, &mut text).map(|()| text)
    }

    fn execute(
        &self,
        dot: &Dot,
        functions: Functions,
        missing: MissingKey,
        text: &mut String,
    ) -> gotmpl::Result<()> {
        const ROOT: &str = "";
        let mut engine = gotmpl::Template::new(ROOT)
            .missing_key(missing)
            .max_range_iters(MAX_LOOPS)
            .funcs(functions::of(functions, &dot.order));
        for define in &self.defines {
            engine = engine.add_parse_tree(&define.name, define.body.clone());
        }
        engine.add_parse_tree(ROOT, self.tree.clone()).execute_template_fmt(text, ROOT, &dot.value)
    }

    /// The engine's error in docker's words, with the place where it can be known.
    fn told(&self, error: TemplateError) -> Error {
        let TemplateError::MissingKey { key } = &error else {
            return match &error {
                TemplateError::Exec(words) => failure(format_args!("template: {words}")),
                other => failure(format_args!("template: {other}")),
            };
        };
        let mut place = None;
        let (mut tree, mut defines) = (self.tree.clone(), self.defines.clone());
        each_body(&mut tree, &mut defines, &mut |expression| {
            let names: Vec<SmolStr> = names_of(expression).to_vec();
            if place.is_none() && names.iter().any(|name| name.as_str() == key) {
                place = Some((expression.clone(), names));
            }
        });
        let words = match self.methods {
            Methods::None => format!("map has no entry for key {key:?}"),
            Methods::Label => format!("can't evaluate field {key}"),
        };
        match place {
            Some((expression, names)) => {
                failure(format_args!("template: {}: {words}", self.place(&expression, &names)))
            }
            None => failure(format_args!("template: {words}")),
        }
    }

    /// `:line:column: executing "" at <.A.B>`; Go counts the column from 0, and to the second name of a chain.
    fn place(&self, expression: &Expr, names: &[SmolStr]) -> String {
        let at = expression.pos();
        let mut offset = at.offset.min(self.source.len());
        let mut text = match expression {
            Expr::Variable(_, name, _) => name.to_string(),
            _ => String::new(),
        };
        if names.len() > 1 && text.is_empty() {
            offset += 1 + names[0].len();
        }
        for name in names {
            text.push('.');
            text.push_str(name);
        }
        let line_start =
            self.source.get(..at.offset).and_then(|front| front.rfind('\n')).map_or(0, |feed| feed + 1);
        format!(":{}:{}: executing \"\" at <{text}>", at.line, offset.saturating_sub(line_start))
    }
}

fn read(source: &str) -> Result<(ListNode, Vec<DefineNode>)> {
    Parser::new(source, "{{", "}}").and_then(Parser::parse).map_err(|error| match error {
        TemplateError::Parse { line, message, .. } | TemplateError::Lex { line, message, .. } => {
            failure(format_args!("template: :{line}: {message}"))
        }
        other => failure(format_args!("template: {other}")),
    })
}

/// Whether the parser comes to the end of `source`: gotmpl 0.6.1 stops without a word at an `{{end}}` or
/// `{{else}}` that ends nothing, so a mark behind the end shows whether it was seen. To be removed when
/// the engine refuses these itself.
fn is_whole(source: &str) -> bool {
    let tree = read(&format!("{source}\0")).map(|(tree, _)| tree.nodes);
    matches!(tree.as_deref(), Ok([.., Node::Text(text)]) if text.text.ends_with('\0'))
}

/// The text of `source` for one object of `inspect`.
pub fn inspect(source: &str, object: &Json) -> Result<String> {
    Template::parse(source)?.run_by_either_name(&Dot::new(object))
}

pub(super) fn failure(why: impl std::fmt::Display) -> Error {
    Error::usage(format!("template parsing error: {why}"))
}

/// A value that templates run over.
#[derive(Debug, Clone)]
pub struct Dot {
    value: Value,
    order: Arc<Order>,
}

/// The keys of each object in the order they came in, by the address of the engine's map. The maps live as
/// long as the [`Dot`], and the engine only clones their `Arc`s, so an address is an identity.
pub(super) type Order = HashMap<usize, Vec<Arc<str>>>;

impl Dot {
    /// The dot of any JSON value.
    pub fn new(json: &Json) -> Self {
        let mut order = Order::new();
        let value = convert(json, &mut order);
        Self { value, order: Arc::new(order) }
    }

    /// The dot of a row or of the headers: `row`, and the method `Label`. Its `{{json .}}` has the fields in
    /// alphabetical order, as docker's lists have it.
    pub(super) fn with_label(
        row: &serde_json::Map<String, Json>,
        label: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> Self {
        let mut order = Order::new();
        let mut fields: BTreeMap<Arc<str>, Value> =
            row.iter().map(|(key, field)| (Arc::from(key.as_str()), convert(field, &mut order))).collect();
        fields.insert(Arc::from("Label"), method(label));
        Self { value: Value::Map(Arc::new(fields)), order: Arc::new(order) }
    }
}

fn method(label: impl Fn(&str) -> String + Send + Sync + 'static) -> Value {
    Value::Function(Arc::new(move |arguments| match arguments {
        [Value::String(key)] => Ok(Value::String(Arc::from(label(key)))),
        [_] => Err(TemplateError::Exec("wrong type for value; expected string".to_owned())),
        _ => Err(TemplateError::Exec(format!(
            "wrong number of args for Label: want 1 got {}",
            arguments.len()
        ))),
    }))
}

fn address(map: &Arc<BTreeMap<Arc<str>, Value>>) -> usize {
    Arc::as_ptr(map).addr()
}

fn convert(json: &Json, order: &mut Order) -> Value {
    match json {
        Json::Null => Value::Nil,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(signed), _) => Value::Int(signed),
            (None, Some(unsigned)) => Value::Uint(unsigned),
            (None, None) => Value::Float(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => Value::String(Arc::from(text.as_str())),
        Json::Array(items) => {
            let items: Vec<Value> = items.iter().map(|item| convert(item, order)).collect();
            Value::List(Arc::from(items))
        }
        Json::Object(fields) => {
            let keys: Vec<Arc<str>> = fields.keys().map(|key| Arc::from(key.as_str())).collect();
            let values = fields.values().map(|field| convert(field, order));
            let map = Arc::new(keys.iter().cloned().zip(values).collect::<BTreeMap<_, _>>());
            order.insert(address(&map), keys);
            Value::Map(map)
        }
    }
}

/// The way back from [`convert`], with each object's own order.
pub(super) fn restore(value: &Value, order: &Order) -> Json {
    match value {
        Value::Bool(flag) => Json::Bool(*flag),
        Value::Int(number) => Json::from(*number),
        Value::Uint(number) => Json::from(*number),
        // Go writes whole floats without a point.
        Value::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => Json::from(*number as i64),
        Value::Float(number) => Json::from(*number),
        Value::String(text) => Json::from(&**text),
        Value::List(items) => Json::Array(items.iter().map(|item| restore(item, order)).collect()),
        Value::Map(map) => match order.get(&address(map)) {
            Some(keys) => fields(keys.iter().filter_map(|key| Some((key, map.get(key)?))), order),
            None => fields(map.iter(), order),
        },
        Value::Nil | Value::Function(_) => Json::Null,
    }
}

fn fields<'a>(pairs: impl Iterator<Item = (&'a Arc<str>, &'a Value)>, order: &Order) -> Json {
    let data = pairs.filter(|(_, field)| !matches!(field, Value::Function(_)));
    Json::Object(data.map(|(key, field)| (key.to_string(), restore(field, order))).collect())
}

/// `json` as Go writes it with HTML escaping off: the two separators that JavaScript minds stay escaped.
pub fn json_line(json: &Json) -> String {
    json.to_string().replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// Makes `.Label "k"` and `"k" | .Label` calls: the engine has no methods, but it has `call`.
fn call_methods(command: &mut CommandNode) {
    let Some(first) = command.args.first_mut() else { return };
    if names_of(first).last().is_some_and(|name| name.as_str() == "Label") {
        let call = Expr::Identifier(command.pos, SmolStr::new("call"));
        command.args.insert(0, call);
    }
}

/// The field names in `expression`, outermost first.
fn names_of(expression: &mut Expr) -> &mut [SmolStr] {
    match expression {
        Expr::Field(_, names) | Expr::Variable(_, _, names) | Expr::Chain(_, _, names) => names,
        _ => &mut [],
    }
}

/// Shows `visit` each expression of a template, in the order they are written.
fn each_body(tree: &mut ListNode, defines: &mut [DefineNode], visit: &mut dyn FnMut(&mut Expr)) {
    let mut in_command = |command: &mut CommandNode| {
        for expression in &mut command.args {
            in_expression(expression, visit);
        }
    };
    in_list(tree, &mut |pipe| in_pipe(pipe, &mut in_command));
    for define in defines {
        in_list(&mut define.body, &mut |pipe| in_pipe(pipe, &mut in_command));
    }
}

fn in_expression(expression: &mut Expr, visit: &mut dyn FnMut(&mut Expr)) {
    visit(expression);
    if let Expr::Chain(_, inner, _) = expression {
        in_expression(inner, visit);
    }
}

/// Shows `change` each command of `pipe` and of the pipes inside it (the engine's parser bounds their
/// depth).
fn in_pipe(pipe: &mut PipeNode, change: &mut dyn FnMut(&mut CommandNode)) {
    for command in &mut pipe.commands {
        change(command);
        for expression in &mut command.args {
            let mut inner = expression;
            while let Expr::Chain(_, next, _) = inner {
                inner = next;
            }
            if let Expr::Pipe(_, pipe) = inner {
                in_pipe(pipe, change);
            }
        }
    }
}

fn in_list(list: &mut ListNode, visit: &mut dyn FnMut(&mut PipeNode)) {
    for node in &mut list.nodes {
        match node {
            Node::List(inner) => in_list(inner, visit),
            Node::Action(action) => visit(&mut action.pipe),
            Node::If(branch) | Node::Range(branch) | Node::With(branch) => {
                visit(&mut branch.pipe);
                in_list(&mut branch.body, visit);
                if let Some(other) = &mut branch.else_body {
                    in_list(other, visit);
                }
            }
            Node::Template(call) => call.pipe.iter_mut().for_each(&mut *visit),
            Node::Define(define) => in_list(&mut define.body, visit),
            Node::Text(_) | Node::Break(_) | Node::Continue(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object() -> Json {
        serde_json::from_str(
            r#"{"Id":"abc","State":{"Status":"running","Pid":7,"Health":null},"Name":"/web","Ratio":0.5,
                "Config":{"Env":["B=1","A=<&>"],"Labels":{"z":"1","a.b":"2"},"Cmd":null},
                "HostConfig":{"Dns":["1.1.1.1"]},"Mounts":[]}"#,
        )
        .unwrap()
    }

    #[test]
    fn templates_print_what_docker_prints() {
        let cases = [
            ("{{.State.Status}}", "running"),
            ("{{.State.Pid}}{{if eq .State.Pid 7}} yes{{end}}", "7 yes"),
            ("{{json .State}}", r#"{"Status":"running","Pid":7,"Health":null}"#),
            ("{{json .Config.Env}}", r#"["B=1","A=<&>"]"#),
            ("{{json .Config.Labels}}", r#"{"z":"1","a.b":"2"}"#),
            ("{{json .Ratio}}{{json .Config.Cmd}}{{json .Mounts}}", "0.5null[]"),
            (r#"{{index .Config.Labels "a.b"}}"#, "2"),
            (r"{{range .Config.Env}}{{println .}}{{end}}", "B=1\nA=<&>\n"),
            (r#"{{range $k, $v := .Config.Labels}}{{$k}}={{$v}}{{"\t"}}{{end}}"#, "a.b=2\tz=1\t"),
            (r#"{{join .Config.Env ", "}}"#, "B=1, A=<&>"),
            (r#"{{join (split "a,b,c" ",") "-"}}"#, "a-b-c"),
            (
                "{{upper .Name}}|{{lower \"ABC\"}}|{{title \"hello wOrld-a b_c d'e é\"}}",
                "/WEB|abc|Hello WOrld-A B_c D'E É",
            ),
            ("{{pad .Name 2 1}}|{{pad \"\" 2 1}}|{{padlen .Name 6}}|", "  /web ||/web  |"),
            ("{{truncate .Name 2}}|{{truncate .Name 9}}|{{truncate \"aé\" 2}}", "/w|/web|a"),
            ("{{.State.Status | upper | printf \"%q\"}}", "\"RUNNING\""),
            (r"  a\nb\tc", r"  a\nb\tc"),
            ("{{with .State}}{{.Pid}}{{end}}{{len .Mounts}}", "70"),
            ("{{define \"x\"}}[{{.}}]{{end}}{{template \"x\" .Id}}", "[abc]"),
            ("{{.ID}} {{.HostConfig.DNS}} {{.Id}}", "abc [1.1.1.1] abc"),
            ("{{(index .Config.Env 0)}}", "B=1"),
        ];
        for (source, text) in cases {
            assert_eq!(inspect(source, &object()).unwrap_or_else(|error| panic!("{source}: {error}")), text);
        }
    }

    #[test]
    fn the_order_of_fields_is_kept_at_every_level() {
        let object = object();
        assert_eq!(inspect("{{json .}}", &object).unwrap(), object.to_string());
        assert_eq!(
            inspect("{{range $x := .Mounts}}{{else}}{{json $.State}}{{end}}", &object).unwrap().find("Pid"),
            Some(21)
        );
        assert_eq!(json_line(&Json::from("a\u{2028}<")), "\"a\\u2028<\"");
    }

    #[test]
    fn errors_are_told_as_docker_tells_them() {
        let cases = [
            ("{{.Nope}}", "template: :1:2: executing \"\" at <.Nope>: map has no entry for key \"Nope\""),
            (
                "{{.State.Nope}}",
                "template: :1:8: executing \"\" at <.State.Nope>: map has no entry for key \"Nope\"",
            ),
            (
                "x\n{{ .NOPE.ID }}",
                "template: :2:8: executing \"\" at <.NOPE.ID>: map has no entry for key \"NOPE\"",
            ),
            ("{{nofunc .Name}}", "template: :1: function \"nofunc\" not defined"),
            (
                "{{if true}}{{range .Mounts}}{{(nofunc 1)}}{{end}}{{end}}",
                "template: :1: function \"nofunc\" not defined",
            ),
            ("{{.Name", "template: :1: unclosed action"),
        ];
        for (source, words) in cases {
            let error = inspect(source, &object()).unwrap_err().to_string();
            assert_eq!(error, format!("template parsing error: {words}"), "{source}");
        }
        for source in [
            "{{.Name.Foo}}",
            "{{index .Config.Env 99}}",
            "{{pad .Name 1}}",
            "{{pad .Name -1 99999999999}}",
            "{{join .Name \",\"}}",
            "{{upper 3}}",
            "{{json}}",
            "{{truncate}}",
            "{{truncate .Id -1}}",
            "x{{else}}y",
            "{{template \"none\"}}",
            "{{end}}",
            "{{range 99999999}}{{end}}",
            "{{define \"r\"}}{{template \"r\"}}{{end}}{{template \"r\"}}",
            "{{.Name 1}}",
            "{{padlen 1 2}}",
            "{{split 1 2}}",
            "{{",
            "{{$x}}",
            "{{nil}}",
            "{{.Id | .Name}}",
        ] {
            let error = inspect(source, &object()).expect_err(source).to_string();
            assert!(error.starts_with("template parsing error: template: "), "{source}: {error}");
        }
    }

    #[test]
    fn deep_and_long_templates_end_in_an_error() {
        let deep = format!("{{{{{}1{}}}}}", "(".repeat(5000), ")".repeat(5000));
        assert!(inspect(&deep, &object()).is_err());
        let nested = "{{if true}}".repeat(5000) + &"{{end}}".repeat(5000);
        assert!(inspect(&nested, &object()).is_err());
        assert!(inspect(&"x".repeat(MAX_TEMPLATE + 1), &object()).is_err());
    }
}
