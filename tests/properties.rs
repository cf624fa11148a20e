//! What holds for every stream: cuts change nothing, strangers' lines change nothing, and nothing that
//! a module says can make the core panic, grow without bound, or say "upgraded" without proof.

mod rig;

use deltaport::at::{Line, LineSplitter};
use deltaport::dfota::{Choice, Input, PortSettings};
use deltaport::session::{Poll, Session};
use deltaport::simulator::{Fault, Settings};
use deltaport::snapshot::{Outcome, Stage};
use deltaport::time::{Duration, Instant};
use proptest::prelude::*;
use rig::Rig;

/// Lines that modules say, and lines that none should.
const SAYINGS: &[&str] = &[
    "OK",
    "ERROR",
    "+CME ERROR: 591",
    "CONNECT",
    "CONNECT 115200",
    "NO CARRIER",
    "RDY",
    "APP RDY",
    "+QIND: \"FOTA\",\"RESETTING\"",
    "+QIND: \"FOTA\",\"START\"",
    "+QIND: \"FOTA\",\"UPDATING\",55%",
    "+QIND: \"FOTA\",\"END\",0",
    "+QIND: \"FOTA\",\"END\",511",
    "+QFOTADL: 20000,c31e",
    "+QFOTADL: 4,20000",
    "+QFOTADL: 12,99999999999999999999",
    "+QFOTADL: ,,",
    "BG95-M3",
    "Quectel",
    "Revision: BG95M3LAR02A03",
    "BG95M3LAR02A03_01.012.01.012",
    "POWERED DOWN",
    "+IPR: 57600",
    "F1: 0000 0000",
    "+QIND: \"FOTA\",\"UPDA",
    "AT",
    ">",
    "\u{7f}\u{0}\u{1}",
    "$GPGGA,0",
];

/// The lines and result codes of a stream, whatever its pieces.
fn events(pieces: &[&[u8]]) -> Vec<String> {
    let mut splitter = LineSplitter::new();
    let mut events = Vec::new();
    for piece in pieces {
        splitter.push(piece, |line| events.push(format!("{:?}", Line::of(line))));
    }
    events
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_stream_cut_anywhere_gives_the_same_events_x_03(
        stream in proptest::collection::vec(any::<u8>(), 0..400),
        cuts in proptest::collection::vec(0usize..400, 0..20),
    ) {
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(stream.len())).collect();
        cuts.sort_unstable();
        let mut pieces = Vec::new();
        let mut from = 0;
        for cut in cuts {
            pieces.push(&stream[from..cut]);
            from = cut;
        }
        pieces.push(&stream[from..]);
        prop_assert_eq!(events(&pieces), events(&[&stream]));
        let bytes: Vec<&[u8]> = stream.chunks(1).collect();
        prop_assert_eq!(events(&bytes), events(&[&stream]));
    }

    #[test]
    fn a_whole_run_in_pieces_of_any_size_is_the_same_run_x_03(piece in 1usize..40) {
        let mut whole = Rig::new(Settings::default());
        let mut cut = Rig::new(Settings::default());
        cut.piece = piece;
        let (a, b) = (whole.upgrade(), cut.upgrade());
        prop_assert_eq!(a, b);
        prop_assert_eq!(whole.commands, cut.commands);
    }

    #[test]
    fn a_stranger_line_at_any_time_changes_no_verdict_x_06(
        after in 0u64..6000,
        line in prop_oneof![
            Just("+QIND: \"csq\",20,99"), Just("+CEREG: 1"), Just("+QIND: SMS DONE"),
            Just("+QFOTA: 1,2"), Just("hello world"), Just("+QIND: \"FOTA\",\"Something new\",7"),
            Just("+CME"), Just("RING"), Just("+CPIN: READY"),
        ],
    ) {
        let fault = Fault::Unasked { line: line.to_owned(), after: Duration::from_millis(after) };
        let mut rig = Rig::new(Settings { line_rate: Some(115_200), ..Settings::default() }.with(fault));
        let verdict = rig.upgrade();
        prop_assert_eq!(verdict.outcome, Outcome::Upgraded);
        prop_assert_eq!(verdict.remarks, []);
    }

    #[test]
    fn an_adversarial_module_gets_no_upgraded_no_panic_and_no_early_byte(
        says in proptest::collection::vec((0usize..SAYINGS.len(), 0u64..9000), 0..120),
    ) {
        let mut session = Session::new();
        let mut now = Instant::from_millis(0);
        let mut told_version = Vec::new();
        let mut connect_seen = false;
        session.handle_input(now, Input::Choice(Choice::Connect(PortSettings::default())));
        session.handle_input(now, Input::PortOpened(None));
        for (saying, pause) in says {
            let saying = SAYINGS[saying];
            now += Duration::from_millis(pause);
            connect_seen |= saying.starts_with("CONNECT");
            told_version.push(saying);
            session.handle_input(now, Input::Bytes(format!("\r\n{saying}\r\n").as_bytes()));
            if session.snapshot().stage == Stage::Module {
                let rig = Rig::new(Settings::default());
                let digest = rig::digest(&rig.file);
                session.handle_input(now, Input::Choice(Choice::Package(facts(&digest))));
                session.handle_input(
                    now,
                    Input::Choice(Choice::Start { unknown_model: true, preset_go: true }),
                );
                session.handle_input(now, Input::Digest(Ok(digest)));
            }
            while let Poll::Output(output) = session.poll_output() {
                if let deltaport::dfota::Output::WriteSlice { .. } = output {
                    prop_assert!(connect_seen, "data before CONNECT");
                }
            }
        }
        let verdict = session.snapshot().verdict;
        if let Some(verdict) = verdict.filter(|verdict| verdict.outcome == Outcome::Upgraded) {
            prop_assert!(verdict.new_version.is_some() && verdict.new_version != verdict.old_version);
        }
        prop_assert!(session.journal().len() < 2 << 20);
    }
}

fn facts(digest: &deltaport::dfota::Digest) -> deltaport::snapshot::PackageFacts {
    deltaport::snapshot::PackageFacts {
        name: "update.zip".into(),
        size: digest.size,
        sha256: digest.sha256.clone(),
        checksum: digest.checksum,
        from_version: None,
        to_version: None,
    }
}

#[test]
fn endless_streams_are_bounded() {
    let mut session = Session::new();
    let now = Instant::from_millis(0);
    session.handle_input(now, Input::Choice(Choice::Connect(PortSettings::default())));
    session.handle_input(now, Input::PortOpened(None));
    for n in 0..3000u64 {
        let now = Instant::from_millis(n);
        session.handle_input(now, Input::Bytes(&[b'x'; 1000]));
        session.handle_input(now, Input::Bytes(b"+QIND: SMS DONE\r\n+X: 1\r\n"));
        while let Poll::Output(_) = session.poll_output() {}
    }
    assert!(session.journal().len() < 4 << 20);
}
