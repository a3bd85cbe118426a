//! Servers with one fault each, and what a check says of them.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use echograph::check::{
    CheckEvent, CheckReport, CheckState, Checked, Event, ServerCheck, Verdict, server_checks,
};

use super::quirky_server::{Quirk, QuirkyServer};
use super::{nobody, report, said, titles};

fn check_of(server: &QuirkyServer) -> ServerCheck {
    ServerCheck::of(&server.address.ip().to_string(), server.address.port())
}

fn checked(quirk: Quirk) -> CheckReport {
    let server = QuirkyServer::start(quirk);
    let check = ServerCheck {
        // One that dies for good need not be waited for as long as a person takes.
        return_time: Duration::from_secs(if quirk == Quirk::DiesOfAnEmptyConnectionAndReturns {
            60
        } else {
            1
        }),
        ..check_of(&server)
    };
    report(&check.start(nobody()).unwrap())
}

fn find<'a>(report: &'a CheckReport, title: &str) -> &'a Checked {
    let found = report.checks.iter().find(|check| check.title == title);
    found.unwrap_or_else(|| panic!("no check is called {title}"))
}

#[test]
fn a_server_without_a_fault_passes_everything() {
    let report = checked(Quirk::Nothing);
    assert!(report.is_good(), "{}", said(&report));
    assert_eq!(report.count(Verdict::Pass), server_checks().len());
    let remarks: Vec<_> = report.checks.iter().flat_map(|one| &one.remarks).collect();
    assert_eq!(remarks, [""; 0]);
    let setup = find(&report, "unknown letter");
    let lines: Vec<&str> = setup
        .exchange
        .iter()
        .map(|line| line.text.as_str())
        .collect();
    assert!(lines.contains(&"x rtt 20 100 0\\n"), "{lines:?}");
    assert!(lines.contains(&"404 ERROR: Invalid Connection Setup Message\\n"));
}

#[test]
fn a_server_that_ends_after_a_session_fails_that_and_the_rest_is_not_applicable() {
    let report = checked(Quirk::EndsAfterASession);
    assert_eq!(titles(&report, Verdict::Fail), ["a second session"]);
    // What was seen in the one session is judged.
    assert_eq!(report.count(Verdict::Pass), 5);
    let rest = find(&report, "type tput");
    assert!(
        rest.detail.contains("the server is gone"),
        "{}",
        rest.detail
    );
}

#[test]
fn a_server_that_dies_of_a_split_setup_is_said_to_have_died_of_it() {
    let report = checked(Quirk::DiesOfASplitSetup);
    assert_eq!(titles(&report, Verdict::Fail), ["setup in two pieces"]);
    let fatal = find(&report, "setup in two pieces");
    assert!(
        fatal.detail.contains("the server is dead"),
        "{}",
        fatal.detail
    );
    assert!(
        fatal.detail.contains("\"s rtt 20\", then \" 100 0\\n\""),
        "{}",
        fatal.detail
    );
    assert_eq!(report.deaths.len(), 1);
    let next = find(&report, "probe in two pieces");
    assert_eq!(next.verdict, Verdict::NotApplicable);
}

#[test]
fn a_server_that_never_looks_at_numbers_fails_the_checks_of_numbers() {
    let report = checked(Quirk::NeverLooksAtNumbers);
    let numbers = [
        "number 2 first",
        "number repeated",
        "number skipped",
        "number is no number",
    ];
    assert_eq!(titles(&report, Verdict::Fail), numbers, "{}", said(&report));
}

#[test]
fn a_server_that_echoes_the_payload_alone_fails_the_echo_and_is_checked_for_the_rest() {
    let report = checked(Quirk::EchoesThePayload);
    let failed = titles(&report, Verdict::Fail);
    assert_eq!(failed, ["echoes of a plain session"], "{}", said(&report));
    assert_eq!(report.count(Verdict::NotApplicable), 0);
}

