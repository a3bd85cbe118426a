//! The whole program as its user meets it: a child process with arguments, streams, signals and an
//! exit code.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::time::{Duration, Instant};

use echograph::experiment::{
    Order, Precision, Profile, Rounds, SocketOptions, Target, WaitStrategy,
};
use echograph::measurement::{FaultKind, FaultPhase, Run, RunState, Side};
use echograph::server::Act;
use echograph::store::{load_run, profile_text, read_run};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn echograph(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_echograph"));
    command
        .args(arguments)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn output(arguments: &[&str]) -> Output {
    let output = echograph(arguments).output().unwrap();
    assert_no_panic(&text(&output.stderr));
    output
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn assert_no_panic(stderr: &str) {
    assert!(!stderr.contains("panicked"), "{stderr}");
}

fn path_in(folder: &tempfile::TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

/// The exit code of a child that ends by itself.
fn exit_code(child: &mut Child) -> Option<i32> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if began.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("the program did not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn send_signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args([&format!("-{name}"), &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

/// `echograph serve`, killed if a test fails.
struct Serving {
    child: Child,
    address: SocketAddr,
    stderr: BufReader<ChildStderr>,
}

impl Serving {
    fn start(arguments: &[&str]) -> Self {
        let mut child = echograph(&["serve", "--port", "0"])
            .args(arguments)
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = child.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let address = line
            .strip_prefix("listening on ")
            .and_then(|address| address.trim_end().parse().ok());
        let stderr = BufReader::new(child.stderr.take().unwrap());
        Self {
            child,
            address: address.unwrap_or_else(|| panic!("{line:?}")),
            stderr,
        }
    }

    fn port(&self) -> String {
        self.address.port().to_string()
    }

    /// Ends it with a signal; what it had still to say on standard error.
    fn end(&mut self, signal: &str) -> String {
        let asked = Instant::now();
        send_signal(&self.child, signal);
        assert_eq!(exit_code(&mut self.child), Some(0));
        assert!(asked.elapsed() < Duration::from_secs(1));
        let mut rest = String::new();
        self.stderr.read_to_string(&mut rest).unwrap();
        assert_no_panic(&rest);
        rest
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_run_of_the_embedded_server_writes_what_it_measured() {
    let folder = tempfile::tempdir().unwrap();
    let (json, csv) = (path_in(&folder, "run.json"), path_in(&folder, "run.csv"));
    let done = output(&[
        "run", "--sizes", "1,64K", "--probes", "3", "--rounds", "2", "--warmup", "1", "--json",
        &json, "--csv", &csv,
    ]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));

    let run = load_run(json.as_ref()).unwrap();
    assert_eq!(run.state, RunState::Finished);
    assert_eq!(run.error, None);
    assert_eq!(run.profile.target, Target::Embedded);
    assert_eq!(run.environment.program, "echograph 0.1.0");
    assert_eq!(run.environment.commit, echograph::store::COMMIT);
    if cfg!(target_os = "linux") {
        assert!(run.environment.load_average.is_some());
        let congestion = run
            .environment
            .sysctls
            .get("net.ipv4.tcp_congestion_control");
        assert!(congestion.is_some());
    }
    assert_eq!(run.points.len(), 2);
    for (point, size) in run.points.iter().zip([1, 65_536]) {
        assert_eq!(point.spec.message_size, size);
        assert_eq!(point.rounds.len(), 2);
        assert_eq!((point.probes_sent(), point.probes_echoed()), (8, 8));
        assert_eq!(point.statistics.unwrap().n, 6);
        assert_eq!(point.error, None);
    }

    let rows = fs::read_to_string(&csv).unwrap();
    let mut rows = rows.lines();
    assert_eq!(
        rows.next().unwrap(),
        "type,message_size,server_delay_ns,round,seq,sent_ns,rtt_ns,warmup"
    );
    assert_eq!(rows.clone().count(), 16);
    assert!(rows.next().unwrap().starts_with("rtt,1,0,1,1,"));

    let table = text(&done.stdout);
    let has_row = |size: &str| {
        table
            .lines()
            .any(|line| line.split_whitespace().take(2).eq([size, "6"]))
    };
    assert!(has_row("1") && has_row("65,536"), "{table}");
}

#[test]
fn every_option_of_the_method_reaches_the_document() {
    let done = output(&[
        "run",
        "--sizes",
        "1,2K",
        "--probes",
        "3",
        "--ci-width",
        "100%",
        "--min-rounds",
        "7",
        "--max-rounds",
        "8",
        "--time-budget",
        "30",
        "--order",
        "sequential",
        "--seed",
        "7",
        "--warmup",
        "1",
        "--wait",
        "block",
        "--depth",
        "2",
        "--connections",
        "2",
        "--nodelay",
        "off",
        "--sndbuf",
        "64K",
        "--rcvbuf",
        "128K",
        "--congestion",
        "reno",
        "--json",
        "-",
    ]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let run = read_run(done.stdout.as_slice()).unwrap();
    let asked = Profile {
        message_sizes: vec![1, 2_048],
        probes: 3,
        rounds: Rounds::UntilPrecise(Precision {
            ci_width_percent: 100.0,
            min_rounds: 7,
            max_rounds: 8,
            time_budget_s: 30,
        }),
        order: Order::Sequential,
        seed: Some(7),
        warmup: 1,
        wait: WaitStrategy::Block,
        depth: 2,
        connections: 2,
        socket: SocketOptions {
            nodelay: false,
            send_buffer: Some(65_536),
            receive_buffer: Some(131_072),
            congestion_control: Some("reno".to_owned()),
            quick_ack: echograph::experiment::QuickAck::Auto,
        },
        ..Profile::default()
    };
    assert_eq!(*run.profile, asked);
    assert_eq!(run.seed, 7);
    let table = text(&done.stderr);
    assert!(
        table.contains("2 in flight, 2 connections, wait block"),
        "{table}"
    );
    assert!(table.contains("precision: "), "{table}");
    assert!(!table.contains("order of the points: random"), "{table}");
    for point in &run.points {
        assert!(point.outcome.is_some());
        let (rounds, connections): (Vec<u32>, Vec<u32>) = point
            .rounds
            .iter()
            .map(|round| (round.number, round.connection))
            .unzip();
        assert!(rounds.len() >= 14, "{rounds:?}");
        assert_eq!(rounds[..4], [1, 1, 2, 2]);
        assert_eq!(connections[..4], [1, 2, 1, 2]);
        assert!(point.rounds.iter().all(|round| round.depth == 2));
    }
}

#[test]
fn a_seed_repeats_the_order_of_the_points() {
    let order = |seed: &str| -> (u64, Vec<u64>) {
        let done = output(&[
            "run",
            "--sizes",
            "1,2,3,4,5,6,7,8",
            "--probes",
            "1",
            "--rounds",
            "3",
            "--seed",
            seed,
            "--json",
            "-",
        ]);
        let run = read_run(done.stdout.as_slice()).unwrap();
        let mut visits: Vec<(u64, u64)> = run
            .points
            .iter()
            .flat_map(|point| {
                let size = point.spec.message_size;
                let rounds = point.rounds.iter();
                rounds.map(move |round| (u64::from(round.session), size))
            })
            .collect();
        visits.sort_unstable();
        assert!(text(&done.stderr).contains(&format!("--seed {} repeats it", run.seed)));
        (run.seed, visits.into_iter().map(|(_, size)| size).collect())
    };
    let (seed, first) = order("any");
    assert_eq!(order(&seed.to_string()), (seed, first));
}

#[test]
fn several_connections_are_told_apart_in_csv() {
    let done = output(&[
        "run",
        "--sizes",
        "1",
        "--probes",
        "2",
        "--rounds",
        "1",
        "--connections",
        "2",
        "--csv",
        "-",
    ]);
    let rows = text(&done.stdout);
    let mut rows = rows.lines();
    assert_eq!(
        rows.next().unwrap(),
        "type,message_size,server_delay_ns,round,seq,sent_ns,rtt_ns,warmup,connection"
    );
    let mut connections: Vec<_> = rows.map(|row| row.rsplit(',').next().unwrap()).collect();
    connections.sort_unstable();
    assert_eq!(connections, ["1", "1", "2", "2"]);
}

#[test]
fn the_version_names_the_commit_where_there_is_one() {
    let done = output(&["--version"]);
    let commit = echograph::store::COMMIT;
    let expected = match commit.get(..12) {
        Some(short) => format!("echograph {} ({short})\n", env!("CARGO_PKG_VERSION")),
        None => format!("echograph {}\n", env!("CARGO_PKG_VERSION")),
    };
    assert_eq!(text(&done.stdout), expected);
    assert!(commit.is_empty() || commit.bytes().all(|byte| byte.is_ascii_hexdigit()));
}

#[test]
fn the_transcript_of_the_embedded_server_has_both_sides() {
    let done = output(&[
        "run", "--sizes", "10", "--probes", "2", "--rounds", "2", "--json", "-",
    ]);
    let run = read_run(done.stdout.as_slice()).unwrap();
    let said = |side: Side, session: u32| -> Vec<&str> {
        run.transcript
            .lines
            .iter()
            .filter(|line| line.side == side && line.session == session)
            .map(|line| &*line.text)
            .collect()
    };
    assert!(said(Side::Server, 0)[0].starts_with("listening on 127.0.0.1:"));
    for session in [1, 2] {
        for side in [Side::Client, Side::Server] {
            let lines = said(side, session);
            for line in [
                "s rtt 2 10 0",
                "200 OK: Ready",
                "t",
                "200 OK: Closing Connection",
            ] {
                assert!(lines.contains(&line), "{side:?} {session}: {lines:?}");
            }
        }
    }
    let times: Vec<i64> = run.transcript.lines.iter().map(|line| line.at_ns).collect();
    assert!(times.is_sorted() && times[0] < 0);
}

#[test]
fn one_terminal_serves_what_another_measures() {
    let mut serving = Serving::start(&[]);
    let done = output(&[
        "run",
        "--host",
        "localhost",
        "--port",
        &serving.port(),
        "--type",
        "tput",
        "--sizes",
        "1K,2K",
        "--probes",
        "4",
        "--rounds",
        "3",
        "--json",
        "-",
    ]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let run = read_run(done.stdout.as_slice()).unwrap();
    assert_eq!(run.points[1].statistics.unwrap().n, 12);
    assert_eq!(run.destination, format!("localhost:{}", serving.port()));
    // Nothing of a server elsewhere is known from here.
    assert!(
        run.transcript
            .lines
            .iter()
            .all(|line| line.side == Side::Client)
    );

    let sessions = serving.end("TERM");
    assert_eq!(sessions.lines().count(), 6, "{sessions}");
    assert!(
        sessions
            .lines()
            .all(|line| line.starts_with("127.0.0.1:") && line.contains("tput")),
        "{sessions}"
    );
}

#[test]
fn every_dialect_is_measured() {
    for dialect in ["bologna", "boston-size-first", "echo"] {
        let done = output(&[
            "run",
            "--dialect",
            dialect,
            "--strict",
            "--sizes",
            "1,3000",
            "--rounds",
            "1",
        ]);
        assert_eq!(
            done.status.code(),
            Some(0),
            "{dialect}: {}",
            text(&done.stdout)
        );
    }
}

#[test]
fn a_server_ends_when_it_is_told_to_and_its_port_is_free_again() {
    for (signal, wait) in [("INT", "spin"), ("TERM", "block")] {
        let mut serving = Serving::start(&["--quiet", "--wait", wait]);
        let done = output(&[
            "run",
            "--port",
            &serving.port(),
            "--sizes",
            "1",
            "--rounds",
            "2",
        ]);
        assert_eq!(done.status.code(), Some(0));
        assert_eq!(serving.end(signal), "", "--quiet says nothing");
        let mut again = echograph(&["serve", "--port", &serving.port()])
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = again.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        assert_eq!(line, format!("listening on {}\n", serving.address));
        send_signal(&again, signal);
        assert_eq!(exit_code(&mut again), Some(0));
    }
}

#[test]
fn a_quirk_that_there_is_not_is_wrong_usage() {
    for (option, value, said) in [
        ("--act-as", "nobody", "\"--act-as list\" prints it"),
        ("--echo", "hello", "must have {message}"),
        ("--reply-end", "dot", "there are auto, newline"),
        ("--delay-unit", "h", "there are s, ms, us"),
        ("--first-seq", "2", "'--first-seq <N>'"),
    ] {
        let wrong = output(&["serve", option, value]);
        let stderr = text(&wrong.stderr);
        assert_eq!(wrong.status.code(), Some(2), "{option}: {stderr}");
        assert!(stderr.contains(said), "{option}: {stderr}");
    }
}

/// Says all at once and hears up to the end.
fn heard_of(address: SocketAddr, said: &str) -> String {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(said.as_bytes()).unwrap();
    let mut all = String::new();
    stream.read_to_string(&mut all).unwrap();
    all
}

#[test]
fn a_server_acts_as_it_is_told_to() {
    let session = "s rtt 1 3 0\nm 1 abc\nt\n";
    let serving = Serving::start(&["--act-as", "echo-payload", "--reply-end", "nul"]);
    assert_eq!(
        heard_of(serving.address, session),
        "200 OK: Ready\0abc200 OK: Closing Connection\0"
    );
    let serving = Serving::start(&[
        "--echo",
        "<{message}>\\n",
        "--echo-pieces",
        "2",
        "--ready",
        "200 Go",
        "--closing",
        "200 Bye",
        "--bad-setup",
        "404 no",
        "--delay-unit",
        "ignored",
        "--first-seq",
        "1",
        "--least-probes",
        "1",
        "--only-sizes",
        "1,3",
    ]);
    assert_eq!(
        heard_of(serving.address, session),
        "200 Go\n<m 1 abc>\n200 Bye\n"
    );
    assert_eq!(heard_of(serving.address, "s rtt 1 2 0\n"), "404 no\n");
    let fractions = "s rtt 1 1 99999.5\nm 1 a\nt\n";
    let answer = "200 Go\n<m 1 a>\n200 Bye\n";
    assert_eq!(heard_of(serving.address, fractions), answer);
}

#[test]
fn a_server_serves_only_those_who_know_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let (key, other) = (path_in(&folder, "key"), path_in(&folder, "other"));
    std::fs::write(&key, "open sesame\n").unwrap();
    std::fs::write(&other, "open says me\n").unwrap();
    let serving = Serving::start(&["--access-key-file", &key]);
    let port = serving.port();
    let run = |more: &[&str]| {
        let arguments = ["run", "--port", &port, "--sizes", "1,2", "--rounds", "1"];
        output(&[&arguments, more].concat())
    };
    std::fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
    let done = run(&["--access-key-file", &key]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    assert!(text(&done.stderr).contains("every user of this machine can read"));
    std::fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    let done = run(&["--access-key-file", &key]);
    assert!(!text(&done.stderr).contains("every user of this machine"));
    for (more, said) in [
        (vec![], "serves only clients that know its access key"),
        (
            vec!["--access-key-file", other.as_str()],
            "its access key is another one",
        ),
    ] {
        let refused = run(&more);
        assert_eq!(refused.status.code(), Some(1));
        let stdout = text(&refused.stdout);
        assert!(stdout.contains(said), "{stdout}");
    }
    std::fs::write(&other, "short\n").unwrap();
    let wrong = run(&["--access-key-file", &other]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("at least 8 characters"));
}

#[test]
fn a_server_lets_in_only_the_networks_it_was_told() {
    let session = "s rtt 1 3 0\nm 1 abc\nt\n";
    let mut serving = Serving::start(&["--allow", "10.0.0.0/8,2001:db8::/32"]);
    assert_eq!(heard_of(serving.address, session), "");
    let said = serving.end("INT");
    assert!(
        said.contains("not let in: its address is in no network"),
        "{said}"
    );
    let serving = Serving::start(&["--allow", "127.0.0.1"]);
    assert!(heard_of(serving.address, session).ends_with("Closing Connection\n"));
}

#[test]
fn a_server_that_serves_once_ends_by_itself() {
    let mut serving = Serving::start(&["--once"]);
    let heard = heard_of(serving.address, "s rtt 1 1 0\nm 1 a\nt\n");
    assert_eq!(heard, "200 OK: Ready\nm 1 a\n200 OK: Closing Connection\n");
    assert_eq!(exit_code(&mut serving.child), Some(0));
}

#[test]
fn the_catalogue_of_quirky_servers_is_printed() {
    let printed = output(&["serve", "--act-as", "list"]);
    assert_eq!(printed.status.code(), Some(0));
    let lines = text(&printed.stdout);
    for act in Act::all() {
        assert!(lines.contains(act.name) && lines.contains(act.description));
    }
}

#[test]
fn a_server_ends_although_a_client_is_connected() {
    let mut serving = Serving::start(&[]);
    let _client = std::net::TcpStream::connect(serving.address).unwrap();
    serving.end("INT");
}

#[test]
fn an_ipv6_server_says_its_address_in_brackets() {
    if TcpListener::bind("[::1]:0").is_err() {
        eprintln!("there is no IPv6 here");
        return;
    }
    let serving = Serving::start(&["--bind", "::1"]);
    assert!(serving.address.is_ipv6());
    let done = output(&[
        "run",
        "--host",
        "::1",
        "--port",
        &serving.port(),
        "--sizes",
        "1",
    ]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stdout));
}

#[test]
fn a_server_that_cannot_listen_says_why() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let failed = output(&["serve", "--port", &port]);
    assert_eq!(failed.status.code(), Some(1));
    assert_eq!(text(&failed.stdout), "");
    assert!(text(&failed.stderr).contains("is in use by another program"));
}

#[test]
fn ctrl_c_stops_a_run_and_what_was_measured_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let json = path_in(&folder, "run.json");
    let mut serving = Serving::start(&[]);
    let mut run = echograph(&[
        "run",
        "--port",
        &serving.port(),
        "--sizes",
        "1,2",
        "--probes",
        "5",
        "--order",
        "sequential",
        "--delay",
        "10",
        "--rounds",
        "10000",
        "--json",
        &json,
    ])
    .spawn()
    .unwrap();
    // A line is said when a session is over, so after it there is something to keep.
    let mut line = String::new();
    serving.stderr.read_line(&mut line).unwrap();
    send_signal(&run, "INT");
    assert_eq!(exit_code(&mut run), Some(1));
    let mut table = String::new();
    run.stdout.unwrap().read_to_string(&mut table).unwrap();
    assert!(table.contains("The run was stopped"), "{table}");
    let run = load_run(json.as_ref()).unwrap();
    assert_eq!(run.state, RunState::Stopped);
    assert_eq!(run.points[0].rounds[0].counted_rtts().count(), 5);
    assert!(run.points[0].rounds.len() < 10_000);
}

#[test]
fn a_server_that_is_not_there_is_said_to_refuse() {
    // Bound and closed again: nothing listens there.
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let folder = tempfile::tempdir().unwrap();
    let json = path_in(&folder, "run.json");
    let failed = output(&["run", "--port", &port.to_string(), "--json", &json]);
    assert_eq!(failed.status.code(), Some(1));
    let said = text(&failed.stdout);
    assert!(
        said.contains("all 6 points: connect: ") && said.contains("refused the connection"),
        "{said}"
    );
    let run = load_run(json.as_ref()).unwrap();
    assert_eq!(run.state, RunState::Failed);
    let fault = run.points[0].error.as_ref().unwrap();
    assert_eq!(
        (fault.phase, fault.kind),
        (FaultPhase::Connect, FaultKind::Refused)
    );

    let quiet = output(&["run", "--port", &port.to_string(), "--quiet"]);
    assert_eq!(quiet.status.code(), Some(1));
    assert_eq!(text(&quiet.stdout), "");
    assert!(text(&quiet.stderr).contains("refused the connection"));
}

#[test]
fn standard_output_carries_what_was_asked_for_and_nothing_else() {
    let options = ["run", "--sizes", "1,2", "--probes", "2", "--rounds", "1"];
    let with = |more: &[&str]| output(&[&options, more].concat());
    let json = with(&["--json", "-"]);
    let run: Run = read_run(json.stdout.as_slice()).unwrap();
    assert_eq!(run.points.len(), 2);
    assert!(text(&json.stderr).contains("Mbit/s"));

    let csv = with(&["--csv", "-"]);
    assert_eq!(text(&csv.stdout).lines().count(), 5);
    assert!(text(&csv.stderr).contains("Mbit/s"));

    let quiet = with(&["--csv", "-", "--quiet"]);
    assert_eq!(text(&quiet.stdout).lines().count(), 5);
    assert_eq!(text(&quiet.stderr), "");
}

#[test]
fn a_closed_pipe_is_no_panic() {
    let options: [&[&str]; 5] = [
        &["run", "--sizes", "1", "--rounds", "1"],
        &[
            "run", "--sizes", "1", "--probes", "20000", "--rounds", "1", "--json", "-",
        ],
        &[
            "run", "--sizes", "1", "--probes", "20000", "--rounds", "1", "--csv", "-",
        ],
        &["--help"],
        &["run", "--help"],
    ];
    for options in options {
        let mut child = echograph(options).spawn().unwrap();
        drop(child.stdout.take());
        assert_eq!(exit_code(&mut child), Some(0), "{options:?}");
        let mut stderr = String::new();
        child.stderr.unwrap().read_to_string(&mut stderr).unwrap();
        assert_no_panic(&stderr);

        let mut child = echograph(options).spawn().unwrap();
        drop(child.stderr.take());
        drop(child.stdout.take());
        assert_eq!(exit_code(&mut child), Some(0), "{options:?}");
    }
}

#[test]
fn wrong_usage_names_the_option_and_says_what_would_be_right() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = path_in(&folder, "gone/run.json");
    let here = folder.path().to_str().unwrap();
    for (arguments, said) in [
        (
            &["run", "--probes", "0"][..],
            "--probes: must be at least 1",
        ),
        (
            &["run", "--probes", "many"],
            "'--probes <N>': \"many\" is not a whole number",
        ),
        (
            &["run", "--sizes", "1..5"],
            "--sizes <LIST>': the list \"1..5\" needs a step",
        ),
        (&["run", "--sizes", "0"], "--sizes: 0 is outside"),
        (&["run", "--delay", "x"], "--delay <LIST>'"),
        (&["run", "--type", "owd"], "there are rtt and tput"),
        (&["run", "--dialect", "paris"], "there are boston"),
        (&["run", "--port", "0"], "from 1 to 65535"),
        (
            &["run", "--host", "http://a"],
            "--host: is a name or an address",
        ),
        (&["run", "--timeout", "soon"], "number of seconds"),
        (
            &["run", "--json", "-", "--csv", "-"],
            "both go to standard output",
        ),
        (&["run", "--json", &nowhere], "does not exist"),
        (&["run", "--csv", here], "is a folder"),
        (
            &["run", "--json", "/tmp/a", "--csv", "/tmp/a"],
            "both go to /tmp/a",
        ),
        (&["run", "--frobnicate"], "--frobnicate"),
        (
            &["run", "--wait", "sleep"],
            "must be one of auto, spin, block",
        ),
        (
            &["run", "--order", "up"],
            "must be one of random, sequential",
        ),
        (&["run", "--depth", "0"], "--depth: must be 1 to 1024"),
        (
            &["run", "--connections", "65"],
            "--connections: must be 1 to 64",
        ),
        (&["run", "--seed", "x"], "neither a whole number nor any"),
        (&["run", "--nodelay", "true"], "on or off belongs here"),
        (
            &["run", "--sndbuf", "big"],
            "system leaves it to the system",
        ),
        (&["run", "--rcvbuf", "2047M"], "--rcvbuf: must be 1 to"),
        (&["run", "--congestion", "a b"], "such as cubic or bbr"),
        (&["run", "--ci-width", "wide"], "not a number of percent"),
        (
            &["run", "--ci-width", "0"],
            "--ci-width: must be 0.1 % to 100 %",
        ),
        (&["run", "--min-rounds", "5"], "--min-rounds: must be 6 to"),
        (
            &["run", "--max-rounds", "5"],
            "--max-rounds: must be at least the 6",
        ),
        (
            &["run", "--rounds", "3", "--ci-width", "5"],
            "'--rounds <N>' cannot be used with '--ci-width <PCT>'",
        ),
        (
            &["run", "missing.ron"],
            "missing.ron: the file does not exist",
        ),
        (
            &["run", "--rounds", "-3"],
            "'--rounds <N>': \"-3\" is not a whole number",
        ),
        (
            &["sevre"],
            "there is no file sevre, and no command of that name",
        ),
    ] {
        assert_wrong(arguments, said);
    }
}

#[test]
fn wrong_usage_of_the_server_does_too() {
    let cases: [(&[&str], &str); 9] = [
        (&["serve", "--port", "65536"], "from 0 to 65535"),
        (&["serve", "--bind", "example.org"], "--bind <ADDR>'"),
        (&["serve", "--max-size", "0"], "at least 1"),
        (&["serve", "--max-rate", "1000"], "at least 1024"),
        (&["serve", "--session-time", "0"], "seconds from 0.001 on"),
        (
            &["serve", "--allow", "10.0.0.0/8,lab"],
            "\"lab\" is neither an address nor a network",
        ),
        (
            &["serve", "--access-key-file", "nowhere"],
            "nowhere cannot be read",
        ),
        (&["serve", "--wait", "sleep"], "one of auto, spin, block"),
        (
            &["serve", "--idle-timeout", "-1"],
            "'--idle-timeout <S>': \"-1\" is not a number of seconds",
        ),
    ];
    for (arguments, said) in cases {
        assert_wrong(arguments, said);
    }
}

fn assert_wrong(arguments: &[&str], said: &str) {
    let wrong = output(arguments);
    let stderr = text(&wrong.stderr);
    assert_eq!(wrong.status.code(), Some(2), "{arguments:?}: {stderr}");
    assert!(stderr.contains(said), "{arguments:?}: {stderr}");
    assert_eq!(text(&wrong.stdout), "", "{arguments:?}");
}

#[test]
fn a_profile_is_measured_and_a_bad_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = path_in(&folder, "class.ron");
    let profile = Profile {
        message_sizes: vec![7, 70],
        probes: 3,
        rounds: Rounds::Exactly(4),
        ..Profile::default()
    };
    let good = profile_text(&profile).unwrap();
    fs::write(&path, &good).unwrap();
    let done = output(&["run", &path, "--rounds", "1", "--json", "-"]);
    let run = read_run(done.stdout.as_slice()).unwrap();
    let overridden = Profile {
        rounds: Rounds::Exactly(1),
        ..profile
    };
    assert_eq!(*run.profile, overridden);
    assert_eq!(run.points[1].probes_echoed(), 3);

    fs::write(&path, good.replace("probes: 3", "probes: 0")).unwrap();
    let bad = output(&["run", &path]);
    assert_eq!(bad.status.code(), Some(2));
    assert!(
        text(&bad.stderr).contains("class.ron: line 10, column 5: Probe count: must be at least 1"),
        "{}",
        text(&bad.stderr)
    );
}

#[test]
fn without_a_display_the_window_says_what_to_do_instead() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let failed = output(&[]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(text(&failed.stderr).contains("`echograph run` measures in the terminal"));
}

#[test]
fn results_replace_older_ones_whole() {
    let folder = tempfile::tempdir().unwrap();
    let json = path_in(&folder, "run.json");
    fs::write(&json, "x".repeat(1_000_000)).unwrap();
    let done = output(&[
        "run", "--sizes", "1", "--rounds", "1", "--quiet", "--json", &json,
    ]);
    assert_eq!(done.status.code(), Some(0));
    assert_eq!(
        (text(&done.stdout), text(&done.stderr)),
        (String::new(), String::new())
    );
    assert!(load_run(Path::new(&json)).is_ok());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// The program, started by a shell that does something first.
#[cfg(target_os = "linux")]
fn by_shell(script: &str, arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_echograph");
    let output = Command::new("sh")
        .args(["-c", script, program])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_no_panic(&text(&output.stderr));
    output
}

#[cfg(target_os = "linux")]
#[test]
fn too_few_open_files_are_a_sentence() {
    let many = ["run", "--rounds", "1", "--connections", "64"];
    for (limit, command) in [
        (6, &["run", "--rounds", "1"][..]),
        (6, &["serve", "--port", "0"]),
        // Enough to begin with, and too few for what was asked.
        (60, &many),
    ] {
        let script = format!("ulimit -n {limit}; exec \"$0\" \"$@\"");
        let output = by_shell(&script, command);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let said = text(&output.stderr) + &text(&output.stdout);
        assert!(said.contains("ulimit -n"), "{output:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_result_goes_into_a_pipe_by_whatever_name_it_has() {
    let run = ["run", "--rounds", "1", "--sizes", "7", "--csv"];
    let is_csv = |bytes: &[u8]| {
        let text = text(bytes);
        let all = text.lines().all(|line| line.split(',').count() == 8);
        assert!(text.starts_with("type,message_size,") && all, "{text}");
    };
    let arguments: Vec<&str> = run.into_iter().chain(["/dev/stdout"]).collect();
    let output = output(&arguments);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    is_csv(&output.stdout);
    assert!(text(&output.stderr).contains("throu"), "{output:?}");
    let arguments: Vec<&str> = run.into_iter().chain(["/dev/fd/3"]).collect();
    let output = by_shell("exec \"$0\" \"$@\" 3>&1 >/dev/null", &arguments);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    is_csv(&output.stdout);
}

#[test]
fn a_result_does_not_replace_the_profile_it_is_the_result_of() {
    let folder = tempfile::tempdir().unwrap();
    let path = path_in(&folder, "p.ron");
    let profile = profile_text(&Profile::default()).unwrap();
    fs::write(&path, &profile).unwrap();
    let by_another_way = path_in(&folder, "./p.ron");
    for option in ["--json", "--csv"] {
        let output = output(&["run", &path, "--rounds", "1", option, &by_another_way]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let said = text(&output.stderr);
        assert!(said.starts_with(&format!("error: {option}: ")), "{said}");
        assert!(said.contains("is the profile itself"), "{said}");
        assert_eq!(fs::read_to_string(&path).unwrap(), profile);
    }
}
