//! Containers on a terminal.

use crate::support::Rcon;

#[test]
fn a_terminal_is_one_and_has_the_windows_size() {
    let rcon = Rcon::with_busybox();
    let mut terminal = rcon.call(["run", "--rm", "-it", "busybox", "sh"]).pty();
    terminal
        .shows("# ")
        .types("tty; stty size; echo $TERM\n")
        .shows("/dev/pts/0")
        .shows("24 80")
        .shows("xterm");
    terminal.types("exit 3\n").exits(3);
    assert!(!terminal.is_raw(), "the terminal is left as it was");
}

#[test]
fn a_new_window_size_reaches_the_container() {
    let rcon = Rcon::with_busybox();
    let mut terminal = rcon.call(["run", "--rm", "-it", "busybox", "sh"]).pty();
    terminal.shows("# ").resize(132, 50);
    crate::support::until("the size has come through", || {
        terminal.types("echo \"<$(stty size)>\"\n").shows(">\"\r\n").shows(">");
        terminal.sees("<50 132>")
    });
    terminal.types("exit\n").exits(0);
}

#[test]
fn control_c_interrupts_the_command_and_not_rcon() {
    let rcon = Rcon::with_busybox();
    let mut terminal = rcon.call(["run", "--rm", "-it", "busybox", "sh"]).pty();
    terminal.shows("# ").types("sleep 1000\n").shows("sleep 1000\r\n");
    std::thread::sleep(std::time::Duration::from_millis(200));
    terminal.types("\u{3}").shows("# ").types("echo code $?\n").shows("code 130");
    terminal.types("exit\n").exits(0);
}

#[test]
fn the_detach_keys_leave_the_container_running() {
    let rcon = Rcon::with_busybox();
    let mut terminal = rcon.call(["run", "-it", "--name", "box", "busybox", "sh"]).pty();
    terminal.shows("# ").types("X=kept\n").shows("# ").types("\u{10}\u{11}").exits(0);
    assert_eq!(rcon.inspect("box", "{{.State.Running}}"), "true");
    let mut again = rcon.call(["attach", "box"]).pty();
    again.types("\n").shows("# ").types("echo is $X\n").shows("is kept").types("exit 4\n").exits(4);
    rcon.run(["wait", "box"]).exits(0).stdout("4\n");
}

#[test]
fn detach_keys_can_be_chosen() {
    let rcon = Rcon::with_busybox();
    let mut terminal =
        rcon.call(["run", "-it", "--name", "box", "--detach-keys", "ctrl-a,d", "busybox", "sh"]).pty();
    terminal.shows("# ").types("echo \u{10}\u{11}still\n").shows("still").types("\u{1}d").exits(0);
    assert_eq!(rcon.inspect("box", "{{.State.Running}}"), "true");
}

#[test]
fn a_terminal_needs_a_terminal() {
    let rcon = Rcon::with_busybox();
    rcon.call(["run", "--rm", "-it", "busybox", "true"])
        .stdin("")
        .done()
        .exits(1)
        .stderr_has("the input device is not a TTY");
}

#[test]
fn a_background_container_can_have_a_terminal() {
    let rcon = Rcon::with_busybox();
    let id = rcon.run(["run", "-d", "-t", "busybox", "sh", "-c", "tty; echo err >&2"]).succeeds();
    rcon.run(["wait", &id]).exits(0).stdout("0\n");
    rcon.run(["logs", &id]).exits(0).stdout("/dev/pts/0\r\nerr\r\n").stderr("");
}

#[test]
fn exec_can_have_a_terminal_of_its_own() {
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper([]);
    let mut terminal = rcon.call(["exec", "-it", &id, "sh"]).pty();
    terminal.shows("# ").types("stty size; test -t 0 && echo is a tty\n").shows("24 80").shows("is a tty");
    terminal.types("exit 6\n").exits(6);
}

#[test]
fn the_consoles_name_leads_to_the_terminal() {
    let rcon = Rcon::with_busybox();
    let mut terminal = rcon.call(["run", "--rm", "-it", "busybox", "sh"]).pty();
    terminal.shows("# ").types("echo to the console > /dev/console\n").shows("\r\nto the console");
    terminal.types("exit\n").exits(0);
}
