//! A TUN device: IP packets that the kernel sends over it are read from a file, and what is written to
//! the file arrives.

use std::fs::{File, OpenOptions};
use std::os::raw::c_int;

use rustix::io::ioctl_fionbio;
use rustix::ioctl::{Setter, ioctl, opcode};

use super::trouble::Trouble;

/// `TUNSETIFF`, by `linux/if_tun.h`.
const SET_INTERFACE: rustix::ioctl::Opcode = opcode::write::<c_int>(b'T', 202);
/// `IFF_TUN | IFF_NO_PI`: IP packets, with nothing before them.
const IP_PACKETS_ALONE: u16 = 0x1001;

/// What the kernel knows as `struct ifreq`, with flags in its union.
#[repr(C)]
struct InterfaceRequest {
    name: [u8; 16],
    flags: u16,
    rest: [u8; 22],
}

/// Makes a device of that name. It lives as long as the file, whatever namespace it is moved to, and
/// reading it does not wait.
pub fn open(name: &str) -> Result<File, Trouble> {
    let refused = |what: &str| Trouble::Refused(format!("/dev/net/tun: {what}"));
    let device = OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/net/tun")
        .map_err(|error| refused(&error.to_string()))?;
    let mut request = InterfaceRequest {
        name: [0; 16],
        flags: IP_PACKETS_ALONE,
        rest: [0; 22],
    };
    if name.len() >= request.name.len() {
        return Err(Trouble::Broken(format!("{name} is too long a name")));
    }
    request.name[..name.len()].copy_from_slice(name.as_bytes());
    #[expect(
        unsafe_code,
        reason = "this is how a TUN device is made; the request has the size and the layout that the \
                  kernel reads and writes under this number"
    )]
    let made = unsafe { ioctl(&device, Setter::<SET_INTERFACE, _>::new(request)) };
    made.map_err(|error| refused(&error.to_string()))?;
    ioctl_fionbio(&device, true).map_err(|error| refused(&error.to_string()))?;
    Ok(device)
}
