//! Any bytes as a Dockerfile: a parsed file or an error with lines of the file; its words expanded, its stages linted,
//! its triggers read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rcon::dockerfile::ast::{Dockerfile, Instruction, Kind};
use rcon::dockerfile::excerpt::excerpt;
use rcon::dockerfile::words::Lexer;
use rcon::dockerfile::{instruction, lint, mount, parse, ports};
use std::collections::BTreeMap;

fn words(instruction: &Instruction) -> Vec<String> {
    match &instruction.kind {
        Kind::Env { pairs, .. } | Kind::Label { pairs, .. } => {
            pairs.iter().flat_map(|(key, value)| [key.clone(), value.clone()]).collect()
        }
        Kind::Arg(args) => args.iter().filter_map(|(_, value)| value.clone()).collect(),
        Kind::Add(copying) | Kind::Copy(copying) => {
            copying.sources.iter().chain([&copying.destination]).cloned().collect()
        }
        Kind::Expose(words) | Kind::Volume(words) => words.clone(),
        Kind::User(word) | Kind::Workdir(word) | Kind::StopSignal(word) => vec![word.clone()],
        _ => vec![instruction.original.clone()],
    }
}

fn expand(file: &Dockerfile) {
    let lexer = Lexer::new(file.directives.escape.unwrap_or('\\'));
    let mut variables = BTreeMap::from([("a".to_owned(), "x/y.z".to_owned()), ("e".to_owned(), String::new())]);
    let instructions = file.stages.iter().flat_map(|stage| &stage.instructions);
    for instruction_ in instructions.chain(&file.global_args) {
        for word in words(instruction_) {
            if let Ok(expanded) = lexer.word(&word, &variables) {
                variables.insert("last".to_owned(), expanded.text);
            }
            let _ = lexer.words(&word, &variables).map(|words| words.iter().map(|word| ports::exposed(word)).count());
            let _ = lexer.body(&word, &variables);
            let _ = lexer.shown(&word, &variables);
        }
        match &instruction_.kind {
            Kind::OnBuild(trigger) => drop(instruction(trigger, '\\')),
            Kind::Run(run) => {
                for one in &run.mounts {
                    let mut replace = |value: &str| lexer.word(value, &variables).map(|expanded| expanded.text);
                    let _ = mount::expanded(one, &mut replace);
                }
            }
            _ => {}
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let source = String::from_utf8_lossy(bytes);
    let _ = instruction(&source, '`');
    match parse(bytes) {
        Ok(file) => {
            assert!(!file.stages.is_empty());
            assert!(file.keywords.iter().all(|keyword| keyword.lines.first <= keyword.lines.last));
            expand(&file);
            let ignored = |source: &str| source.len() % 2 == 0;
            let context = lint::Context { ignored: Some(&ignored), ..lint::Context::default() };
            let (warnings, _) = lint::check_and_fault(&file, &context);
            let _ = lint::report(&source, "Dockerfile", &warnings);
        }
        Err(error) => {
            assert!(!error.message.is_empty());
            let _ = excerpt(&source, "Dockerfile", error.lines);
        }
    }
});
