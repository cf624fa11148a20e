//! What holds for every stream: cuts change nothing, strangers' lines change nothing, and nothing that
//! a module says can make the core panic, grow without bound, or say "upgraded" without proof.

mod liar;
mod rig;

use std::cell::Cell;

use deltaport::at::{Line, LineSplitter};
use deltaport::dfota::{Choice, Input, Output, PortSettings};
use deltaport::session::{Poll, Session};
use deltaport::simulator::{Fault, Settings};
use deltaport::snapshot::Outcome;
use deltaport::time::{Duration, Instant};
use liar::{Liar, Lie, Plan};
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};
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
    fn a_babbling_module_is_never_upgraded_and_gets_no_start_command(
        says in proptest::collection::vec((0usize..SAYINGS.len(), 0u64..9000), 0..120),
    ) {
        let mut session = Session::new();
        let mut now = Instant::from_millis(0);
        session.handle_input(now, Input::Choice(Choice::Connect(PortSettings::default())));
        session.handle_input(now, Input::PortOpened(None));
        for (saying, pause) in says {
            now += Duration::from_millis(pause);
            session.handle_input(now, Input::Bytes(format!("\r\n{}\r\n", SAYINGS[saying]).as_bytes()));
            while let Poll::Output(output) = session.poll_output() {
                let start = Output::Write(b"AT+QFOTADL=1\r".to_vec());
                let is_data = matches!(output, Output::WriteSlice { .. });
                prop_assert!(!is_data && output != start);
            }
        }
        let verdict = session.snapshot().verdict;
        prop_assert_ne!(verdict.map(|verdict| verdict.outcome), Some(Outcome::Upgraded));
        prop_assert!(session.journal().len() < 2 << 20);
    }
}

/// What a lying module says beside the truth, or for it.
fn lie() -> impl Strategy<Value = Lie> {
    let saying = (0..SAYINGS.len()).prop_map(|at| SAYINGS[at]);
    prop_oneof![
        Just(Lie::Silence),
        Just(Lie::OtherValue),
        saying.clone().prop_map(Lie::Instead),
        saying.clone().prop_map(Lie::Before),
        saying.prop_map(Lie::After),
    ]
}

/// What a module reports of its update: in order, in any order, or nothing.
fn reports() -> impl Strategy<Value = Vec<(&'static str, u64)>> {
    const USUAL: [&str; 6] = [
        "+QIND: \"FOTA\",\"RESETTING\"",
        "+QIND: \"FOTA\",\"START\"",
        "+QIND: \"FOTA\",\"UPDATING\",55%",
        "+QIND: \"FOTA\",\"END\",0",
        "RDY",
        "APP RDY",
    ];
    let pause = prop_oneof![4 => 10u64..9000, 1 => 9000u64..900_000];
    let saying = prop_oneof![
        3 => (0..USUAL.len()).prop_map(|at| USUAL[at]),
        1 => (0..SAYINGS.len()).prop_map(|at| SAYINGS[at]),
    ];
    prop_oneof![
        proptest::collection::vec(pause.clone(), USUAL.len())
            .prop_map(|pauses| USUAL.into_iter().zip(pauses).collect()),
        proptest::collection::vec((saying, pause), 0..12),
    ]
}

fn plan() -> impl Strategy<Value = Plan> {
    // A run asks some forty things; the first fifth of them decides whether there is a run at all.
    let lies = proptest::collection::vec((4usize..60, lie()), 0..4);
    (lies, reports(), any::<bool>()).prop_map(|(lies, reports, updates)| Plan {
        lies,
        reports,
        updates,
    })
}

/// Proves X-09, X-10, X-12, X-25.
#[test]
fn a_lying_module_gets_no_start_without_proof_no_byte_too_many_and_no_false_verdict() {
    const CASES: u32 = 600;
    let tally = Cell::new([0; 4]);
    let count = |what: usize| {
        let mut numbers = tally.get();
        numbers[what] += 1;
        tally.set(numbers);
    };
    let config = ProptestConfig {
        cases: CASES,
        ..ProptestConfig::with_source_file(file!())
    };
    let result = TestRunner::new(config).run(&plan(), |plan| {
        let mut liar = Liar::new(plan);
        let end = liar.run();
        let ended = end.and_then(|verdict| {
            liar.check_data()?;
            liar.check_start()?;
            liar.check_peace()?;
            if let Some(verdict) = &verdict {
                liar.check_verdict(verdict)?;
            }
            Ok(verdict)
        });
        let verdict =
            ended.map_err(|why| TestCaseError::fail(format!("{why}\n{}", liar.journal())))?;
        match verdict.map(|verdict| verdict.outcome) {
            Some(Outcome::Upgraded) => count(0),
            Some(Outcome::NotUpgraded) if liar.started() => count(1),
            Some(Outcome::CannotTell) => count(2),
            _ => count(3),
        }
        Ok(())
    });
    assert!(result.is_ok(), "{}", result.unwrap_err());
    // Lies that are found out at once would prove nothing.
    let tally = tally.get();
    assert!(tally.into_iter().all(|number| number > 10), "{tally:?}");
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
