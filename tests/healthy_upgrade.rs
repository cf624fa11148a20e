//! A healthy BG95, from the port to the verdict.

mod rig;

use deltaport::simulator::{Link, Settings};
use deltaport::snapshot::{Outcome, Remark, Stage};
use rig::{NEW, OLD, Rig, assert_verdict};

/// Proves N2-021, N2-030, N2-033, N2-061, N2-082.
#[test]
fn a_module_on_its_uart_is_upgraded_and_proved() {
    let mut rig = Rig::new(Settings::default());
    let verdict = rig.upgrade();
    assert_verdict(&verdict, Outcome::Upgraded, None);
    assert_eq!(verdict.old_version.as_deref(), Some(OLD));
    assert_eq!(verdict.new_version.as_deref(), Some(NEW));
    assert_eq!(verdict.remarks, []);
    assert_eq!(rig.module.version(), NEW);
}

#[test]
fn a_module_on_its_own_usb_is_upgraded_blind_and_proved_x_18() {
    let mut rig = Rig::new(Settings {
        link: Link::Usb,
        ..Settings::default()
    });
    let verdict = rig.upgrade();
    assert_verdict(&verdict, Outcome::Upgraded, None);
    assert_eq!(verdict.new_version.as_deref(), Some(NEW));
    assert_eq!(verdict.remarks, [Remark::Blind]);
}

/// Proves N2-061, N2-073.
#[test]
fn exactly_the_announced_bytes_leave_after_connect_x_09() {
    for size in [100, 101, 4096, 65_537] {
        let mut rig = Rig::new(Settings::default());
        rig.file = deltaport::simulator::sample_package(OLD, NEW, size);
        rig.upgrade();
        assert_eq!(rig.data, rig.file, "{size} bytes");
    }
}

#[test]
fn the_stages_of_a_run_come_in_order() {
    let mut rig = Rig::new(Settings::default());
    rig.upgrade();
    let stages: Vec<Stage> = rig.stages.iter().map(|(_, stage)| *stage).collect();
    use Stage::{
        Checking, Comparing, Done, Greeting, Identifying, Listening, Module, Opening, Preparing,
        Ready, Resetting, Starting, Updating, Uploading, Verifying,
    };
    assert_eq!(
        stages,
        [
            Opening,
            Listening,
            Greeting,
            Identifying,
            Module,
            Checking,
            Preparing,
            Uploading,
            Comparing,
            Ready,
            Starting,
            Resetting,
            Updating,
            Verifying,
            Done
        ]
    );
}
