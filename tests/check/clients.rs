//! Clients with one fault each, and what a check says of them.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use echograph::check::{CheckReport, CheckState, ClientCheck, Verdict, client_checks};

use super::quirky_client::{Quirk, QuirkyClient};
use super::{nobody, report, said, titles};

fn checked(quirk: Quirk) -> CheckReport {
    let (checking, address) = ClientCheck::default().start(nobody()).unwrap();
    let client = QuirkyClient::start(address, quirk);
    let report = report(&checking);
    drop(client);
    report
}

#[test]
fn a_client_without_a_fault_passes_everything() {
    let report = checked(Quirk::Nothing);
    assert!(report.is_good(), "{}", said(&report));
    assert_eq!(report.count(Verdict::Pass), client_checks().len());
    assert!(report.checks.iter().all(|check| check.remarks.is_empty()));
}

#[test]
fn each_fault_of_a_client_fails_the_check_that_is_about_it() {
    for (quirk, faults) in [
        (Quirk::CountsFromZero, &["numbers of the probes"][..]),
        (Quirk::PayloadTooShort, &["size of the payloads"]),
        (
            Quirk::IgnoresRefusals,
            &["404 in the measurement", "refused setup"],
        ),
    ] {
        let report = checked(quirk);
        let failed = titles(&report, Verdict::Fail);
        assert_eq!(failed, faults, "{quirk:?}: {}", said(&report));
    }
}

#[test]
fn a_client_that_does_not_wait_for_echoes_is_told() {
    let report = checked(Quirk::DoesNotWaitForEchoes);
    let failed = titles(&report, Verdict::Fail);
    assert!(failed.contains(&"one probe at a time"), "{}", said(&report));
    assert!(!failed.contains(&"numbers of the probes"));
}

#[test]
fn a_client_that_never_terminates_fails_that_in_each_whole_session() {
    let report = checked(Quirk::NeverTerminates);
    let failed = titles(&report, Verdict::Fail);
    assert_eq!(
        failed,
        [
            "termination",
            "replies in pieces",
            "echo in pieces",
            "late echo"
        ],
        "{}",
        said(&report)
    );
}

#[test]
fn a_client_that_measures_on_after_a_wrong_echo_is_remarked() {
    let report = checked(Quirk::NeverComparesEchoes);
    let failed = titles(&report, Verdict::Fail);
    let goes_on = report
        .checks
        .iter()
        .find(|check| check.title == "wrong echo");
    let remarks = &goes_on.unwrap().remarks;
    assert!(remarks[0].contains("goes on after an echo"), "{remarks:?}");
    assert_eq!(failed, ["404 in the measurement"; 0], "{}", said(&report));
}

#[test]
fn a_client_that_takes_one_read_for_a_line_fails_where_lines_come_in_pieces() {
    let report = checked(Quirk::TakesOneReadForALine);
    let failed = titles(&report, Verdict::Fail);
    assert!(failed.contains(&"replies in pieces"), "{}", said(&report));
    assert!(!failed.contains(&"numbers of the probes"));
}

#[test]
fn several_sessions_on_one_connection_are_checked_one_after_another() {
    let report = checked(Quirk::StaysConnected);
    let failed = titles(&report, Verdict::Fail);
    assert_eq!(failed, ["termination"], "{}", said(&report));
}

#[test]
fn a_client_whose_setup_makes_no_sense_is_told_so_and_nothing_else_is_tried() {
    let report = checked(Quirk::AsksForNothing);
    assert_eq!(titles(&report, Verdict::Fail), ["setup message"]);
    assert!(said(&report).contains("the number of probes is not a whole number"));
    let rest = client_checks().len() - 1;
    assert_eq!(report.count(Verdict::NotApplicable), rest);
}

#[test]
fn a_client_that_does_not_come_is_waited_for_no_longer_than_asked() {
    let check = ClientCheck {
        idle_time: Duration::from_millis(50),
        ..ClientCheck::default()
    };
    let (checking, address) = check.start(nobody()).unwrap();
    let report = report(&checking);
    assert_eq!(report.state, CheckState::Finished);
    assert_eq!(report.count(Verdict::NotApplicable), client_checks().len());
    assert!(!report.is_good());
    assert!(listens_no_more(address));
}

/// Whether the port is free again.
fn listens_no_more(address: SocketAddr) -> bool {
    TcpListener::bind(address).is_ok()
}
