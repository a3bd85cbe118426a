//! The form: a profile as it is being typed, every field as text until it can be read.

use serde::{Deserialize, Serialize};

use crate::experiment::{
    Field, MAX_DELAYS, MAX_SIZES, Problem, Profile, Rounds, SizeSet, Target, format_list,
    parse_list,
};
use crate::protocol::{Dialect, MeasurementType};

/// What the form holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Form {
    /// Whether the target is the program's own server.
    pub embedded: bool,
    /// Host, used when not embedded.
    pub host: String,
    /// Port, used when not embedded.
    pub port: String,
    /// Measurement type.
    pub kind: MeasurementType,
    /// Message sizes, as a list.
    pub sizes: String,
    /// Probe count.
    pub probes: String,
    /// Server delays in milliseconds, as a list.
    pub delays: String,
    /// Rounds.
    pub rounds: String,
    /// Warm-up probes.
    pub warmup: String,
    /// Dialect.
    pub dialect: Dialect,
    /// Strict replies.
    pub strict: bool,
    /// Time-out in seconds.
    pub timeout_s: String,
}

impl Default for Form {
    fn default() -> Self {
        Self::of(&Profile::default())
    }
}

impl Form {
    /// The form that shows `profile`.
    #[must_use]
    pub fn of(profile: &Profile) -> Self {
        let (embedded, host, port) = match &profile.target {
            Target::Embedded => (true, "127.0.0.1".to_owned(), "10000".to_owned()),
            Target::Host { host, port } => (false, host.clone(), port.to_string()),
        };
        Self {
            embedded,
            host,
            port,
            kind: profile.measurement_type,
            sizes: format_list(&profile.message_sizes),
            probes: profile.probes.to_string(),
            delays: profile
                .server_delays_ms
                .iter()
                .map(u64::to_string)
                .collect::<Vec<_>>()
                .join(","),
            rounds: profile.rounds.most().to_string(),
            warmup: profile.warmup.to_string(),
            dialect: profile.dialect,
            strict: profile.strict,
            timeout_s: seconds(profile.timeout_ms),
        }
    }

    /// The profile that the form says.
    ///
    /// # Errors
    /// Everything in it that cannot be read or measured, in the order of the form.
    pub fn profile(&self) -> Result<Profile, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut profile = Profile {
            measurement_type: self.kind,
            dialect: self.dialect,
            strict: self.strict,
            ..Profile::default()
        };
        if !self.embedded {
            profile.target = Target::Host {
                host: self.host.trim().to_owned(),
                port: read(&mut problems, Field::Port, || port(&self.port)).unwrap_or(1),
            };
        }
        let list = |text: &str, most| parse_list(text, most).map_err(|error| error.to_string());
        if let Some(sizes) = read(&mut problems, Field::MessageSizes, || {
            list(&self.sizes, MAX_SIZES)
        }) {
            profile.message_sizes = sizes;
        }
        if let Some(probes) = read(&mut problems, Field::Probes, || whole(&self.probes)) {
            profile.probes = probes;
        }
        if let Some(delays) = read(&mut problems, Field::ServerDelays, || {
            list(&self.delays, MAX_DELAYS)
        }) {
            profile.server_delays_ms = delays;
        }
        if let Some(rounds) = read(&mut problems, Field::Rounds, || whole(&self.rounds)) {
            profile.rounds = Rounds::Exactly(rounds);
        }
        if let Some(warmup) = read(&mut problems, Field::Warmup, || whole(&self.warmup)) {
            profile.warmup = warmup;
        }
        if let Some(time_out) = read(&mut problems, Field::Timeout, || {
            milliseconds(&self.timeout_s)
        }) {
            profile.timeout_ms = time_out;
        }
        for problem in profile.problems() {
            // A field that cannot even be read holds its default here: one reason is enough.
            if problems.iter().all(|known| known.field != problem.field) {
                problems.push(problem);
            }
        }
        if problems.is_empty() {
            Ok(profile)
        } else {
            Err(problems)
        }
    }

    /// Changes the measurement type. Where the sizes are a set of the assignment, they become the set
    /// of the new type; sizes of the user's own stay.
    pub fn set_kind(&mut self, kind: MeasurementType) {
        let is_a_set = parse_list(&self.sizes, MAX_SIZES)
            .is_ok_and(|sizes| SizeSet::ALL.iter().any(|set| set.sizes() == sizes));
        if kind != self.kind && is_a_set {
            self.set_sizes(SizeSet::default_for(kind));
        }
        self.kind = kind;
    }

    /// Takes one of the assignment's sets.
    pub fn set_sizes(&mut self, set: SizeSet) {
        self.sizes = format_list(set.sizes());
    }
}

