//! Certificates on their way into the module.

mod rig;

use deltaport::at::Checksum;
use deltaport::dfota::Choice;
use deltaport::simulator::{Fault, Settings};
use deltaport::snapshot::{Problem, ProblemCode, Stage};
use rig::Rig;

const ROOT: &str = "EUFS:/datatx/fota_cacert.pem";
const PEM: &[u8] = b"-----BEGIN CERTIFICATE-----\nTUlJQg==\n-----END CERTIFICATE-----\n";

fn store(rig: &mut Rig, path: &str, bytes: &[u8]) -> Option<Problem> {
    rig.choose(Choice::StoreCertificate {
        path: path.to_owned(),
        bytes: bytes.to_vec(),
    });
    rig.until(Stage::Module);
    rig.snapshot().problem
}

/// Size and checksum of a file in the module, which knows its files by their places below the folder.
fn held(rig: &Rig, path: &str) -> Option<(u64, u16)> {
    let path = path.replace("/datatx/", "");
    let mut files = rig.module.files().filter(|(name, _)| *name == path);
    let file = files.next().map(|(_, file)| (file.size, file.checksum));
    assert!(files.next().is_none(), "{path} is there twice");
    file
}

fn of(bytes: &[u8]) -> (u64, u16) {
    let mut checksum = Checksum::new();
    checksum.update(bytes);
    (bytes.len() as u64, checksum.value())
}

/// Proves N2-035, N2-044, N2-053.
#[test]
fn every_certificate_of_the_note_is_stored_under_its_name() {
    let mut rig = Rig::new(Settings::default());
    rig.reach_module();
    let files = deltaport::family::BG95.certificates;
    assert_eq!(files.len(), 10);
    for (n, file) in files.iter().enumerate() {
        let bytes = [PEM, &[b'a' + n as u8; 7][..n % 7]].concat();
        assert_eq!(store(&mut rig, file.path, &bytes), None, "{}", file.path);
        assert_eq!(held(&rig, file.path), Some(of(&bytes)), "{}", file.path);
    }
    let facts = rig.session.snapshot().settings.expect("settings");
    assert_eq!(facts.certificates.len(), files.len());
}

#[test]
fn a_certificate_replaces_the_one_before() {
    let mut rig = Rig::new(Settings::default().holding(ROOT, b"old".to_vec()));
    rig.reach_module();
    assert_eq!(store(&mut rig, ROOT, PEM), None);
    assert_eq!(held(&rig, ROOT), Some(of(PEM)));
}

#[test]
fn another_name_nothing_and_too_much_are_refused_before_anything_is_sent() {
    let mut rig = Rig::new(Settings::default());
    rig.reach_module();
    let sent = rig.commands.len();
    for (path, bytes, flaw) in [
        ("UFS:autorun.sh", PEM, "no-route"),
        ("EUFS:/datatx/fota_cacert.pem\"\rAT+CFUN=0", PEM, "no-route"),
        (ROOT, &b""[..], "empty"),
        (ROOT, &[b'x'; 16_385][..], "too-large"),
    ] {
        let problem = store(&mut rig, path, bytes).expect("a problem");
        assert_eq!(problem.code, ProblemCode::SettingRefused);
        assert_eq!(problem.detail.as_deref(), Some(flaw));
    }
    assert_eq!(rig.commands.len(), sent);
    assert_eq!(store(&mut rig, ROOT, &[b'x'; 16_384]), None);
}

#[test]
fn a_certificate_that_arrives_damaged_is_told_and_deleted() {
    let damages = [
        (Fault::CorruptByte { at: 5 }, ProblemCode::ChecksumMismatch),
        (
            Fault::LoseBytes { at: 5, count: 9 },
            ProblemCode::SizeMismatch,
        ),
    ];
    for (fault, code) in damages {
        let mut rig = Rig::new(Settings::default().with(fault));
        rig.reach_module();
        let problem = store(&mut rig, ROOT, PEM).expect("a problem");
        assert_eq!(problem.code, code);
        assert_eq!(held(&rig, ROOT), None);
        let facts = rig.session.snapshot().settings.expect("settings");
        assert!(facts.certificates.is_empty());
    }
}

/// Proves.
#[test]
fn not_a_byte_of_a_key_leaves_before_connect_and_none_stands_in_the_log() {
    let mut rig = Rig::new(Settings::default().with(Fault::NoConnect));
    rig.reach_module();
    rig.choose(Choice::StoreCertificate {
        path: "EUFS:/datatx/fota_client_key.pem".into(),
        bytes: b"VERYSECRETKEY".to_vec(),
    });
    rig.until(Stage::Module);
    let sent = String::from_utf8_lossy(&rig.sent).into_owned();
    assert!(!sent.contains("VERYSECRETKEY"));

    let mut rig = Rig::new(Settings::default());
    rig.reach_module();
    assert_eq!(
        store(
            &mut rig,
            "EUFS:/datatx/fota_client_key.pem",
            b"VERYSECRETKEY"
        ),
        None
    );
    assert!(!rig.session.journal().contains("VERYSECRETKEY"));
    assert!(
        rig.entries
            .iter()
            .all(|entry| !entry.text.contains("VERYSECRETKEY"))
    );
}
