//! Showing the access key to a server that wants one, before the setup.

use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::time::timeout;

use super::fault;
use super::session::{Order, Recorder, Watch, ask};
use crate::measurement::{About, Direction, Fault, FaultKind};
use crate::protocol::{
    ACCESS_REQUEST, AccessKey, ClientNonce, Dialect, Phase, Reply, ReplyCode, read_challenge,
};

/// Far more than a timer is late.
const MARGIN: Duration = Duration::from_mins(1);

/// Shows the server that we know the key. Its own words, in every dialect and however strict.
pub(super) async fn show_key(
    stream: &mut TcpStream,
    key: &AccessKey,
    order: &Order,
    watch: &Watch,
    recorder: &mut impl Recorder,
) -> Result<(), Fault> {
    let order = Order {
        strict: false,
        idiom: Dialect::Boston.into(),
        ..*order
    };
    let recorder = &mut Discreet(recorder);
    let request = format!("{ACCESS_REQUEST}\n");
    let reply = say(stream, &order, &request, watch, recorder).await?;
    let Some(challenge) = read_challenge(&reply.text) else {
        return Err(fault::wants_no_key(&reply.text));
    };
    let mut nonce = ClientNonce::default();
    getrandom::fill(&mut nonce).map_err(|error| fault::no_random_bytes(&error.to_string()))?;
    let answer = key.answer(&challenge, &nonce);
    let reply = say(stream, &order, &answer, watch, recorder).await?;
    match reply.code {
        ReplyCode::Accepted => Ok(()),
        ReplyCode::Refused => Err(fault::wrong_key(&reply.text)),
    }
}

async fn say(
    stream: &mut TcpStream,
    order: &Order,
    message: &str,
    watch: &Watch,
    recorder: &mut impl Recorder,
) -> Result<Reply, Fault> {
    // Silence is an end of its own here: the watch must not find it first.
    let phase = Phase::Setup;
    watch.expect_within(phase, Instant::now(), order.time_out + MARGIN);
    let asked = ask(stream, order, phase, message, watch, recorder);
    match timeout(order.time_out, asked).await {
        Ok(Err(fault))
            if matches!(
                fault.kind,
                FaultKind::BadReply | FaultKind::ClosedEarly | FaultKind::Reset
            ) =>
        {
            Err(fault::wants_no_key_because(&fault.message))
        }
        Ok(reply) => reply,
        Err(_) => {
            let waited = fault::seconds(order.time_out);
            let heard = format!("The server did not answer within {waited}.");
            Err(fault::wants_no_key_because(&heard))
        }
    }
}

/// Writes down what is said without what the key could be guessed from.
struct Discreet<'a, R>(&'a mut R);

impl<R: Recorder> Recorder for Discreet<'_, R> {
    fn line(&mut self, phase: Phase, direction: Direction, text: &str) {
        let shown = match direction {
            Direction::Sent if text.len() > ACCESS_REQUEST.len() => "k (the answer)",
            Direction::Received if read_challenge(text).is_some() => "200 OK: Challenge",
            _ => text,
        };
        self.0.line(phase, direction, shown);
    }

    fn remark(&mut self, _about: About, _text: impl FnOnce() -> String) {
        // Nothing of this is in the text of the protocol.
    }
}
