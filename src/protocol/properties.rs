//! What holds for every message, every split and every byte.

use proptest::prelude::*;

use super::*;

fn dialect() -> impl Strategy<Value = Dialect> {
    prop_oneof![
        Just(Dialect::Boston),
        Just(Dialect::Bologna),
        Just(Dialect::BostonSizeFirst),
    ]
}

fn setup() -> impl Strategy<Value = Setup> {
    (
        prop_oneof![Just(MeasurementType::Rtt), Just(MeasurementType::Tput)],
        20_u32..=40,
        1_u64..=300,
        0_u64..=DEFAULT_MAX_DELAY_MS,
    )
        .prop_map(|(kind, probes, message_size, server_delay_ms)| Setup {
            kind,
            probes,
            message_size,
            server_delay_ms,
        })
}

fn parser(dialect: Dialect, strict: bool) -> RequestParser {
    RequestParser::new(Rules {
        dialect,
        strict,
        ..Rules::default()
    })
}

/// Feeds `stream` to a server in pieces of the given lengths, in turn, and collects what it hears,
/// checking at each step that the buffer's memory follows what has arrived.
fn hear(
    stream: &[u8],
    pieces: &[usize],
    mut parser: RequestParser,
) -> (Vec<String>, Option<Refusal>, usize) {
    let mut heard = Vec::new();
    let mut buffer = ReceiveBuffer::new();
    let (mut at, mut arrived) = (0, 0);
    let mut lengths = pieces.iter().copied().cycle();
    while at < stream.len() {
        let missing = parser
            .expected_len()
            .map(|len| len.saturating_sub(buffer.len()));
        let room = buffer.room(missing);
        let take = lengths
            .next()
            .unwrap_or(1)
            .clamp(1, room.len())
            .min(stream.len() - at);
        room[..take].copy_from_slice(&stream[at..at + take]);
        buffer.received(take);
        at += take;
        arrived += take;
        assert!(
            buffer.capacity() <= 2 * arrived + 4096,
            "memory beyond what arrived"
        );
        loop {
            match parser.next(buffer.unread()) {
                Ok(Some((request, used))) => {
                    heard.push(match request {
                        Request::Setup(setup) => format!("{setup:?}"),
                        Request::Probe { seq, message, .. } => format!("{seq} {message:?}"),
                        Request::Termination => "termination".to_owned(),
                        Request::Data(data) => format!("{data:?}"),
                        Request::NextSetup => {
                            heard.push("next setup".to_owned());
                            return (heard, None, buffer.len());
                        }
                        Request::Stray => {
                            buffer.consume(used);
                            continue;
                        }
                    });
                    assert!(used > 0 && used <= buffer.len());
                    buffer.consume(used);
                }
                Ok(None) => break,
                Err(refusal) => return (heard, Some(refusal), buffer.len()),
            }
        }
    }
    (heard, None, buffer.len())
}

fn session(dialect: Dialect, setup: &Setup) -> (Vec<u8>, Vec<String>) {
    let mut stream = format!("{}\n", setup.line(dialect)).into_bytes();
    let mut expected = vec![format!("{setup:?}")];
    let mut probe = ProbeMessage::new(dialect, usize::try_from(setup.message_size).unwrap());
    for seq in 1..=setup.probes {
        stream.extend_from_slice(probe.numbered(seq));
        expected.push(format!("{seq} {:?}", probe.message()));
    }
    stream.extend_from_slice(dialect.termination().as_bytes());
    stream.push(b'\n');
    expected.push("termination".to_owned());
    (stream, expected)
}