#[test]
fn a_server_that_closes_without_a_404_fails_every_refusal() {
    let report = checked(Quirk::ClosesWithoutA404);
    let checks = report.checks.iter();
    let refusals: Vec<&str> = checks
        .filter(|check| check.expects.ends_with("then a close"))
        .map(|check| check.title.as_str())
        .collect();
    assert!(refusals.len() > 20);
    assert_eq!(
        titles(&report, Verdict::Fail),
        refusals,
        "{}",
        said(&report)
    );
    let cut_off = find(&report, "stream ends inside a probe");
    assert!(cut_off.remarks[0].contains("without a 404"));
}

#[test]
fn the_unit_of_the_delay_is_found_and_a_delay_that_is_ignored_fails() {
    let seconds = checked(Quirk::DelaysInSeconds);
    assert!(seconds.is_good(), "{}", said(&seconds));
    let unit = find(&seconds, "delay and its unit");
    assert!(
        unit.remarks[0].contains("unit is seconds"),
        "{:?}",
        unit.remarks
    );

    let ignored = checked(Quirk::IgnoresTheDelay);
    assert_eq!(titles(&ignored, Verdict::Fail), ["delay and its unit"]);
    let once = find(&ignored, "delay once for each echo");
    assert_eq!(once.verdict, Verdict::NotApplicable);
}

#[test]
fn a_server_that_dies_of_an_empty_connection_has_shown_everything_else_before() {
    let report = checked(Quirk::DiesOfAnEmptyConnection);
    assert_eq!(titles(&report, Verdict::Fail), ["empty connection"]);
    assert_eq!(report.count(Verdict::NotApplicable), 0);
}

#[test]
fn a_server_that_is_started_again_is_gone_on_with() {
    let report = checked(Quirk::DiesOfAnEmptyConnectionAndReturns);
    assert_eq!(titles(&report, Verdict::Fail), ["empty connection"]);
    let fatal = find(&report, "empty connection");
    assert!(
        fatal.detail.contains("was there again after"),
        "{}",
        fatal.detail
    );
}

#[test]
fn what_the_text_leaves_open_is_remarked_and_fails_only_strictly() {
    let server = QuirkyServer::start(Quirk::EndsRepliesWithNothing);
    let tolerant = report(&check_of(&server).start(nobody()).unwrap());
    assert!(tolerant.is_good(), "{}", said(&tolerant));
    let replies = find(&tolerant, "reply lines to the letter");
    assert!(replies.remarks[0].contains("not ended by \\n"));
    let strict = ServerCheck {
        strict: true,
        ..check_of(&server)
    };
    let strict = report(&strict.start(nobody()).unwrap());
    let failed = titles(&strict, Verdict::Fail);
    assert!(failed.contains(&"reply lines to the letter"), "{failed:?}");
    assert!(!failed.contains(&"echoes of a plain session"));
}

#[test]
fn a_server_that_waits_for_the_client_to_close_fails_that_alone() {
    let report = checked(Quirk::WaitsForUsToClose);
    let failed = titles(&report, Verdict::Fail);
    assert_eq!(failed, ["close after the termination"], "{}", said(&report));
}

#[test]
fn one_mistake_in_how_it_is_spoken_to_hides_no_other() {
    for (quirk, failed, works, rule) in [
        (
            Quirk::CountsFromZero,
            "echoes of a plain session",
            "It wants numbers from 0",
            "M2",
        ),
        (
            Quirk::WantsNoLineEnds,
            "setup of a plain session",
            "It wants no \\n at the end of a message",
            "G1",
        ),
    ] {
        let server = QuirkyServer::start(quirk);
        let check = ServerCheck {
            answer_time: Duration::from_millis(400),
            ..check_of(&server)
        };
        let report = report(&check.start(nobody()).unwrap());
        let first = find(&report, failed);
        assert_eq!(first.verdict, Verdict::Fail, "{}", said(&report));
        assert!(first.detail.contains(works), "{}", first.detail);
        assert_eq!(first.rule, rule);
        let numbers = find(&report, "number skipped");
        assert_eq!(numbers.verdict, Verdict::Pass, "{}", said(&report));
        assert_eq!(report.count(Verdict::NotApplicable), 0, "{}", said(&report));
        if quirk == Quirk::CountsFromZero {
            assert_eq!(
                titles(&report, Verdict::Fail),
                [failed],
                "{}",
                said(&report)
            );
        }
    }
}

