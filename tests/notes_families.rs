//! What each family can do, as its note says it.

use deltaport::at::{Command, Setting};
use deltaport::family::{
    BC26, BC660K, BG95, Certificate, EG06XK, FAMILIES, Family, Role, Scheme, id_of,
};
use deltaport::snapshot::FamilyId;
use deltaport::time::Duration;

/// Proves N3-02.
#[test]
fn every_model_of_the_notes_is_known_by_name() {
    for (models, id) in [
        (&["BC660K-GL"][..], FamilyId::Bc660k),
        (&["BG95-M3", "BG95-M1", "BG77", "BG600L-M3"], FamilyId::Bg95),
        (
            &[
                "EG065K-NA",
                "EG060K-EA",
                "EM120K-GL",
                "EG120K-EA",
                "EM060K-GL",
            ],
            FamilyId::Eg06xk,
        ),
        (&["BC20", "BC26"], FamilyId::Bc26),
    ] {
        for model in models {
            assert_eq!(id_of(model), Some(id), "{model}");
        }
    }
    for model in ["EG06-E", "EM061K-GL", "BC66", "BC28", "BG96"] {
        assert_eq!(id_of(model), None, "{model} is in no note");
    }
}

/// Proves N1-03, N2-006, N2-007, N3-04, N4-03, N5-03.
#[test]
fn before_a_download_each_family_is_asked_what_its_note_asks_for() {
    for (family, asked) in [
        (
            &BC660K,
            &[
                Command::SignalDetail,
                Command::EpsRegistration,
                Command::Registration,
                Command::AddressesRead,
            ][..],
        ),
        (
            &BG95,
            &[
                Command::Signal,
                Command::EpsRegistration,
                Command::PacketRegistration,
                Command::Operator,
                Command::ReadSetting(Setting::Apn),
            ],
        ),
        // Its note asks for nothing, but downloads over LTE and WCDMA.
        (&EG06XK, &[Command::EpsRegistration, Command::Registration]),
        (
            &BC26,
            &[
                Command::SignalDetail,
                Command::EpsRegistration,
                Command::Attached,
                Command::FirstAddress,
            ],
        ),
    ] {
        for command in asked {
            assert!(family.readiness.contains(command), "{command:?}");
        }
        assert_eq!(family.readiness.first(), Some(&Command::SimState));
        let expects_answer = |command: &Command| command.may_be_repeated();
        assert!(family.readiness.iter().all(expects_answer));
    }
}

/// Proves N2-008, N2-106.
#[test]
fn packages_come_by_the_ways_that_each_note_describes() {
    let ways = |family: &Family| {
        (
            family.routes.len(),
            family.com_upload,
            family.copies,
            family.file_path.is_some(),
        )
    };
    assert_eq!(ways(&BG95), (6, true, true, false));
    assert_eq!(ways(&EG06XK), (3, false, false, true));
    assert_eq!(ways(&BC660K), (1, false, false, false));
    assert_eq!(ways(&BC26), (1, false, false, false));
    for family in [&EG06XK, &BC660K, &BC26] {
        assert!(!family.segments && !family.trigger_mode && !family.settings);
    }
    const { assert!(BG95.segments && BG95.trigger_mode && BG95.settings) };
}

/// Proves N2-040, N3-10, N3-16.
#[test]
fn progress_of_a_download_is_expected_only_where_the_note_has_it() {
    for scheme in [Scheme::Http, Scheme::Https, Scheme::Ftp, Scheme::Ftps] {
        assert!(BG95.reports_download(scheme), "{scheme:?}");
    }
    for scheme in [Scheme::Coap, Scheme::Coaps] {
        assert!(!BG95.reports_download(scheme), "{scheme:?}");
    }
    assert!(!EG06XK.reports_download(Scheme::Http) && !EG06XK.reports_download(Scheme::Ftp));
    assert!(BC660K.reports_download(Scheme::Http) && BC26.reports_download(Scheme::Http));
}

fn names(scheme: Scheme) -> Vec<(Role, &'static str)> {
    let files = BG95.certificates_for(scheme);
    files.map(|file| (file.role, file.path)).collect()
}

/// Proves N2-035, N2-043, N2-044, N2-053.
#[test]
fn certificates_have_the_names_of_the_note_and_its_doubtful_ones_are_marked() {
    use Role::{Client, Key, Root, SharedKey};
    assert_eq!(
        names(Scheme::Https),
        [
            (Root, "EUFS:/datatx/fota_cacert.pem"),
            (Client, "EUFS:/datatx/fota_client_cert.pem"),
            (Key, "EUFS:/datatx/fota_client_key.pem"),
        ]
    );
    assert_eq!(
        names(Scheme::Ftps),
        [
            (Root, "EUFS:/datatx/ftp_fota_cacert.pem"),
            (Client, "EUFS:/datatx/ftp_fota_client_cert.pem"),
            (Key, "EUFS:/datatx/ftp_fota_client_key.pem"),
        ]
    );
    // Certificates or a shared key.
    assert_eq!(
        names(Scheme::Coaps),
        [
            (Root, "EUFS:/datatx/ssl/coap-cert.pem"),
            (Client, "EUFS:/datatx/ssl/coap-cacert.pem"),
            (Key, "EUFS:/datatx/ssl/coap-key.pem"),
            (SharedKey, "EUFS:/datatx/ssl/coap_fota.psk"),
        ]
    );
    let doubtful: Vec<&Certificate> = BG95
        .certificates
        .iter()
        .filter(|file| file.doubtful)
        .collect();
    assert!(doubtful.iter().all(|file| file.scheme == Scheme::Coaps));
    assert_eq!(doubtful.len(), 2);
    for scheme in [Scheme::Http, Scheme::Ftp, Scheme::Coap] {
        assert_eq!(names(scheme), []);
    }
    for family in [&EG06XK, &BC660K, &BC26] {
        assert_eq!(family.certificates, []);
    }
}

#[test]
fn waits_that_a_note_or_a_network_asks_for() {
    let seconds = |n| Duration::from_secs(n);
    for family in FAMILIES {
        let times = &family.times;
        assert_eq!(times.first_report, seconds(90), "N3-22");
        // Narrow-band networks need half an hour; more than twelve minutes of silence were seen.
        let (silence, total) = if family.id == FamilyId::Eg06xk {
            (600, 1800)
        } else {
            (900, 3600)
        };
        assert_eq!(times.download_silence, seconds(silence));
        assert_eq!(times.download_total, seconds(total));
    }
}