fn read<T>(
    problems: &mut Vec<Problem>,
    field: Field,
    value: impl FnOnce() -> Result<T, String>,
) -> Option<T> {
    value()
        .map_err(|message| problems.push(Problem { field, message }))
        .ok()
}

fn port(text: &str) -> Result<u16, String> {
    match text.trim().parse::<u16>() {
        Ok(port) if port > 0 => Ok(port),
        _ => Err("must be 1 to 65535".to_owned()),
    }
}

fn whole(text: &str) -> Result<u32, String> {
    let text = text.trim();
    if text.is_empty() {
        Err("is empty; write a whole number".to_owned())
    } else if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        Err(format!("\"{text}\" is not a whole number"))
    } else {
        text.parse().map_err(|_| "is too large".to_owned())
    }
}

fn milliseconds(text: &str) -> Result<u64, String> {
    let value: f64 = text
        .trim()
        .parse()
        .map_err(|_| "must be a number of seconds, such as 5 or 0.5".to_owned())?;
    if !(0.1..=3600.0).contains(&value) {
        return Err("must be 0.1 s to 3600 s".to_owned());
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range was checked"
    )]
    Ok((value * 1000.0).round() as u64)
}

fn seconds(ms: u64) -> String {
    let text = format!("{}.{:03}", ms / 1000, ms % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_shown_is_read_back() {
        let profile = Profile {
            target: Target::Host {
                host: "::1".to_owned(),
                port: 7,
            },
            message_sizes: vec![1, 2048, 1_048_576],
            server_delays_ms: vec![0, 10, 50],
            timeout_ms: 1_500,
            warmup: 3,
            dialect: Dialect::Bologna,
            strict: true,
            ..Profile::default()
        };
        assert_eq!(Form::of(&profile).profile(), Ok(profile));
        assert_eq!(Form::default().profile(), Ok(Profile::default()));
    }

    #[test]
    fn each_field_that_cannot_be_read_is_named_once() {
        let form = Form {
            embedded: false,
            host: " ".to_owned(),
            port: "99999".to_owned(),
            sizes: "1,,2".to_owned(),
            probes: "many".to_owned(),
            delays: "-1".to_owned(),
            rounds: "0".to_owned(),
            warmup: String::new(),
            timeout_s: "NaN".to_owned(),
            ..Form::default()
        };
        let mut fields: Vec<Field> = form
            .profile()
            .unwrap_err()
            .iter()
            .map(|p| p.field)
            .collect();
        let named = fields.len();
        fields.dedup();
        assert_eq!((fields.len(), named), (8, 8));
    }

    #[test]
    fn the_type_brings_its_sizes_unless_they_are_the_users_own() {
        let mut form = Form::default();
        form.set_kind(MeasurementType::Tput);
        assert_eq!(form.sizes, "1K,2K,4K,8K,16K,32K");
        form.set_kind(MeasurementType::Rtt);
        assert_eq!(form.sizes, "1,100,200,400,800,1000");
        form.sizes = "5,6".to_owned();
        form.set_kind(MeasurementType::Tput);
        assert_eq!(form.sizes, "5,6");
    }
}
