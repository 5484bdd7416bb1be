//! The one binary.
use rcon::engine::{
    self,
    attach::{End, Manner, Session},
    create,
    host::Engine,
    image::{Image, ImageWish},
    start,
    wish::Wish,
};
use rcon::runtime::{launch, stream::Hello};
fn main() -> std::process::ExitCode {
    let args: Vec<String> = std::env::args().collect();
    if args[0] == launch::ROLE {
        engine::supervise::main(&args)
    }
    match run(&args) {
        Ok(code) => std::process::ExitCode::from(code),
        Err(e) => {
            use std::io::Write;
            let _ = writeln!(std::io::stderr(), "rcon: {e}");
            std::process::ExitCode::from(125)
        }
    }
}
fn run(args: &[String]) -> rcon::error::Result<u8> {
    let engine = Engine::open(rcon::paths::Paths::from_environment()?)?;
    if args[1] == "exec" {
        let id = engine.containers.find(&args[2])?;
        let wish = engine::exec::ExecWish {
            command: args[3..].to_vec(),
            interactive: true,
            tty: rustix::termios::isatty(rustix::stdio::stdin()),
            ..Default::default()
        };
        return Ok(match engine::exec::exec(&engine, &id, &args[2], &wish)? {
            End::Exited(c) => c as u8,
            _ => 0,
        });
    }
    if args[1] == "rm" {
        engine.enter()?;
        for w in &args[2..] {
            let id = engine.containers.find(w)?;
            engine::remove::remove(&engine, &id, w, engine::remove::Options { force: true, volumes: false })?;
        }
        return Ok(0);
    }
    if args[1] == "ps" {
        use std::io::Write;
        for id in engine.containers.ids()? {
            let _ = writeln!(std::io::stdout(), "{} {:?}", id.short(), engine.observe(&id)?);
        }
        return Ok(0);
    }
    let flag = |f: &str| {
        args.iter().take_while(|a| a.starts_with('-') || *a == &args[0] || *a == "run").any(|a| a == f)
    };
    let rest: Vec<String> = args[2..].iter().skip_while(|a| a.starts_with('-')).cloned().collect();
    let wish = Wish {
        image: rest[0].clone(),
        command: rest[1..].to_vec(),
        interactive: flag("-i"),
        tty: flag("-t"),
        remove: flag("--rm"),
        detach: flag("-d"),
        init: flag("--init"),
        read_only: flag("--read-only"),
        network: if flag("--host") { engine::wish::NetworkWish::Host } else { Default::default() },
        ..Wish::default()
    };
    let image = Image {
        id: rcon::oci::digest::Digest::of(b""),
        name: rest[0].clone(),
        platform: "linux/amd64".into(),
        config: ImageWish::default(),
        layers: vec![rest[0].clone()],
        layer_key: "x".into(),
    };
    let record = create::create(&engine, &wish, &image, args.to_vec())?;
    let foreground = !wish.detach;
    let hello =
        Hello { version: 1, input: foreground && wish.interactive, output: foreground, error: foreground };
    let starting = start::start(
        &engine,
        &record,
        start::Attachment { hello, size: rcon::terminal::window_size().unwrap_or((80, 24)) },
    )?
    .expect("new");
    let outcome = launch::outcome(&starting.monitor, |m| engine::attach::show_stream(m))?;
    drop(starting.outer);
    if let Err(failure) = outcome {
        return Err(start::failure(&failure));
    }
    if wish.detach {
        use std::io::Write;
        let _ = writeln!(std::io::stdout(), "{}", record.id);
        return Ok(0);
    }
    let manner = Manner {
        terminal: wish.tty,
        input: wish.interactive,
        signal_proxy: !wish.tty,
        detach_keys: Default::default(),
    };
    let target = engine.observe(&record.id)?.processes().and_then(|p| p.init.open());
    Ok(match (Session { peer: &starting.monitor, manner, target }).run()? {
        End::Exited(c) => c as u8,
        e => {
            use std::io::Write;
            let _ = writeln!(std::io::stderr(), "{e:?}");
            0
        }
    })
}
