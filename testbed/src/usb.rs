//! A mocked USB bus with serial ports, for one process tree.
//!
//! The browser finds serial ports through udev: it scans `/sys/class/tty`, reads each device's
//! properties and hears of plugging over a netlink socket. Debian's `libumockdev-preload.so.0`
//! redirects `/sys`, `/dev` and that socket of one process tree into a folder. A [`Bus`] is that
//! folder, and the messages that udev's daemon would send.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, symlink};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

/// The shared object that redirects a process tree into the bus's folder.
pub(crate) const PRELOAD: &str = "libumockdev-preload.so.0";

/// What the kernel lists where USB serial drivers are loaded. The browser takes a tty for a serial
/// port only when its device number belongs to a driver of the type `serial`.
const TTY_DRIVERS: &str = "\
/dev/tty             /dev/tty        5       0 system:/dev/tty
/dev/console         /dev/console    5       1 system:console
/dev/ptmx            /dev/ptmx       5       2 system
usbserial            /dev/ttyUSB   188   0-511 serial
pty_slave            /dev/pts      136 0-1048575 pty:slave
pty_master           /dev/ptm      128 0-1048575 pty:master
";

/// The major number of USB serial ports.
const USB_SERIAL: u32 = 188;

/// How a USB serial port presents itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// USB vendor id.
    pub vendor: u16,
    /// USB product id.
    pub product: u16,
    /// Serial number.
    pub serial: String,
    /// Product name, as choosers show it.
    pub name: String,
    /// Number of the USB interface.
    pub interface: u8,
}

impl Identity {
    /// The AT port of a BG95 on its own USB connector.
    pub fn bg95() -> Self {
        Self {
            vendor: 0x2c7c,
            product: 0x0700,
            serial: "0123456789ABCDEF".into(),
            name: "BG95 AT port".into(),
            interface: 2,
        }
    }

    /// A USB to UART bridge (CP210x), as evaluation boards carry one.
    pub fn bridge() -> Self {
        Self {
            vendor: 0x10c4,
            product: 0xea60,
            serial: "0001".into(),
            name: "CP2102 USB to UART bridge".into(),
            interface: 0,
        }
    }
}

#[derive(Debug)]
struct Port {
    identity: Identity,
    pty: PathBuf,
    /// Below `/sys`, from the root of the devices.
    path: String,
    number: (u32, u32),
}

impl Port {
    /// The folder of the USB device, which goes when the device goes.
    fn device_folder(&self) -> &str {
        let end = self.path.match_indices('/').nth(4).map(|(at, _)| at);
        end.map_or(self.path.as_str(), |end| &self.path[..end])
    }

    /// The properties that udev knows. The device name is the pty itself: the preload library would
    /// emulate the terminal calls on a `/dev/ttyUSB0`.
    fn properties(&self) -> Vec<(&'static str, String)> {
        let Identity {
            vendor,
            product,
            serial,
            name,
            interface,
        } = &self.identity;
        let mut properties = vec![
            ("SUBSYSTEM", "tty".into()),
            ("DEVNAME", self.pty.display().to_string()),
            ("MAJOR", self.number.0.to_string()),
            ("MINOR", self.number.1.to_string()),
            ("ID_BUS", "usb".into()),
            ("ID_VENDOR_ID", format!("{vendor:04x}")),
            ("ID_MODEL_ID", format!("{product:04x}")),
            ("ID_MODEL", name.replace(' ', "_")),
            ("ID_MODEL_ENC", name.replace(' ', "\\x20")),
            ("ID_USB_INTERFACE_NUM", format!("{interface:02x}")),
        ];
        if !serial.is_empty() {
            properties.push(("ID_SERIAL_SHORT", serial.clone()));
        }
        properties
    }
}

/// A mocked USB bus. Its folder goes when it is dropped.
#[derive(Debug)]
pub struct Bus {
    root: PathBuf,
    /// The device number of a real driver of the type `serial`, where the machine has one.
    real_number: Option<(u32, u32)>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    ports: BTreeMap<String, Port>,
    messages: u64,
}

