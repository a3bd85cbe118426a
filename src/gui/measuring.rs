//! What the window does to measure: whether Run can be pressed and what it will do, runs on the
//! embedded server, and ending them.

use std::net::SocketAddr;
use std::sync::Arc;

use super::app::{App, NoticeKind};
use super::embedded::{listen_address, listen_port};
use super::modal::Modal;
use super::run_time;
use crate::engine::{RunRequest, can_be_resumed};
use crate::experiment::{Problem, Profile, Rounds, Target};
use crate::measurement::units::counted;
use crate::measurement::{About, Run, RunId};
use crate::protocol::{AccessKey, Dialect, Idiom};

impl App {
    /// Why Run cannot be pressed.
    #[must_use]
    pub fn why_not_run(&self, problems: &[Problem]) -> Option<String> {
        if let Some(problem) = problems.first() {
            return Some(problem.to_string());
        }
        if self.is_checking() {
            return Some(
                "A protocol check goes on. Stop it (Esc), or wait for its end.".to_owned(),
            );
        }
        let form = &self.settings.form;
        if !form.embedded {
            let key = self.settings.access_key.access_key();
            return key.err().map(|why| format!("Access key: {why}"));
        }
        if self.stop_server_after_run {
            return Some("The embedded server is being switched off.".to_owned());
        }
        let speaks = self.server.speaks(form.dialect, form.strict);
        if self.server.is_on() && !speaks && !self.on_embedded.is_empty() {
            return Some(
                "The embedded server speaks another dialect until its runs are over.".to_owned(),
            );
        }
        if !self.server.is_on() {
            let settings = &self.settings;
            let address = listen_address(&settings.listen_address).err();
            let port = listen_port(&settings.listen_port).err();
            return address
                .map(|why| format!("Listen address: {why}"))
                .or_else(|| port.map(|why| format!("Listen port: {why}")))
                .or_else(|| settings.server_limits.config().err());
        }
        None
    }

    /// The line under Run: what it will do.
    #[must_use]
    pub fn what_run_does(&self) -> String {
        let Ok(profile) = self.settings.form.profile() else {
            return String::new();
        };
        let points = what_points(&profile);
        let time = run_time::words(&profile, self.library.paces());
        if self.progress().is_some() {
            format!("Waits its turn: {time}")
        } else if matches!(profile.rounds, Rounds::UntilPrecise(_)) {
            format!("{points}: {time}")
        } else {
            format!("{points}, {time}")
        }
    }

    /// A waiting run in a few words.
    #[must_use]
    pub fn describe(&self, profile: &Profile) -> String {
        let place = match &profile.target {
            Target::Embedded => "this program".to_owned(),
            Target::Host { host, port } => format!("{host}:{port}"),
        };
        format!(
            "{}, {}, {place}",
            profile.measurement_type,
            what_points(profile)
        )
    }

    /// What the host that is measured has to be shown. What is no key keeps Run from being pressed.
    fn key_of_host(&self) -> Option<AccessKey> {
        self.settings.access_key.access_key().ok().flatten()
    }

    /// The run that is shown, if it was measured here, ended before its last visit and can go on.
    pub(super) fn resumable(&self) -> Option<&Arc<Run>> {
        let run = self.shown()?;
        let is_idle = self.progress().is_none() && self.snapshot().queue.is_empty();
        let is_idle = is_idle && !self.is_checking();
        let is_own = self.library.is_measured_here(run.id);
        let is_elsewhere = run.profile.target != Target::Embedded;
        (is_idle && is_own && is_elsewhere && can_be_resumed(run)).then_some(run)
    }

    /// Goes on with the run that is shown.
    pub(super) fn resume(&mut self) {
        let Some(run) = self.resumable().cloned() else {
            return;
        };
        let Target::Host { host, port } = run.profile.target.clone() else {
            return;
        };
        let request = RunRequest {
            profile: Arc::clone(&run.profile),
            host,
            port,
            access_key: self.key_of_host(),
            environment: Arc::new(crate::store::capture()),
            resumes: Some(Arc::clone(&run)),
        };
        match self.engine.run(request) {
            Ok(_) => {
                self.library.goes_on_again(&run);
                self.dismiss_notice();
            }
            Err(error) => self.say(NoticeKind::Error, error.to_string()),
        }
    }

    /// Shows in the form how a server wants to be spoken to, where a run found that out, so that the next one
    /// begins with it. A form that has been pointed elsewhere meanwhile is let be.
    pub(super) fn adopt_what_worked(&mut self, run: &Run) {
        // What was tried in vain changed nothing of the profile.
        let found = run.profile.idiom();
        let is_of_form =
            |profile: &Profile| profile.target == run.profile.target && profile.idiom() != found;
        let mut remarks = run.server.remarks.iter();
        if remarks.any(|remark| remark.about == About::Variant)
            && self
                .settings
                .form
                .profile()
                .is_ok_and(|profile| is_of_form(&profile))
        {
            self.settings.form.speak(found);
            let text = if found == Idiom::default() {
                "This server wants it as the text has it. The form has that now.".to_owned()
            } else {
                let differs = found.differences(Idiom::default());
                format!("This server wants it differently: {differs}. The form has it now.")
            };
            self.say(NoticeKind::Info, text);
        }
    }

