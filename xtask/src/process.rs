//! Running other programs: their output is kept, and a long silence is broken by a line.

use std::ffi::OsStr;
use std::io::{ErrorKind, Read};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How long a program may run before a line says that it still does.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// How often to look whether a program has ended.
const LOOK: Duration = Duration::from_millis(20);

/// How long the output of a program that has ended may still take to arrive.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// The longest piece of a program's last line that a heartbeat shows.
const HEARTBEAT_WIDTH: usize = 70;

/// How lines begin in which cargo tells how far it is.
const CARGO_PROGRESS: [&str; 9] = [
    "Adding",
    "Blocking",
    "Checking",
    "Compiling",
    "Documenting",
    "Downloaded",
    "Downloading",
    "Locking",
    "Updating",
];

/// When to give up on a program that waits for something that never comes.
#[derive(Clone, Copy)]
pub struct Patience {
    /// Until the first byte of output.
    pub first_output: Duration,
    /// Until the end.
    pub end: Duration,
}

/// A program that has ended.
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote to standard output and standard error, in the order of arrival.
    pub output: String,
}

impl Finished {
    /// The output without the lines in which cargo tells how far it is.
    pub fn essence(&self) -> String {
        let tells_progress = |line: &&str| {
            line.trim_start()
                .split_once(' ')
                .is_some_and(|(word, _)| CARGO_PROGRESS.contains(&word))
        };
        let lines: Vec<&str> = self
            .output
            .lines()
            .filter(|line| !tells_progress(line))
            .collect();
        lines.join("\n").trim_end().to_owned()
    }
}

/// Runs `command` and returns what it wrote.
///
/// # Errors
/// When it cannot be started or fails; the error carries its output.
pub fn run(command: &mut Command) -> Result<String> {
    let name = name(command);
    let finished = watch(command, None)?;
    if finished.status.success() {
        return Ok(finished.output);
    }
    bail!(
        "{}\n`{name}` failed ({})",
        finished.essence(),
        finished.status
    );
}

/// Runs `command` and returns its end, whatever it is.
///
/// # Errors
/// When it cannot be started, or when it is not done within `patience`.
pub fn watch(command: &mut Command, patience: Option<Patience>) -> Result<Finished> {
    let name = name(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{name}`"))?;
    let output = Arc::new(Mutex::new(Vec::new()));
    let readers = [
        child.stdout.take().map(|pipe| keep(pipe, &output)),
        child.stderr.take().map(|pipe| keep(pipe, &output)),
    ];

    let begun = Instant::now();
    let mut next_heartbeat = HEARTBEAT;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        let elapsed = begun.elapsed();
        if let Some(patience) = patience {
            let silent = lock(&output).is_empty() && elapsed > patience.first_output;
            if silent || elapsed > patience.end {
                child.kill()?;
                child.wait()?;
                bail!("`{name}` was given up after {} s", elapsed.as_secs());
            }
        }
        if elapsed > next_heartbeat {
            println!("    {} s: {}", elapsed.as_secs(), last_line(&lock(&output)));
            next_heartbeat += HEARTBEAT;
        }
        thread::sleep(LOOK);
    };
    // A program that it left behind may hold the pipes open; what that writes is of no interest.
    let deadline = Instant::now() + LAST_WORDS;
    while readers.iter().flatten().any(|reader| !reader.is_finished()) && Instant::now() < deadline
    {
        thread::sleep(LOOK);
    }
    let output = String::from_utf8_lossy(&lock(&output)).into_owned();
    Ok(Finished { status, output })
}

/// What `command` writes to standard output, trimmed; nothing if it is missing or fails.
pub fn answer(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The file that a program's name stands for on the search path.
pub fn find(program: impl AsRef<OsStr>) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .map(|folder| folder.join(program.as_ref()))
        .find(|file| file.is_file())
}

fn name(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|part| part.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

fn keep(
    mut pipe: impl Read + Send + 'static,
    output: &Arc<Mutex<Vec<u8>>>,
) -> thread::JoinHandle<()> {
    let output = Arc::clone(output);
    thread::spawn(move || {
        let mut piece = [0; 4096];
        loop {
            match pipe.read(&mut piece) {
                Ok(0) => break,
                Ok(length) => lock(&output).extend_from_slice(&piece[..length]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
    })
}

fn lock(output: &Mutex<Vec<u8>>) -> std::sync::MutexGuard<'_, Vec<u8>> {
    output.lock().unwrap_or_else(PoisonError::into_inner)
}

fn last_line(output: &[u8]) -> String {
    let output = String::from_utf8_lossy(output);
    let line = output
        .split(['\n', '\r'])
        .map(str::trim)
        .rfind(|line| !line.is_empty())
        .unwrap_or("no output yet");
    line.chars().take(HEARTBEAT_WIDTH).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heartbeat_shows_the_last_line_that_says_something() {
        assert_eq!(
            last_line(b"one\n   Compiling two v1\n\n"),
            "Compiling two v1"
        );
        assert_eq!(last_line(b"10 %\r20 %"), "20 %");
        assert_eq!(last_line(b""), "no output yet");
    }

    #[cfg(unix)]
    #[test]
    fn a_failure_carries_the_output_of_both_pipes() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo out; echo err >&2; exit 3"]);
        let error = run(&mut command).unwrap_err().to_string();
        assert!(
            error.contains("out\n") && error.contains("err\n"),
            "{error}"
        );
        assert!(error.contains("exit status: 3"), "{error}");
    }

    #[test]
    fn a_failure_of_cargo_is_told_without_its_progress() {
        let finished = Finished {
            status: ExitStatus::default(),
            output: "   Compiling serde v1\nerror: no\n --> src/lib.rs\n    Checking x v1\n".into(),
        };
        assert_eq!(finished.essence(), "error: no\n --> src/lib.rs");
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_says_nothing_is_given_up() {
        let patience = Patience {
            first_output: Duration::from_millis(50),
            end: Duration::from_secs(60),
        };
        let error = watch(Command::new("sleep").arg("60"), Some(patience));
        assert!(error.is_err_and(|error| error.to_string().contains("given up")));
    }

    #[cfg(unix)]
    #[test]
    fn a_program_left_behind_does_not_hold_up_the_end() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 20 & echo done"]);
        let begun = Instant::now();
        assert_eq!(run(&mut command).unwrap(), "done\n");
        assert!(begun.elapsed() < Duration::from_secs(15));
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut Command::new("deltaport-no-such-program")).unwrap_err();
        assert!(error.to_string().contains("deltaport-no-such-program"));
    }
}
