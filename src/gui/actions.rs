//! The table of actions: what each is called, what it does in a sentence, and its shortcut. Menus,
//! buttons and the keyboard read it; nothing else defines a shortcut.

use egui::{Key, KeyboardShortcut, Modifiers};

/// Something the user can do from anywhere in the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// A new profile.
    New,
    /// Open a profile, a run or a result of another tool.
    Open,
    /// Save the profile.
    Save,
    /// Save the profile elsewhere.
    SaveAs,
    /// Save the run that is shown.
    SaveRun,
    /// Write plots, a report or samples.
    Export,
    /// Put the plots into the clipboard.
    CopyPlots,
    /// Start a run.
    Run,
    /// Go on with a run that ended early.
    Resume,
    /// Check the server that the form names.
    CheckServer,
    /// Stop the run or the check.
    Stop,
    /// Show the plots alone, large, or everything again.
    Present,
    /// Close the window.
    Quit,
}

const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const fn alone(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

const NEW: &[KeyboardShortcut] = &[ctrl(Key::N)];
const OPEN: &[KeyboardShortcut] = &[ctrl(Key::O)];
const SAVE: &[KeyboardShortcut] = &[ctrl(Key::S)];
const SAVE_AS: &[KeyboardShortcut] = &[KeyboardShortcut::new(
    Modifiers::COMMAND.plus(Modifiers::SHIFT),
    Key::S,
)];
const EXPORT: &[KeyboardShortcut] = &[ctrl(Key::E)];
const COPY_PLOTS: &[KeyboardShortcut] = &[
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::E),
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::C),
];
const RUN: &[KeyboardShortcut] = &[ctrl(Key::R), alone(Key::F5)];
const CHECK: &[KeyboardShortcut] = &[ctrl(Key::K)];
const STOP: &[KeyboardShortcut] = &[alone(Key::Escape)];
const PRESENT: &[KeyboardShortcut] = &[alone(Key::F11)];
const QUIT: &[KeyboardShortcut] = &[ctrl(Key::Q)];

impl Action {
    /// Every action. Those with more modifiers come first, so that Ctrl+Shift+S is not taken for
    /// Ctrl+S.
    pub const ALL: [Self; 13] = [
        Self::SaveAs,
        Self::CopyPlots,
        Self::Save,
        Self::SaveRun,
        Self::Export,
        Self::New,
        Self::Open,
        Self::Run,
        Self::Resume,
        Self::CheckServer,
        Self::Stop,
        Self::Present,
        Self::Quit,
    ];

    /// Its name in menus and on buttons.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::New => "New profile",
            Self::Open => "Open…",
            Self::Save => "Save profile",
            Self::SaveAs => "Save profile as…",
            Self::SaveRun => "Save run…",
            Self::Export => "Export…",
            Self::CopyPlots => "Copy plots",
            Self::Run => "Run",
            Self::Resume => "Resume",
            Self::CheckServer => "Check server",
            Self::Stop => "Stop",
            Self::Present => "Presenter view",
            Self::Quit => "Quit",
        }
    }

    /// What it does, in a sentence.
    #[must_use]
    pub fn tooltip(self) -> &'static str {
        match self {
            Self::New => "Start over with the default form.",
            Self::Open => {
                "Read a profile into the form, show a run, or lay a result of NetPIPE, sockperf or iperf3 over it."
            }
            Self::Save => "Write the form to its profile file.",
            Self::SaveAs => "Write the form to another profile file.",
            Self::SaveRun => "Write the run that is shown to a JSON document, with every sample.",
            Self::Export => {
                "Write what the plots show: as a picture, as a lab report, or every sample."
            }
            Self::CopyPlots => "Put the plots into the clipboard, as a picture.",
            Self::Run => "Measure what the form says. While a run goes, another waits its turn.",
            Self::Resume => {
                "Go on with the run that is shown, from where its server was gone or it was stopped. What was measured is kept."
            }
            Self::CheckServer => {
                "Put the server of the form through the rules of the protocol, one after another."
            }
            Self::Stop => {
                "End this run now; what was measured stays. The next in the queue begins."
            }
            Self::Present => {
                "Show the plots alone, on the whole screen, with large type and thick lines. Esc or F11 leaves it."
            }
            Self::Quit => "Close the window. The form is kept for the next start.",
        }
    }

    /// Its shortcuts; the first is the one shown.
    #[must_use]
    pub fn shortcuts(self) -> &'static [KeyboardShortcut] {
        match self {
            Self::New => NEW,
            Self::Open => OPEN,
            Self::Save => SAVE,
            Self::SaveAs => SAVE_AS,
            Self::SaveRun | Self::Resume => &[],
            Self::Export => EXPORT,
            Self::CopyPlots => COPY_PLOTS,
            Self::Run => RUN,
            Self::CheckServer => CHECK,
            Self::Stop => STOP,
            Self::Present => PRESENT,
            Self::Quit => QUIT,
        }
    }

    /// The actions whose shortcuts were pressed.
    #[must_use]
    pub fn pressed(ctx: &egui::Context) -> Vec<Self> {
        ctx.input_mut(|input| {
            Self::ALL
                .into_iter()
                .filter(|action| {
                    action
                        .shortcuts()
                        .iter()
                        .any(|keys| input.consume_shortcut(keys))
                })
                .collect()
        })
    }
}
