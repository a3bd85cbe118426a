//! A connection without a socket: what the client says is in a script, and what it hears is kept. For trying
//! sessions by the million.
//!
//! It does what `session` does, but for waiting: what a wait would end with is in the script.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use super::dialogue::{Dialogue, GivenUp, ToWrite};
use super::shared::Shared;
use super::{ServerConfig, ServerHooks, SessionEnd};

/// What happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event<'a> {
    /// These bytes come.
    Bytes(&'a [u8]),
    /// Nothing comes for as long as says something, where it does.
    Silence,
    /// The client closes its side.
    End,
    /// Nothing comes for longer than is borne.
    Idle,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heard {
    /// All that the client hears.
    pub bytes: Vec<u8>,
    /// How its sessions ended, in their order; none for one that goes on.
    pub ends: Vec<SessionEnd>,
}

/// Plays a script to its end.
///
/// # Panics
/// The server holds more memory than it may, waits for what cannot come, or was wrong about its bytes.
#[must_use]
pub fn play<'a>(config: ServerConfig, script: impl IntoIterator<Item = Event<'a>>) -> Heard {
    let shared = Arc::new(Shared::new(config, ServerHooks::default()));
    let mut connection = Connection {
        dialogue: Dialogue::new(
            1,
            SocketAddr::from((Ipv4Addr::LOCALHOST, 1)),
            Arc::clone(&shared),
        ),
        shared,
        heard: Heard::default(),
        is_between: false,
        is_over: false,
    };
    for event in script {
        connection.happens(event);
        if connection.is_over {
            break;
        }
    }
    connection.heard
}

struct Connection {
    shared: Arc<Shared>,
    dialogue: Dialogue,
    heard: Heard,
    /// Whether a session is over and another may follow.
    is_between: bool,
    is_over: bool,
}

impl Connection {
    fn happens(&mut self, event: Event) {
        match event {
            Event::Bytes(mut bytes) => {
                while !bytes.is_empty() && !self.is_over {
                    bytes = self.comes(bytes);
                    self.goes_on();
                }
            }
            Event::Silence => {
                if self.is_between {
                    self.is_over = true;
                } else if self.dialogue.silence_at().is_some() {
                    self.dialogue.heed_silence();
                    self.goes_on();
                }
            }
            Event::End => {
                self.dialogue.end_of_data(Instant::now());
                self.goes_on();
                self.is_over = true;
            }
            Event::Idle => {
                let (end, line) = self.dialogue.given_up(GivenUp::Idle);
                self.heard
                    .bytes
                    .extend(line.into_iter().flat_map(|(_, bytes)| bytes));
                self.heard.ends.push(end);
                self.is_over = true;
            }
        }
    }

    /// Takes as many bytes as there is room for; gives the others back.
    fn comes<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let has_room = if self.is_between {
            self.dialogue.has_room()
        } else {
            self.dialogue.wants_input()
        };
        if !has_room {
            // Everything that was owed has been written, so only an end is left.
            assert!(
                self.is_between || self.dialogue.is_ending(),
                "it waits for ever"
            );
            self.is_over = self.is_between;
            return bytes;
        }
        let room = self.dialogue.room();
        let count = room.len().min(bytes.len());
        let (now, later) = bytes.split_at(count);
        if let Some(room) = room.get_mut(..count) {
            room.copy_from_slice(now);
        }
        self.dialogue.arrived(count, Instant::now());
        let (used, most) = (self.shared.budget.used(), self.shared.config.memory_budget);
        assert!(used <= most, "{used} bytes of {most}");
        later
    }

    /// Recognises and writes until something has to come.
    fn goes_on(&mut self) {
        loop {
            if self.is_between {
                match self.dialogue.goes_on() {
                    None => return,
                    Some(false) => {
                        self.is_over = true;
                        return;
                    }
                    Some(true) => {
                        self.is_between = false;
                        self.dialogue.begin_anew();
                    }
                }
            }
            self.dialogue.recognise();
            self.write();
            if self.dialogue.left_some() {
                continue;
            }
            let Some(end) = self.dialogue.ended() else {
                return;
            };
            let may_go_on = end == SessionEnd::Complete && self.dialogue.may_be_followed();
            let continues = end == SessionEnd::Continued;
            self.heard.ends.push(end);
            if !continues {
                self.dialogue.rest();
            }
            if continues {
                self.dialogue.begin_anew();
            } else if may_go_on {
                self.is_between = true;
            } else {
                self.is_over = true;
                return;
            }
        }
    }

    fn write(&mut self) {
        loop {
            let now = Instant::now();
            let count = match self.dialogue.next_write() {
                ToWrite::Now(bytes) => {
                    self.heard.bytes.extend_from_slice(bytes);
                    bytes.len()
                }
                ToWrite::Parts(parts) => {
                    self.heard.bytes.extend(parts.iter().copied().flatten());
                    parts.iter().map(|part| part.len()).sum()
                }
                // A script has no time for delays: its servers have none.
                ToWrite::At(_) | ToWrite::Nothing => return,
            };
            assert!(count > 0, "nothing was to be written");
            self.dialogue.wrote(count, now);
        }
    }
}
