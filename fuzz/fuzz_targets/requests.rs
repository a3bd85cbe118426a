//! The server's ear. Whatever bytes come: no panic, no message longer than what came, and what was recognised
//! of some bytes is recognised of the same bytes with more behind them.

#![no_main]

use echograph::protocol::{DelayUnit, Dialect, EndOfStream, Limits, Request, RequestParser, Rules};
use libfuzzer_sys::fuzz_target;

fn rules(choice: u8) -> Rules {
    let dialect = Dialect::ALL
        .into_iter()
        .cycle()
        .nth(usize::from(choice & 3));
    Rules {
        dialect: dialect.unwrap_or_default(),
        strict: choice & 4 != 0,
        limits: Limits {
            max_message_size: 4096,
            ..Limits::default()
        },
        delay_unit: DelayUnit::ALL
            .into_iter()
            .cycle()
            .nth(usize::from(choice >> 5))
            .unwrap_or_default(),
        first_seq: (choice & 8 != 0).then_some(u32::from(choice & 16 != 0)),
        least_probes: None,
        sizes: Vec::new(),
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((choice, bytes)) = data.split_first() else {
        return;
    };
    let mut parser = RequestParser::new(rules(*choice));
    let mut at = 0;
    let mut silences = 0;
    let mut was_set_up = false;
    loop {
        let rest = &bytes[at..];
        if rest.is_empty() {
            break;
        }
        let found = match parser.next(rest) {
            Ok(None) if silences < 4 && parser.heeds_silence(rest) => {
                silences += 1;
                parser.after_silence(rest)
            }
            found => found,
        };
        match found {
            Ok(Some((request, len))) => {
                assert!(0 < len || request == Request::NextSetup);
                assert!(len <= rest.len());
                was_set_up |= matches!(request, Request::Setup(_));
                if let Request::Probe {
                    message,
                    head,
                    payload,
                    ..
                } = request
                {
                    assert_eq!(message, &rest[..message.len()]);
                    assert!(head + payload <= message.len());
                    assert!(parser.line_end_of(message) <= message.len());
                }
                if request == Request::NextSetup {
                    break;
                }
                at += len;
            }
            Ok(None) | Err(_) => break,
        }
    }
    if parser.end_of_stream(bytes.len() - at) == EndOfStream::Complete {
        assert!(was_set_up || !parser.dialect().has_phases());
    }
});
