//! Echograph against links whose truth is known, because they are made here: two network namespaces,
//! joined by a link of a set rate or a set delay, with the real program in both. Each check makes what
//! it needs and takes it away again.
//!
//! That needs root, a kernel that gives namespaces, the tbf queue and TUN devices, and processors that
//! are not busy with something else. Without, a check is ignored and says why. With
//! `ECHOGRAPH_GROUND_TRUTH=required` what the kernel refuses is a failure; what others do with the
//! processors is no program's fault and ignored all the same.
//! `ECHOGRAPH_PROGRAM` names another build to measure with, such as a release build.
//!
//! It has a `main` of its own, because no attribute of the usual one can ignore a check for a reason
//! that shows only when it runs. Words after `--` choose checks by name, as they do elsewhere.

#[cfg(target_os = "linux")]
mod ground_truth {
    pub mod delay;
    pub mod limits;
    pub mod namespaces;
    pub mod others;
    pub mod program;
    pub mod rate;
    pub mod relay;
    pub mod slow_server;
    pub mod trouble;
    pub mod tun;
    pub mod waking;
}

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    use ground_truth::{delay, limits, rate, slow_server, trouble};

    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, thinks_ms] = &arguments[..]
        && word == slow_server::WORD
    {
        let served = slow_server::be(thinks_ms);
        eprintln!("{served:?}");
        return std::process::ExitCode::FAILURE;
    }

    let checks: &[trouble::Check] = &[
        (
            "pipelined_goodput_is_the_rate_of_the_link_by_its_headers",
            rate::is_recovered,
        ),
        (
            "what_a_link_adds_to_the_round_trip_is_its_delay",
            delay::is_recovered,
        ),
        ("a_slow_link_is_named", limits::slow_link),
        ("a_long_link_is_named", limits::long_link),
        (
            "a_small_receive_window_is_named",
            limits::small_receive_window,
        ),
        ("a_small_send_buffer_is_named", limits::small_send_buffer),
        ("a_slow_server_is_named", limits::slow_server),
        ("a_server_delay_is_named", limits::server_delay),
    ];
    trouble::run_all(checks, &arguments)
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("ground truth: ignored, network namespaces are Linux's");
}