impl Bus {
    /// An empty bus.
    pub fn new() -> io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        // Short, because it holds sockets, whose paths may have 107 bytes.
        let root = std::env::temp_dir().join(format!(
            "dpbus-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        ));
        fs::DirBuilder::new().mode(0o700).create(&root)?;
        for folder in ["sys/class/tty", "sys/bus", "sys/devices"] {
            fs::create_dir_all(root.join(folder))?;
        }
        let bus = Self {
            real_number: real_serial_number(&fs::read_to_string("/proc/tty/drivers")?),
            root,
            state: Mutex::default(),
        };
        if bus.real_number.is_none() {
            bus.mock_drivers()?;
        }
        Ok(bus)
    }

    /// Lays a folder over `/proc` that leads to the real one except for the list of drivers.
    fn mock_drivers(&self) -> io::Result<()> {
        let proc = self.root.join("proc");
        fs::create_dir_all(proc.join("tty"))?;
        for entry in fs::read_dir("/proc")? {
            let name = entry?.file_name();
            let is_process = name.to_string_lossy().bytes().all(|b| b.is_ascii_digit());
            if !is_process && name != "tty" {
                symlink(Path::new("/proc").join(&name), proc.join(&name))?;
            }
        }
        fs::write(proc.join("tty/drivers"), TTY_DRIVERS)
    }

    /// The environment in which a process sees this bus in place of the machine's.
    pub fn environment(&self) -> Vec<(String, String)> {
        let preload = match std::env::var("LD_PRELOAD") {
            Ok(others) if !others.is_empty() => format!("{PRELOAD}:{others}"),
            _ => PRELOAD.into(),
        };
        vec![
            ("LD_PRELOAD".into(), preload),
            ("UMOCKDEV_DIR".into(), self.root.display().to_string()),
            ("SYSTEMD_DEVICE_VERIFY_SYSFS".into(), "0".into()),
        ]
    }

    /// Plugs in a port: `index` 0 is `ttyUSB0`, and `pty` what a program gets when it opens it.
    pub fn plug(&self, index: u32, identity: &Identity, pty: &Path) -> io::Result<()> {
        let name = format!("ttyUSB{index}");
        let slot = index + 1;
        let port = Port {
            identity: identity.clone(),
            pty: pty.to_owned(),
            path: format!(
                "/devices/mock/usb1/1-{slot}/1-{slot}:1.{}/{name}/tty/{name}",
                identity.interface
            ),
            number: self.real_number.unwrap_or((USB_SERIAL, index)),
        };
        let folder = self.root.join(format!("sys{}", port.path));
        fs::create_dir_all(&folder)?;
        // The database of udev is not mocked, so its properties stand where the kernel's do.
        let uevent: String = port
            .properties()
            .iter()
            .filter(|(key, _)| *key != "SUBSYSTEM")
            .map(|(key, value)| match *key {
                "DEVNAME" => format!("DEVNAME={}\n", value.trim_start_matches("/dev/")),
                _ => format!("{key}={value}\n"),
            })
            .collect();
        fs::write(folder.join("uevent"), uevent)?;
        let (major, minor) = port.number;
        fs::write(folder.join("dev"), format!("{major}:{minor}\n"))?;
        let class = self.root.join("sys/class/tty");
        let up = "../".repeat(port.path.matches('/').count());
        symlink(format!("{up}class/tty"), folder.join("subsystem"))?;
        symlink(format!("../..{}", port.path), class.join(&name))?;

        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        self.tell("add", &port, &mut state.messages)?;
        state.ports.insert(name, port);
        Ok(())
    }

    /// Takes a port away. Whoever has it open must have been hung up before.
    pub fn unplug(&self, index: u32) -> io::Result<()> {
        let name = format!("ttyUSB{index}");
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(port) = state.ports.remove(&name) else {
            return Ok(());
        };
        fs::remove_file(self.root.join("sys/class/tty").join(&name))?;
        fs::remove_dir_all(self.root.join(format!("sys{}", port.device_folder())))?;
        self.tell("remove", &port, &mut state.messages)
    }

    /// Sends a message to everyone on this bus who listens for plugging.
    fn tell(&self, action: &str, port: &Port, count: &mut u64) -> io::Result<()> {
        *count += 1;
        let mut body = Vec::new();
        let head = [
            ("ACTION", action.to_owned()),
            ("DEVPATH", port.path.clone()),
            ("SEQNUM", count.to_string()),
        ];
        for (key, value) in head.into_iter().chain(port.properties()) {
            body.extend_from_slice(format!("{key}={value}\0").as_bytes());
        }
        let message = udev_message("tty", &body);
        let socket = UnixDatagram::unbound()?;
        for entry in fs::read_dir(&self.root)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with("event") {
                match socket.send_to(&message, entry.path()) {
                    Ok(_) => {}
                    // A listener that has gone away.
                    Err(error)
                        if matches!(
                            error.kind(),
                            io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound
                        ) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.root) {
            eprintln!("testbed: {} is left behind: {error}", self.root.display());
        }
    }
}

/// The device number of some driver of the type `serial` in the kernel's list.
fn real_serial_number(drivers: &str) -> Option<(u32, u32)> {
    drivers.lines().find_map(|line| {
        let fields: Vec<_> = line.split_whitespace().collect();
        match fields[..] {
            [_, _, major, minors, "serial"] => {
                let first = minors.split('-').next()?;
                Some((major.parse().ok()?, first.parse().ok()?))
            }
            _ => None,
        }
    })
}

/// A message of udev's monitor: its header, then the properties.
fn udev_message(subsystem: &str, properties: &[u8]) -> Vec<u8> {
    const HEADER_LENGTH: u32 = 40;
    let length = u32::try_from(properties.len()).unwrap_or(u32::MAX);
    let mut message = b"libudev\0".to_vec();
    message.extend(0xfeed_cafe_u32.to_be_bytes());
    message.extend(HEADER_LENGTH.to_ne_bytes());
    message.extend(HEADER_LENGTH.to_ne_bytes());
    message.extend(length.to_ne_bytes());
    message.extend(murmur2(subsystem.as_bytes()).to_be_bytes());
    // No device type and no tags.
    message.extend([0; 12]);
    message.extend(properties);
    message
}

/// MurmurHash2 with seed 0, by which udev's listeners filter.
fn murmur2(data: &[u8]) -> u32 {
    const M: u32 = 0x5bd1_e995;
    let mut hash = u32::try_from(data.len()).unwrap_or(u32::MAX);
    let mut words = data.chunks_exact(4);
    for word in &mut words {
        let mut k = u32::from_le_bytes([word[0], word[1], word[2], word[3]]).wrapping_mul(M);
        k = (k ^ (k >> 24)).wrapping_mul(M);
        hash = hash.wrapping_mul(M) ^ k;
    }
    let rest = words.remainder();
    if !rest.is_empty() {
        let mut word = [0; 4];
        word[..rest.len()].copy_from_slice(rest);
        hash = (hash ^ u32::from_le_bytes(word)).wrapping_mul(M);
    }
    hash = (hash ^ (hash >> 13)).wrapping_mul(M);
    hash ^ (hash >> 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_device_number_is_that_of_a_serial_driver() {
        let drivers = "ptmx /dev/ptmx 5 2 system\nserial /dev/ttyS 4 64-67 serial\n";
        assert_eq!(real_serial_number(drivers), Some((4, 64)));
        assert_eq!(real_serial_number("ptmx /dev/ptmx 5 2 system\n"), None);
        assert_eq!(real_serial_number(TTY_DRIVERS), Some((188, 0)));
    }

    #[test]
    fn the_hash_of_the_subsystem_is_the_one_that_udev_filters_by() {
        // Values of another implementation; the lengths leave 0, 3, 1 and 2 bytes over.
        assert_eq!(murmur2(b""), 0);
        assert_eq!(murmur2(b"tty"), 0x8afa_90c8);
        assert_eq!(murmur2(b"block"), 0xf003_1db7);
        assert_eq!(murmur2(b"usb_serial"), 0x24ae_3230);
    }

    #[test]
    fn a_plugged_port_is_found_by_its_class_and_gone_after_unplugging() {
        let bus = Bus::new().unwrap();
        bus.plug(0, &Identity::bg95(), Path::new("/dev/pts/7"))
            .unwrap();
        let entry = bus.root.join("sys/class/tty/ttyUSB0");
        let uevent = fs::read_to_string(entry.join("uevent")).unwrap();
        assert!(uevent.contains("ID_VENDOR_ID=2c7c\n"), "{uevent}");
        assert!(uevent.contains("DEVNAME=pts/7\n"), "{uevent}");
        let class = fs::canonicalize(entry.join("subsystem")).unwrap();
        assert_eq!(class, bus.root.join("sys/class/tty"));
        bus.unplug(0).unwrap();
        assert!(!entry.exists());
        assert!(!bus.root.join("sys/devices/mock/usb1/1-1").exists());
    }
}
