//! The simulated module on a pty fetches its package from a real HTTP server, over a real connection.

mod server;
mod terminal;

use std::io;
use std::net::{Ipv4Addr, TcpListener};

use deltaport::simulator::{Fetch, FetchFailure, Model, Scheme, Served, Settings, sized_package};
use server::{Says, Server};
use terminal::{Host, Module};
use testbed::fetch::fetch;

const OLD: &str = "BG95M3LAR02A03_01.012.01.012";
const NEW: &str = "BG95M3LAR02A04_01.200.01.200";
const SIZE: usize = 30_001;

fn package() -> Vec<u8> {
    sized_package(OLD, NEW, SIZE)
}

fn files() -> Vec<(&'static str, Says, Vec<u8>)> {
    let whole = package();
    vec![
        ("/p.bin", Says::File, whole.clone()),
        ("/no-range.bin", Says::NoRange, whole.clone()),
        ("/no-length.bin", Says::NoLength, whole.clone()),
        ("/half.bin", Says::Half, whole.clone()),
        ("/cut.bin", Says::File, whole[..20_000].to_vec()),
        (
            "/other.bin",
            Says::File,
            sized_package("another", NEW, SIZE),
        ),
        ("/page", Says::File, b"<html>Log in first</html>".to_vec()),
        ("/moved.bin", Says::Status(302), whole.clone()),
        ("/error.bin", Says::Status(500), whole.clone()),
        ("/nothing.bin", Says::Nothing, whole),
    ]
}

fn wanted(port: u16, path: &str, from: u64, length: Option<u64>) -> Fetch {
    Fetch {
        id: 1,
        scheme: Scheme::Http,
        host: "127.0.0.1".to_owned(),
        port,
        path: path.to_owned(),
        login: (String::new(), String::new()),
        from,
        length,
        headers: Vec::new(),
    }
}

/// A port at which nobody listens.
fn closed_port() -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

#[test]
fn a_file_and_its_parts_come_over_a_real_connection() -> io::Result<()> {
    let server = Server::start(files())?;
    let whole = package();
    let total = SIZE as u64;
    for (from, length, range, bytes) in [
        (0, None, None, &whole[..]),
        (0, Some(2048), Some("bytes=0-2047"), &whole[..2048]),
        (
            2048,
            Some(4096),
            Some("bytes=2048-6143"),
            &whole[2048..6144],
        ),
        (20_480, None, Some("bytes=20480-"), &whole[20_480..]),
        (
            28_672,
            Some(2048),
            Some("bytes=28672-30719"),
            &whole[28_672..],
        ),
    ] {
        let served = fetch(&wanted(server.port, "/p.bin", from, length));
        let bytes = bytes.to_vec();
        assert_eq!(served, Ok(Served { bytes, total }), "{from} {length:?}");
        let request = server.last_request().to_ascii_lowercase();
        let header = request
            .lines()
            .find_map(|line| line.strip_prefix("range: "));
        assert_eq!(header, range);
    }
    // a file whose size is only known at its end, and a server that knows no ranges
    let served = fetch(&wanted(server.port, "/no-length.bin", 0, None));
    assert_eq!(served.map(|served| served.total), Ok(total));
    let served = fetch(&wanted(server.port, "/no-range.bin", 0, Some(2048)));
    assert_eq!(
        served.map(|served| (served.bytes.len(), served.total)),
        Ok((2048, total))
    );
    Ok(())
}

#[test]
fn a_connection_that_breaks_gives_what_came() -> io::Result<()> {
    let server = Server::start(files())?;
    let served = fetch(&wanted(server.port, "/half.bin", 0, None));
    let expected = (SIZE / 2, SIZE as u64);
    assert_eq!(
        served.map(|served| (served.bytes.len(), served.total)),
        Ok(expected)
    );
    Ok(())
}