proptest! {
    /// A piece of an echo is told from anything else wherever it begins and ends.
    #[test]
    fn a_piece_of_an_echo_is_compared_with_its_own_part_of_the_message(
        dialect in dialect(),
        seq in 1_u32..=1_000_000,
        size in 1_usize..=300,
        cut in any::<(prop::sample::Index, prop::sample::Index)>(),
        wrong in any::<prop::sample::Index>(),
    ) {
        let mut probe = ProbeMessage::new(dialect, size);
        let message = probe.numbered(seq).to_vec();
        prop_assert_eq!(probe.len_of(seq), message.len());
        // The message that is sent meanwhile has another number.
        probe.numbered(seq + 1);
        let (one, other) = (cut.0.index(message.len()), cut.1.index(message.len()));
        let (from, to) = (one.min(other), one.max(other) + 1);
        let mut piece = message[from..to].to_vec();
        prop_assert_eq!(probe.check_part(seq, from, &piece), Ok(()));
        let at = wrong.index(piece.len());
        piece[at] ^= 0x20;
        let differs = EchoFault::Differs { at: from + at, len: message.len() };
        prop_assert_eq!(probe.check_part(seq, from, &piece), Err(differs));
        let mut longer = message[from..].to_vec();
        longer.push(b'm');
        let too_long = EchoFault::TooLong { len: message.len() };
        prop_assert_eq!(probe.check_part(seq, from, &longer), Err(too_long));
    }

    #[test]
    fn a_session_is_heard_as_it_was_said_under_any_split(
        dialect in dialect(),
        setup in setup(),
        pieces in prop::collection::vec(1_usize..600, 1..20),
        strict in any::<bool>(),
    ) {
        let (stream, expected) = session(dialect, &setup);
        let parser = parser(dialect, strict);
        let (heard, refusal, left) = hear(&stream, &pieces, parser);
        prop_assert_eq!(refusal, None);
        prop_assert_eq!(heard, expected);
        prop_assert_eq!(left, 0);
    }

    #[test]
    fn payload_bytes_other_than_the_end_of_line_are_free(
        payload in prop::collection::vec(any::<u8>().prop_filter("no end of line", |b| *b != b'\n'), 1..200),
        pieces in prop::collection::vec(1_usize..50, 1..5),
    ) {
        let mut stream = format!("s rtt 1 {} 0\nm 1 ", payload.len()).into_bytes();
        stream.extend_from_slice(&payload);
        stream.extend_from_slice(b"\nt\n");
        let parser = parser(Dialect::Boston, true);
        let (heard, refusal, _) = hear(&stream, &pieces, parser);
        prop_assert_eq!(refusal, None);
        prop_assert_eq!(heard.len(), 3);
    }

    #[test]
    fn arbitrary_bytes_never_panic_a_server(
        stream in prop::collection::vec(any::<u8>(), 0..2000),
        pieces in prop::collection::vec(1_usize..600, 1..5),
        dialect in prop_oneof![dialect(), Just(Dialect::Echo)],
        strict in any::<bool>(),
    ) {
        let parser = parser(dialect, strict);
        hear(&stream, &pieces, parser);
    }

    #[test]
    fn a_damaged_session_never_panics_and_is_never_heard_whole(
        setup in setup(),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        pieces in prop::collection::vec(1_usize..600, 1..5),
    ) {
        let (mut stream, expected) = session(Dialect::Boston, &setup);
        let at = place.index(stream.len());
        let before = stream[at];
        stream[at] = byte;
        let parser = parser(Dialect::Boston, true);
        let (heard, refusal, _) = hear(&stream, &pieces, parser);
        // A changed payload byte is a different, valid message; anything else is refused.
        if byte != before && refusal.is_none() {
            prop_assert_ne!(heard, expected);
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic_a_client(
        input in prop::collection::vec(any::<u8>(), 0..1500),
        dialect in dialect(),
        strict in any::<bool>(),
    ) {
        for phase in [Phase::Setup, Phase::Measurement, Phase::Termination] {
            if let Ok(Some((_, used))) = parse_reply(&input, dialect, phase, strict) {
                prop_assert!(used <= input.len());
            }
            let _ = parse_last_reply(&input, dialect, phase, strict);
        }
        let mut probe = ProbeMessage::new(dialect, 100);
        probe.numbered(1);
        let _ = probe.check(&input);
    }

    #[test]
    fn replies_are_read_as_they_were_written(
        dialect in dialect(),
        strict in any::<bool>(),
    ) {
        for phase in [Phase::Setup, Phase::Measurement, Phase::Termination] {
            let accepted = format!("{}\n", dialect.accepted_line(phase));
            let refused = format!("{}\n", dialect.refusal_line(phase));
            if phase != Phase::Measurement {
                let (reply, used) = parse_reply(accepted.as_bytes(), dialect, phase, strict).unwrap().unwrap();
                prop_assert_eq!(reply.code, ReplyCode::Accepted);
                prop_assert_eq!(used, accepted.len());
            }
            let (reply, _) = parse_reply(refused.as_bytes(), dialect, phase, strict).unwrap().unwrap();
            prop_assert_eq!(reply.code, ReplyCode::Refused);
            for cut in 0..refused.len() {
                prop_assert_eq!(parse_reply(&refused.as_bytes()[..cut], dialect, phase, strict), Ok(None));
            }
        }
    }

    #[test]
    fn numbers_are_written_as_everyone_writes_them(value in any::<u32>()) {
        let number = super::number::Number::new(value);
        let expected = value.to_string();
        prop_assert_eq!(number.as_bytes(), expected.as_bytes());
    }
}

fn refused(stream: &[u8]) -> Refusal {
    refused_by(stream, true)
}

fn refused_by(stream: &[u8], strict: bool) -> Refusal {
    let parser = parser(Dialect::Boston, strict);
    hear(stream, &[stream.len()], parser)
        .1
        .expect("it is refused")
}

#[test]
fn each_bad_setup_is_refused_with_its_reason() {
    use RefusalReason as R;
    use SetupField as F;
    for (line, reason) in [
        ("x rtt 1 1 0\n", R::UnknownLetter),
        ("s ping 1 1 0\n", R::UnknownType),
        ("s\n", R::MissingField(F::MeasurementType)),
        ("s rtt 1 1\n", R::MissingField(F::ServerDelay)),
        ("s rtt 1 1 0 0\n", R::ExtraField),
        ("s rtt one 1 0\n", R::NotANumber(F::Probes)),
        ("s rtt +1 1 0\n", R::NotANumber(F::Probes)),
        ("s rtt 1 -1 0\n", R::NotANumber(F::MessageSize)),
        ("s rtt 1 1.5 0\n", R::NotANumber(F::MessageSize)),
        ("s rtt 1 1 .5\n", R::NotANumber(F::ServerDelay)),
        ("s rtt 1 1 0.\n", R::NotANumber(F::ServerDelay)),
        ("s rtt 0 1 0\n", R::TooSmall(F::Probes, 1)),
        ("s rtt 1 0 0\n", R::TooSmall(F::MessageSize, 1)),
        ("s rtt 1 67108865 0\n", R::OverLimit(F::MessageSize)),
        ("s rtt 1000001 1 0\n", R::OverLimit(F::Probes)),
        ("s rtt 1 1 3600001\n", R::OverLimit(F::ServerDelay)),
        (
            "s rtt 1 1 99999999999999999999999\n",
            R::OverLimit(F::ServerDelay),
        ),
    ] {
        for strict in [true, false] {
            let refusal = refused_by(line.as_bytes(), strict);
            assert_eq!(refusal.phase, Phase::Setup, "{line:?}");
            assert_eq!(refusal.reason, reason, "{line:?}");
        }
    }
    assert_eq!(refused(&[b's'; 256]).reason, R::LineTooLong);
    assert_eq!(refused(b"\xff\xfe\n").reason, R::NotAscii);
    let strictly = refused_by(b"s rtt 1 1 0\r\n", true);
    assert_eq!(strictly.reason, R::CarriageReturn);
}

#[test]
fn a_refusal_has_the_same_reason_however_its_message_was_cut() {
    let stream = b"s rtt 1 1 0\nm x 0\r?";
    let refused = |piece| hear(stream, &[piece], parser(Dialect::Boston, false)).1;
    let reason = RefusalReason::WrongSequence { expected: 0 };
    assert_eq!(refused(stream.len()).map(|why| why.reason), Some(reason));
    assert_eq!(refused(1), refused(stream.len()));
}

#[test]
fn only_a_tolerant_server_takes_extra_blanks() {
    for line in [
        "s  rtt 1 1 0\n",
        "s rtt 1 1 0\r\n",
        "s rtt 1 1 0 \n",
        "s\trtt 1 1 0\n",
    ] {
        assert_eq!(refused(line.as_bytes()).phase, Phase::Setup, "{line:?}");
        let tolerant = parser(Dialect::Boston, false);
        let (heard, refusal, _) = hear(line.as_bytes(), &[3], tolerant);
        assert_eq!((heard.len(), refusal), (1, None), "{line:?}");
    }
}

#[test]
fn a_bad_probe_is_refused_as_soon_as_it_is_seen() {
    use RefusalReason as R;
    let announced = 3;
    for (probe, reason) in [
        ("m 2 abc\n", R::WrongSequence { expected: 1 }),
        ("m 1 ab\n", R::PayloadTooShort { got: 2, announced }),
        ("m 1 abcd", R::PayloadTooLong { announced }),
        ("x", R::UnknownLetter),
        ("mm", R::UnknownLetter),
        ("t\n", R::TerminationTooEarly { next: 1, probes: 2 }),
    ] {
        let refusal = refused(format!("s tput 2 3 0\n{probe}").as_bytes());
        assert_eq!(refusal.phase, Phase::Measurement, "{probe:?}");
        assert_eq!(refusal.reason, reason, "{probe:?}");
    }
}

#[test]
fn after_the_last_probe_only_the_termination_is_heard() {
    for last in ["m 2 abc\n", "tt\n", "x"] {
        let refusal = refused(format!("s rtt 1 3 0\nm 1 abc\n{last}").as_bytes());
        assert_eq!(refusal.phase, Phase::Termination, "{last:?}");
        assert_eq!(refusal.reason, RefusalReason::NotATermination, "{last:?}");
    }
}

#[test]
fn the_end_of_the_stream_is_told_apart_by_where_it_comes() {
    let mut parser = parser(Dialect::Boston, true);
    assert_eq!(
        parser.end_of_stream(0),
        EndOfStream::BetweenMessages(Phase::Setup)
    );
    assert!(
        matches!(parser.end_of_stream(2), EndOfStream::InsideMessage(r) if r.phase == Phase::Setup)
    );
    parser.next(b"s rtt 1 1 0\n").unwrap();
    assert_eq!(
        parser.end_of_stream(0),
        EndOfStream::BetweenMessages(Phase::Measurement)
    );
    parser.next(b"m 1 a\n").unwrap();
    parser.next(b"t\n").unwrap();
    assert_eq!(parser.end_of_stream(0), EndOfStream::Complete);
}

#[test]
fn the_dialects_say_what_their_courses_say() {
    let setup = Setup {
        kind: MeasurementType::Tput,
        probes: 20,
        message_size: 1024,
        server_delay_ms: 5,
    };
    assert_eq!(setup.line(Dialect::Boston), "s tput 20 1024 5");
    assert_eq!(setup.line(Dialect::Bologna), "h thput 20 1024 5");
    assert_eq!(setup.line(Dialect::BostonSizeFirst), "s tput 1024 20 5");
    let mut probe = ProbeMessage::new(Dialect::BostonSizeFirst, 4);
    assert_eq!(probe.numbered(12), b"m abcd 12\n");
    let mut probe = ProbeMessage::new(Dialect::Echo, 4);
    assert_eq!(probe.numbered(12), b"abcd");
    let few = parser(Dialect::Bologna, true);
    let (_, refusal, _) = hear(b"h rtt 19 1 0\n", &[5], few);
    assert_eq!(
        refusal.map(|r| r.reason),
        Some(RefusalReason::TooSmall(SetupField::Probes, 20))
    );
}

#[test]
fn a_strict_client_wants_the_exact_reply_and_a_tolerant_one_its_number() {
    let read = |line: &[u8], strict| parse_reply(line, Dialect::Boston, Phase::Setup, strict);
    assert!(read(b"200 OK: READY\n", true).is_err());
    assert!(
        matches!(read(b"200 OK: READY\r\n", false), Ok(Some((r, _))) if r.code == ReplyCode::Accepted)
    );
    assert!(
        matches!(read(b"404 ERROR4: no\n", false), Ok(Some((r, _))) if r.code == ReplyCode::Refused)
    );
    assert!(read(b"hello\n", false).is_err());
    assert!(read(&[b'2'; 1024], false).is_err());
    let last = |strict| parse_last_reply(b"200 OK: Ready", Dialect::Boston, Phase::Setup, strict);
    assert!(last(true).is_err());
    assert!(last(false).is_ok());
}