#[test]
fn a_server_that_wants_many_probes_is_remarked_and_nothing_else() {
    let report = checked(Quirk::WantsTwentyProbes);
    assert!(report.is_good(), "{}", said(&report));
    let few = find(&report, "fewest probes");
    assert!(few.remarks[0].contains("is refused"), "{:?}", few.remarks);
}

#[test]
fn a_server_that_refuses_everything_passes_no_refusal() {
    let report = checked(Quirk::RefusesEverySetup);
    assert_eq!(report.count(Verdict::Pass), 0, "{}", said(&report));
    assert_eq!(titles(&report, Verdict::Fail), ["setup of a plain session"]);
}

#[test]
fn a_server_that_is_started_anew_for_each_session_fails_that_alone() {
    let report = checked(Quirk::IsStartedAnewForEachSession);
    let failed = titles(&report, Verdict::Fail);
    assert_eq!(failed[0], "a second session", "{}", said(&report));
    // It is no server for two at a time either: the second one is lost with it.
    assert!(
        failed[1..].iter().all(|title| *title == "two clients"),
        "{}",
        said(&report)
    );
}

#[test]
fn a_server_that_is_busy_at_first_is_waited_for() {
    let server = QuirkyServer::start(Quirk::IsBusyAtFirst);
    let check = ServerCheck {
        answer_time: Duration::from_millis(500),
        ..check_of(&server)
    };
    let report = report(&check.start(nobody()).unwrap());
    let setup = find(&report, "setup of a plain session");
    assert_eq!(setup.verdict, Verdict::Pass, "{}", said(&report));
    assert!(
        setup.remarks[0].contains("the first answer took"),
        "{:?}",
        setup.remarks
    );
    assert_eq!(report.count(Verdict::NotApplicable), 0);
}

#[test]
fn a_server_that_never_answers_or_never_ends_is_done_with_soon() {
    for quirk in [
        Quirk::NeverAnswers,
        Quirk::SendsWithoutEnd,
        Quirk::DripsWithoutEnd,
    ] {
        let server = QuirkyServer::start(quirk);
        let check = ServerCheck {
            answer_time: Duration::from_millis(200),
            ..check_of(&server)
        };
        let report = report(&check.start(nobody()).unwrap());
        let failed = titles(&report, Verdict::Fail);
        assert!(failed.contains(&"setup of a plain session"), "{quirk:?}");
        assert!(!report.is_good());
        let plain = find(&report, "echoes of a plain session");
        assert_eq!(plain.verdict, Verdict::NotApplicable);
    }
}

#[test]
fn a_check_that_is_stopped_ends_at_once_and_keeps_what_it_found() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let check = ServerCheck {
        answer_time: Duration::from_mins(5),
        ..ServerCheck::of("127.0.0.1", listener.local_addr().unwrap().port())
    };
    let checking = check.start(nobody()).unwrap();
    let began = checking.next_timeout(super::PATIENCE).unwrap();
    assert!(matches!(began, CheckEvent::Began(1)));
    // It hears the setup and says nothing.
    let (client, _) = listener.accept().unwrap();
    let mut setup = String::new();
    BufReader::new(&client).read_line(&mut setup).unwrap();
    checking.stop();
    let asked = Instant::now();
    let report = report(&checking);
    assert_eq!(report.state, CheckState::Stopped);
    let [under_way] = report.checks.as_slice() else {
        panic!("{:?}", report.checks);
    };
    assert_eq!(under_way.verdict, Verdict::NotApplicable);
    assert!(under_way.detail.starts_with("stopped here"));
    let sent = under_way
        .exchange
        .iter()
        .find(|line| line.event == Event::Sent);
    assert!(sent.is_some_and(|line| line.text == setup.escape_debug().to_string()));
    assert!(asked.elapsed() < Duration::from_mins(1));
    assert!(!report.is_good());
}