#[test]
fn each_failure_is_told_from_the_others() -> io::Result<()> {
    let server = Server::start(files())?;
    for (path, failure) in [
        ("/none.bin", FetchFailure::NotFound),
        // no redirect is followed
        ("/moved.bin", FetchFailure::Status(302)),
        ("/error.bin", FetchFailure::Status(500)),
        ("/nothing.bin", FetchFailure::Broken),
    ] {
        let served = fetch(&wanted(server.port, path, 0, None));
        assert_eq!(served, Err(failure), "{path}");
    }
    let served = fetch(&wanted(server.port, "/no-range.bin", 2048, None));
    assert_eq!(served, Err(FetchFailure::Status(200)));
    let served = fetch(&wanted(closed_port()?, "/p.bin", 0, None));
    assert_eq!(served, Err(FetchFailure::Refused));
    let nowhere = Fetch {
        host: "no.such.invalid".to_owned(),
        ..wanted(80, "/p.bin", 0, None)
    };
    assert_eq!(fetch(&nowhere), Err(FetchFailure::Name));
    Ok(())
}

/// A module in a hurry, that fetches.
fn module(model: &str) -> io::Result<(Module, Host)> {
    let of = Settings::of(Model::named(model));
    let module = Module::start(Settings {
        real_http: true,
        haste: 400,
        link: deltaport::simulator::Link::Uart,
        baud_rate: 115_200,
        automatic: true,
        ..of
    })?;
    let mut host = Host::open(&module.path()?, 115_200)?;
    host.send(b"AT\r")?;
    // one that sleeps answers with an empty line
    host.hear("\r\n")?;
    host.send(b"ATE0;+CMEE=1\r")?;
    host.hear("OK\r\n")?;
    Ok((module, host))
}

/// Sends a download command and hears up to the end that is expected.
fn hears(host: &mut Host, command: &str, end: &str) -> io::Result<()> {
    host.send(format!("{command}\r").as_bytes())?;
    host.hear(&format!("{end}\r\n"))
        .map(drop)
        .map_err(|error| io::Error::other(format!("{command}: {error}")))
}

#[test]
fn a_module_is_upgraded_from_a_real_server_in_one_piece_and_in_segments() -> io::Result<()> {
    let server = Server::start(files())?;
    let url = server.url("/p.bin");
    let (module, mut host) = module("BG95-M3")?;
    hears(&mut host, &format!("AT+QFOTADL=\"{url}\""), "\"END\",0")?;
    assert_eq!(
        module
            .mount
            .with_device(|device| device.version().to_owned())?,
        NEW
    );

    let (module, mut host) = self::module("BG95-M3")?;
    for from in [0, 10_240] {
        let command = format!("AT+QFOTADL=\"{url}\",{from},10240");
        hears(&mut host, &command, "\"HTTPEND\",712")?;
        assert!(server.last_request().contains(&format!("bytes={from}-")));
    }
    hears(
        &mut host,
        &format!("AT+QFOTADL=\"{url}\",20480,10240"),
        "\"END\",0",
    )?;
    assert_eq!(
        module
            .mount
            .with_device(|device| device.version().to_owned())?,
        NEW
    );
    Ok(())
}

#[test]
fn each_failure_of_a_real_server_ends_in_the_notes_own_code() -> io::Result<()> {
    let server = Server::start(files())?;
    let refused = format!("http://127.0.0.1:{}/p.bin", closed_port()?);
    for (model, ends) in [
        (
            "BG95-M3",
            [
                "HTTPEND\",706",
                "HTTPEND\",702",
                "HTTPEND\",703",
                "HTTPEND\",710",
                "END\",511",
            ],
        ),
        (
            "EG060K-EA",
            [
                "HTTPEnd\", 701",
                "HTTPEnd\", 701",
                "HTTPEnd\", 701",
                "END\", 504",
                "END\", 505",
            ],
        ),
        (
            "BC660K-GL",
            [
                "HTTPEND\",12",
                "HTTPEND\",12",
                "HTTPEND\",12",
                "END\", 255",
                "END\", 255",
            ],
        ),
        (
            "BC26",
            [
                "HTTPEND\",12",
                "HTTPEND\",12",
                "HTTPEND\",12",
                "END\",255",
                "END\",254",
            ],
        ),
    ] {
        let urls = [
            server.url("/none.bin"),
            refused.clone(),
            server.url("/half.bin"),
            server.url("/cut.bin"),
            server.url("/other.bin"),
        ];
        for (url, end) in urls.iter().zip(ends) {
            let (_module, mut host) = module(model)?;
            hears(&mut host, &format!("AT+QFOTADL=\"{url}\""), end)?;
        }
    }
    Ok(())
}
