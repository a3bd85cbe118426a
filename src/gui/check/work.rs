//! Starting, following and stopping a check, and why it cannot be started.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use egui::Context;

use super::super::app::{App, NoticeKind};
use super::super::embedded::{listen_address, listen_port};
use super::super::form::Form;
use super::CheckView;
use super::sheet::Sheet;
use crate::check::{CheckEvent, Checking, ClientCheck, Peer, ServerCheck};
use crate::experiment::{Profile, Target};
use crate::protocol::Dialect;
use crate::store;

/// The fewest probes that any dialect wants: a check has its own, and those of the form do not matter.
const PROBES: &str = "20";

impl App {
    /// Whether a check goes on.
    #[must_use]
    pub fn is_checking(&self) -> bool {
        self.check.checking.is_some()
    }

    /// What of the form a check goes by, or why it cannot.
    pub(super) fn check_target(&self, peer: Peer) -> Result<Profile, String> {
        let form = &self.settings.form;
        let asked = Form {
            embedded: form.embedded || peer == Peer::Client,
            host: form.host.clone(),
            port: form.port.clone(),
            dialect: form.dialect,
            strict: form.strict,
            timeout_s: form.timeout_s.clone(),
            probes: PROBES.to_owned(),
            ..Form::default()
        };
        if form.dialect == Dialect::Echo {
            return Err("The dialect echo has no messages: there is nothing to check.".to_owned());
        }
        asked.profile().map_err(|problems| {
            let problem = problems.first().map(ToString::to_string);
            problem.unwrap_or_default()
        })
    }

    /// Why no check can be started now.
    #[must_use]
    pub fn why_not_check(&self, peer: Peer) -> Option<String> {
        if self.is_checking() {
            return Some("A check goes on already.".to_owned());
        }
        if self.progress().is_some() || !self.snapshot().queue.is_empty() {
            return Some(
                "A run goes on. A check beside it would change its figures: stop the run, or wait for its end."
                    .to_owned(),
            );
        }
        if let Err(why) = self.check_target(peer) {
            return Some(why);
        }
        let (address, port) = match peer {
            Peer::Server if !self.settings.form.embedded || self.server.is_on() => return None,
            Peer::Server => (&self.settings.listen_address, &self.settings.listen_port),
            Peer::Client => {
                let options = &self.settings.check;
                (&options.listen_address, &options.listen_port)
            }
        };
        let address = listen_address(address).err();
        let port = listen_port(port).err();
        address
            .map(|why| format!("Listen address: {why}"))
            .or_else(|| port.map(|why| format!("Listen port: {why}")))
    }

    /// Checks what the view says, and shows it.
    pub(in super::super) fn start_check(&mut self, context: &Context) {
        self.open_check();
        let peer = self.settings.check.peer;
        if self.why_not_check(peer).is_some() {
            return;
        }
        let Ok(target) = self.check_target(peer) else {
            return;
        };
        let on_embedded = peer == Peer::Server && target.target == Target::Embedded;
        let started = match peer {
            Peer::Server => self.check_server(&target, context),
            Peer::Client => self.check_client(&target, context),
        };
        match started {
            Ok((checking, sheet)) => {
                self.dismiss_notice();
                self.check = CheckView {
                    checking: Some(checking),
                    sheet: Some(sheet),
                    on_embedded,
                    ..CheckView::default()
                };
            }
            Err(why) => self.say(NoticeKind::Error, why),
        }
    }

    fn check_server(
        &mut self,
        target: &Profile,
        context: &Context,
    ) -> Result<(Checking, Sheet), String> {
        let (host, port) = match &target.target {
            Target::Host { host, port } => (host.clone(), *port),
            Target::Embedded => {
                let address = self.ready_server(target)?;
                (address.ip().to_string(), address.port())
            }
        };
        let check = ServerCheck {
            dialect: target.dialect,
            strict: target.strict,
            answer_time: Duration::from_millis(target.timeout_ms),
            program: store::capture().program,
            ..ServerCheck::of(&host, port)
        };
        let address = check.address();
        let checking = check.start(waker(context)).map_err(|why| cannot(&why))?;
        let sheet = Sheet::begun(Peer::Server, address, target.dialect, target.strict);
        Ok((checking, sheet))
    }

    fn check_client(
        &self,
        target: &Profile,
        context: &Context,
    ) -> Result<(Checking, Sheet), String> {
        let options = &self.settings.check;
        let (bind, port) = (
            listen_address(&options.listen_address)?,
            listen_port(&options.listen_port)?,
        );
        let check = ClientCheck {
            bind,
            port,
            dialect: target.dialect,
            strict: target.strict,
            answer_time: Duration::from_millis(target.timeout_ms),
            program: store::capture().program,
            ..ClientCheck::default()
        };
        let (checking, address) = check.start(waker(context)).map_err(|why| {
            let own = self.server.address().filter(|own| own.port() == port);
            let hint = match (why.kind(), own) {
                (io::ErrorKind::AddrInUse, Some(_)) => {
                    " The embedded server has this port: switch it off, or take another port."
                }
                (io::ErrorKind::AddrInUse, None) => " Take another port; 0 takes a free one.",
                _ => "",
            };
            format!("{bind}, port {port}, {}.{hint}", store::io_words(&why))
        })?;
        let sheet = Sheet::begun(
            Peer::Client,
            address.to_string(),
            target.dialect,
            target.strict,
        );
        Ok((checking, sheet))
    }

    /// Ends the check where it is; what was found stays.
    pub(in super::super) fn stop_check(&mut self) {
        if let Some(checking) = &self.check.checking {
            checking.stop();
            self.check.is_stopping = true;
        }
    }

    /// Takes in what the check has to say.
    pub(in super::super) fn follow_check(&mut self) {
        let view = &mut self.check;
        let Some(checking) = &view.checking else {
            return;
        };
        let mut ended = false;
        while let Some(event) = checking.try_next() {
            ended |= matches!(event, CheckEvent::Finished(_));
            if let Some(sheet) = &mut view.sheet {
                sheet.take(event);
            }
        }
        if ended {
            view.checking = None;
            view.is_stopping = false;
        }
    }

    /// Opens the view.
    pub(in super::super) fn open_check(&mut self) {
        self.settings.tab = super::super::settings::Tab::Check;
        self.settings.tabs_folded = false;
    }
}

/// What the check's thread wakes the window with.
fn waker(context: &Context) -> Arc<dyn Fn() + Send + Sync> {
    let context = context.clone();
    Arc::new(move || context.request_repaint())
}

fn cannot(why: &io::Error) -> String {
    format!("The check could not begin: {}.", store::io_words(why))
}
