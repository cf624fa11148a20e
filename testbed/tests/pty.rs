//! The simulated module on a pty, as any terminal program meets it.

mod terminal;

use std::io;
use std::sync::mpsc::channel;
use std::time::Instant;

use deltaport::simulator::{Link, Output, Settings, Simulator, sample_package};
use deltaport::time::Instant as Now;
use rustix::termios::ioctl_tiocexcl;
use terminal::{Host, Module, PATIENCE};
use testbed::pty::{Device, Event, Mount};

#[test]
fn a_terminal_program_gets_answers_and_no_echo_of_the_answers() -> io::Result<()> {
    let module = Module::start(Settings::default())?;
    let mut host = Host::open(&module.path()?, 115_200)?;
    host.send(b"ATE0\r")?;
    assert_eq!(host.hear("OK\r\n")?, "ATE0\r\r\nOK\r\n");
    host.send(b"AT\r")?;
    assert_eq!(host.hear("OK\r\n")?, "\r\nOK\r\n");
    Ok(())
}

#[test]
fn the_module_knows_when_the_port_is_opened_and_closed_and_at_which_rate() -> io::Result<()> {
    let module = Module::start(Settings::default())?;
    let path = module.path()?;
    for baud_rate in [115_200, 460_800, 12_345] {
        let host = Host::open(&path, baud_rate)?;
        assert_eq!(module.next()?, Event::Opened { baud_rate });
        drop(host);
        assert_eq!(module.next()?, Event::Closed);
    }
    Ok(())
}

#[test]
fn a_program_that_held_the_port_for_itself_does_not_lock_the_next_one_out() -> io::Result<()> {
    let module = Module::start(Settings::default())?;
    let mut path = module.path()?;
    for _ in 0..2 {
        let mut host = Host::open(&path, 115_200)?;
        ioctl_tiocexcl(&host.0)?;
        host.send(b"AT\r")?;
        host.hear("OK\r\n")?;
        drop(host);
        while module.next()? != Event::Closed {}
        // The thread answers when it is done with the closing.
        module.mount.with_device(|_| ())?;
        // Without the right to undo the lock there is another pty by now.
        if let Ok(Event::Plugged { path: new, .. }) = module.events.try_iter().last().ok_or(()) {
            path = new;
        }
    }
    Ok(())
}

#[test]
fn another_rate_than_the_modules_gives_garbage() -> io::Result<()> {
    let module = Module::start(Settings::default())?;
    let mut host = Host::open(&module.path()?, 9600)?;
    host.send(b"AT\r")?;
    // The module still answers each byte with its echo.
    let heard = host.hear_bytes(3)?;
    assert_ne!(&heard[..3], b"AT\r");
    Ok(())
}

/// Says a last word when the port is closed, and repeats what it hears.
#[derive(Default)]
struct LastWord(Vec<u8>);

impl Device for LastWord {
    fn port_opened(&mut self, _: Now, _: u32) {}
    fn port_closed(&mut self, _: Now) {
        self.0.extend_from_slice(b"bye");
    }
    fn capacity(&mut self, _: Now) -> usize {
        usize::MAX
    }
    fn receive(&mut self, _: Now, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
    fn poll(&mut self, _: Now) -> Output {
        if self.0.is_empty() {
            Output::Wait(None)
        } else {
            Output::Bytes(std::mem::take(&mut self.0))
        }
    }
}

#[test]
fn what_is_said_to_a_closed_port_does_not_wait_for_the_next_program() -> io::Result<()> {
    let (sender, events) = channel();
    let mount = Mount::start(
        |_| LastWord::default(),
        move |event| drop(sender.send(event)),
    )?;
    let Ok(Event::Plugged { path, .. }) = events.recv_timeout(PATIENCE) else {
        return Err(io::Error::other("no port"));
    };
    let mut host = Host::open(&path, 115_200)?;
    host.send(b"first")?;
    host.hear("first")?;
    drop(host);
    while events.recv_timeout(PATIENCE).map_err(io::Error::other)? != Event::Closed {}
    // The thread has carried the last word out before it answers.
    mount.with_device(|_| ())?;
    mount.with_device(|_| ())?;
    let mut host = Host::open(&path, 115_200)?;
    host.send(b"second")?;
    assert_eq!(host.hear("second")?, "second");
    Ok(())
}

#[test]
fn a_paced_upload_takes_as_long_as_the_line_takes() -> io::Result<()> {
    for (rate, size) in [(115_200, 8_192), (921_600, 92_160)] {
        let module = Module::start(Settings {
            line_rate: Some(rate),
            baud_rate: rate,
            automatic: false,
            ..Settings::default()
        })?;
        let mut host = Host::open(&module.path()?, rate)?;
        let package = sample_package("A", "B", size);
        host.send(format!("ATE0;+QFOTADL=\"COM:\",{size},60\r").as_bytes())?;
        host.hear("CONNECT\r\n")?;
        let start = Instant::now();
        host.send(&package)?;
        let result = host.hear("OK\r\n")?;
        let took = start.elapsed().as_secs_f64();
        assert!(result.contains(&format!("+QFOTADL: {size},")), "{result:?}");
        let line = size as f64 * 10.0 / f64::from(rate);
        // The answer takes its time on the line too. A busy machine may add to it, never take away.
        assert!(took >= line, "{took} s, the line needs {line} s");
        assert!(
            took < line * 1.05 + 0.3,
            "{took} s, the line needs {line} s"
        );
    }
    Ok(())
}

#[test]
fn a_module_on_usb_leaves_with_its_restart_and_comes_back_on_a_new_pty() -> io::Result<()> {
    let module = Module::start(Settings {
        link: Link::Usb,
        haste: 100,
        ..Settings::default()
    })?;
    let first = module.path()?;
    let mut host = Host::open(&first, 115_200)?;
    assert_eq!(module.next()?, Event::Opened { baud_rate: 115_200 });
    host.send(b"AT+CFUN=1,1\r")?;
    host.hear("OK\r\n")?;
    let end = host.hear("never");
    assert!(end.is_err(), "{end:?}");
    assert_eq!(module.next()?, Event::Closed);
    assert_eq!(module.next()?, Event::Unplugged);
    assert!(matches!(
        module.next()?,
        Event::Plugged {
            ids: Some((0x2c7c, 0x0700)),
            ..
        }
    ));
    Ok(())
}

#[test]
fn a_pulled_cable_hangs_the_program_up_and_can_be_plugged_in_again() -> io::Result<()> {
    let module = Module::start(Settings::default())?;
    let mut host = Host::open(&module.path()?, 115_200)?;
    host.send(b"AT\r")?;
    host.hear("OK\r\n")?;
    module.mount.with_now(Simulator::pull_cable)?;
    assert!(host.hear("OK\r\n").is_err());
    module.mount.with_now(Simulator::plug_cable)?;
    let path = loop {
        if let Event::Plugged { path, .. } = module.next()? {
            break path;
        }
    };
    let mut host = Host::open(&path, 115_200)?;
    host.send(b"AT\r")?;
    host.hear("OK\r\n")?;
    Ok(())
}
