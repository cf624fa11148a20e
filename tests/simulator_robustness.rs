//! Whatever a host sends, and whatever a mount answers: the simulated module of each family goes on.

mod simulated_host;

use deltaport::simulator::{Fault, FetchFailure, Served, Settings};
use deltaport::time::Duration;
use proptest::prelude::*;
use simulated_host::{Host, of};

const MODELS: [&str; 6] = [
    "BG95-M3",
    "EG060K-EA",
    "BC660K-GL",
    "BC26",
    "BC20-2018",
    "XY99",
];

/// Commands, values and pieces of both.
const WORDS: &[&str] = &[
    "AT",
    "at+",
    "+QFOTADL",
    "+QFUPL",
    "+QFLST",
    "+QFDEL",
    "+QFLDS",
    "+QCFGEXT",
    "+CPSMS",
    "+IPR",
    "+QSCLK",
    "+CGPADDR",
    "+CFUN",
    "=",
    "?",
    "=?",
    ",",
    ";",
    "\"",
    "\"\"",
    "0",
    "1",
    "2",
    "3",
    "10",
    "13",
    "115200",
    "2048",
    "-1",
    "18446744073709551615",
    "\"COM:\"",
    "\"UFS:a\"",
    "\"EUFS:a\"",
    "\"*\"",
    "\"a\"",
    "\"fota_apn\"",
    "\"fota_http_header\"",
    "\"fota_wd_gpio\"",
    "\"sni\"",
    "\"http://a:80/update.bin\"",
    "\"http://a:80/short.bin\"",
    "\"https://silent.test/update.bin\"",
    "\"ftp://a:b@c:21/update.zip\"",
    "\"coap://\"",
    "\"/usrdata/cache/ufs/a\"",
    "\u{fc}",
    "\r",
    "\n",
    "+++",
    "\u{0}",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_line_upsets_a_module(
        model in 0..MODELS.len(),
        lines in prop::collection::vec(prop::collection::vec(0..WORDS.len(), 0..8), 1..12),
        waits in prop::collection::vec(0u64..90, 12),
        real_http: bool,
    ) {
        let mut host = Host::connected(Settings { real_http, ..of(MODELS[model]) });
        for (line, wait) in lines.iter().zip(waits) {
            let line: String = line.iter().map(|&word| WORDS[word]).collect();
            host.send(format!("AT{line}\r").as_bytes());
            host.seconds(wait);
            while let Some(fetch) = host.fetches.pop() {
                let answer = match wait % 3 {
                    0 => Err(FetchFailure::Status(500)),
                    1 => Ok(Served { bytes: vec![0; 5000], total: 3000 }),
                    _ => Ok(Served { bytes: vec![0; 3000], total: u64::MAX }),
                };
                host.module.fetched(host.now, fetch.id, answer);
            }
        }
        // nothing is stuck for ever
        host.module.cut_power(host.now, Duration::from_secs(1));
        host.seconds(3000);
        for _ in 0..3 {
            host.ask("AT");
        }
        let alive = host.module.is_idle() || host.module.usb_ids().is_none();
        prop_assert!(alive, "{:?}", host.module.commands().collect::<Vec<_>>());
    }

    #[test]
    fn a_download_ends_whatever_goes_wrong_in_it(
        model in 0..5usize,
        percent in 0u8..=110,
        code: u16,
        times in 0u32..8,
        which in 0..6,
    ) {
        let fault = match which {
            0 => Fault::DownloadCode { code, percent },
            1 => Fault::ConnectionBreaks { percent, times },
            2 => Fault::PauseInDownload { percent, pause: Duration::from_secs(u64::from(times)) },
            3 => Fault::ResetInDownload { percent },
            4 => Fault::EndCode { code, percent },
            _ => Fault::Retry { code, times },
        };
        let (host, _) = simulated_host::upgrade(
            of(MODELS[model]).with(fault),
            "http://a:80/update.bin",
        );
        prop_assert!(host.module.is_idle());
    }
}