    /// Measures what the form says.
    pub(super) fn run(&mut self) {
        if self.why_not_run(&self.form_problems()).is_some() {
            return;
        }
        let Ok(profile) = self.settings.form.profile() else {
            return;
        };
        if self.progress().is_none() {
            // What was said of the run before may be wrong of this one.
            self.dismiss_notice();
        }
        let (host, port) = match &profile.target {
            Target::Host { host, port } => (host.clone(), *port),
            Target::Embedded => {
                let was_on = self.server.is_on();
                match self.ready_server(&profile) {
                    Ok(address) => {
                        // Behind another run its own way of waiting would be changed under it.
                        if self.on_embedded.is_empty() {
                            self.server.set_wait(profile.wait);
                        }
                        if !was_on {
                            self.say_if_moved();
                        }
                        (address.ip().to_string(), address.port())
                    }
                    Err(error) => return self.say(NoticeKind::Error, error),
                }
            }
        };
        let embedded = profile.target == Target::Embedded;
        let access_key = if embedded {
            self.server.access_key()
        } else {
            self.key_of_host()
        };
        let request = RunRequest {
            profile: Arc::new(profile),
            host,
            port,
            access_key,
            // Anew each time: load, governor and battery are those of this run.
            environment: Arc::new(crate::store::capture()),
            resumes: None,
        };
        match self.engine.run(request) {
            Ok(id) => {
                self.leave_check();
                self.library.follow_newest();
                self.server.announce(false);
                if embedded {
                    self.on_embedded.push(id);
                }
            }
            Err(error) => self.say(NoticeKind::Error, error.to_string()),
        }
    }

    /// The embedded server, listening and speaking the profile's dialect.
    pub(super) fn ready_server(&mut self, profile: &Profile) -> Result<SocketAddr, String> {
        if self.server.speaks(profile.dialect, profile.strict)
            && let Some(address) = self.server.reachable()
        {
            return Ok(address);
        }
        self.start_server(profile.dialect, profile.strict)
    }

    fn start_server(&mut self, dialect: Dialect, strict: bool) -> Result<SocketAddr, String> {
        let settings = &self.settings;
        self.server.bear(settings.server_limits.config()?);
        let (address, port) = (&settings.listen_address, &settings.listen_port);
        self.server.start(address, port, dialect, strict)
    }

    fn say_if_moved(&mut self) {
        if let (Some(wanted), Some(address)) = (self.server.port_taken(), self.server.address()) {
            self.say(
                NoticeKind::Info,
                format!("Port {wanted} is taken, so the embedded server listens on {address}. The form follows."),
            );
        }
    }

    /// Takes a run out of the queue.
    pub fn cancel(&mut self, id: RunId) {
        self.engine.cancel(id);
    }

    /// Switches the embedded server on, or off; asks first where a run is measured on it.
    pub fn toggle_server(&mut self) {
        if !self.server.is_on() {
            let form = &self.settings.form;
            let (dialect, strict) = (form.dialect, form.strict);
            match self.start_server(dialect, strict) {
                Ok(_) => self.say_if_moved(),
                // Why it cannot listen stands in its card; the field that cannot be read may be out of sight.
                Err(why) if self.server.error().is_none() => self.say(NoticeKind::Error, why),
                Err(_) => {}
            }
        } else if self.on_embedded.is_empty() {
            if self.checks_embedded() {
                // It would find that the server died.
                self.stop_check();
            }
            self.server.stop();
        } else {
            self.modal = Some(Modal::StopServer);
        }
    }

    /// Ends the runs on the embedded server, then the server.
    pub fn stop_runs_then_server(&mut self) {
        self.stop_server_after_run = true;
        // Those that wait first: none may begin when the one before it ends.
        for id in self.on_embedded.iter().rev() {
            self.engine.stop(*id);
        }
    }

    /// Stops the run that goes on.
    pub(super) fn stop_current(&self) {
        if let Some(progress) = self.progress() {
            self.engine.stop(progress.run.id);
        }
    }

    /// Ends every run, then the window.
    pub fn stop_runs_then_quit(&mut self) {
        self.quit_after_run = true;
        for entry in &self.snapshot.queue {
            self.engine.cancel(entry.id);
        }
        self.stop_current();
    }
}

fn what_points(profile: &Profile) -> String {
    let sizes = profile.message_sizes.len();
    let delays = profile.server_delays_ms.len();
    let mut text = counted(sizes as u64, "size");
    if delays > 1 {
        text = format!("{text} × {delays} delays");
    }
    match profile.rounds {
        Rounds::Exactly(rounds) => format!("{text}, {}", counted(rounds.into(), "round")),
        Rounds::UntilPrecise(_) => format!("{text}, until precise"),
    }
}
