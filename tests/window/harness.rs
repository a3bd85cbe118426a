//! The window under test: what a user does to it, and what can be read from it.
//!
//! Nothing here waits for a time that a busy machine may miss: whatever takes time is waited for by its
//! condition, within [`PATIENCE`].

use std::cell::Cell;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use echograph::gui::{App, Options};
use echograph::measurement::{Run, RunState};
use egui::accesskit::{Role, Toggled};
use egui::{
    Event, Key, Modifiers, OutputCommand, PointerButton, Pos2, Rect, Shape, Theme, ThemePreference,
    ViewportCommand, ViewportEvent, ViewportId, vec2,
};
use egui_kittest::kittest::{NodeT, Queryable};
use egui_kittest::{Harness, Node};
use tempfile::TempDir;

/// Longer than anything here takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_mins(2);
/// The thread that measures; every other one is to keep still while it does.
pub const ENGINE: &str = "echograph-engine";
/// Between two looks at something that takes time.
const PAUSE: Duration = Duration::from_millis(10);
/// Frames that a change may need until everything stands.
const SETTLE: usize = 4;
/// Large enough that nothing has to be scrolled.
const ROOMY: (f32, f32) = (1440.0, 1600.0);
/// Settings of a window in which the tabs show many rows at once.
const TALL_TABS: &str = "(tabs_height: 640.0, transcript_height: 640.0)";

/// One open window.
pub struct Window {
    harness: Harness<'static, App>,
    folder: Rc<TempDir>,
    theme_at_start: ThemePreference,
    copied: Option<String>,
    copied_image: Option<[usize; 2]>,
    title: String,
    fullscreen: Option<bool>,
    closing: bool,
    closed: bool,
}

impl Window {
    /// A window on its first start.
    pub fn open() -> Self {
        Self::open_in(Rc::new(tempfile::tempdir().unwrap()), ROOMY, Vec::new())
    }

    /// A window on its first start, of a size in points.
    pub fn open_sized(width: f32, height: f32) -> Self {
        let folder = Rc::new(tempfile::tempdir().unwrap());
        Self::open_in(folder, (width, height), Vec::new())
    }

    /// A window whose table or transcript has room for many rows.
    pub fn open_for_reading() -> Self {
        Self::open_on_settings(TALL_TABS.as_bytes())
    }

    /// A window started with a profile's path.
    pub fn open_with(profile: &Path) -> Self {
        let folder = Rc::new(tempfile::tempdir().unwrap());
        Self::open_in(folder, ROOMY, vec![profile.to_owned()])
    }

    /// A window started with files.
    pub fn open_with_files(files: &[PathBuf]) -> Self {
        let folder = Rc::new(tempfile::tempdir().unwrap());
        Self::open_in(folder, ROOMY, files.to_vec())
    }

    /// A window whose settings file has these bytes.
    pub fn open_on_settings(bytes: &[u8]) -> Self {
        let folder = Rc::new(tempfile::tempdir().unwrap());
        std::fs::write(folder.path().join("window.ron"), bytes).unwrap();
        Self::open_in(folder, ROOMY, Vec::new())
    }

    /// Closes the window and starts the program again.
    pub fn restart(self) -> Self {
        let folder = Rc::clone(&self.folder);
        drop(self);
        Self::open_in(folder, ROOMY, Vec::new())
    }

    fn open_in(folder: Rc<TempDir>, size: (f32, f32), files: Vec<PathBuf>) -> Self {
        let options = Options {
            config_dir: Some(folder.path().to_owned()),
            files,
            path_field: true,
        };
        let seen = Rc::new(Cell::new(None));
        let tell = Rc::clone(&seen);
        let harness = Harness::builder()
            .with_size(vec2(size.0, size.1))
            .with_max_steps(16)
            .build_eframe(move |creation| {
                let context = &creation.egui_ctx;
                let app = App::new(context, options).unwrap();
                let theme = context.options(|options| options.theme_preference);
                let blinks = |theme| context.style_of(theme).visuals.text_cursor.blink;
                tell.set(Some((theme, [blinks(Theme::Dark), blinks(Theme::Light)])));
                app
            });
        // The harness sets a theme of its own and stills the cursor; here the program's choices count.
        let (theme_at_start, blinks) = seen.get().unwrap();
        harness.ctx.set_theme(theme_at_start);
        for (theme, blink) in [Theme::Dark, Theme::Light].into_iter().zip(blinks) {
            harness
                .ctx
                .style_mut_of(theme, |style| style.visuals.text_cursor.blink = blink);
        }
        let mut window = Self {
            harness,
            folder,
            theme_at_start,
            copied: None,
            copied_image: None,
            title: String::new(),
            fullscreen: None,
            closing: false,
            closed: false,
        };
        window.settle();
        window
    }
}

/// Who asked for frames.
#[derive(Clone, Default)]
pub struct Asked(Arc<Mutex<Vec<String>>>);

impl Asked {
    /// The names of the threads that have asked since this was last looked at.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// What a user does.
impl Window {
    /// Draws a frame, and does with its commands what a native window does.
    pub fn frame(&mut self) {
        if self.closing {
            let root = self
                .harness
                .input_mut()
                .viewports
                .get_mut(&ViewportId::ROOT);
            root.unwrap().events.push(ViewportEvent::Close);
        }
        self.harness.step();
        let output = self.harness.output();
        for command in &output.platform_output.commands {
            if let OutputCommand::CopyText(text) = command {
                self.copied = Some(text.clone());
            }
            if let OutputCommand::CopyImage(image) = command {
                self.copied_image = Some(image.size);
            }
        }
        let commands = &output.viewport_output[&ViewportId::ROOT].commands;
        for command in commands {
            if let ViewportCommand::Title(title) = command {
                self.title.clone_from(title);
            }
            if let ViewportCommand::Fullscreen(is_full) = command {
                self.fullscreen = Some(*is_full);
            }
        }
        if self.closing && !commands.contains(&ViewportCommand::CancelClose) {
            self.closed = true;
        }
        self.closing = commands.contains(&ViewportCommand::Close);
    }

    /// Something the user does, and the frame that sees it.
    fn event(&mut self, event: Event) {
        self.harness.event(event);
        self.frame();
    }

    /// Draws until what was done has been taken in.
    pub fn settle(&mut self) {
        for _ in 0..SETTLE {
            self.frame();
        }
    }

    /// Clicks what stands at a place.
    pub fn click_at(&mut self, pos: Pos2) {
        self.event(Event::PointerMoved(pos));
        for pressed in [true, false] {
            self.event(Event::PointerButton {
                pos,
                button: PointerButton::Primary,
                pressed,
                modifiers: Modifiers::NONE,
            });
        }
        self.settle();
    }

    /// Clicks what has this role and label.
    #[track_caller]
    pub fn click(&mut self, role: Role, label: &str) {
        let node = self.node(role, label);
        assert!(
            !node.accesskit_node().is_disabled(),
            "{role:?} \"{label}\" is disabled"
        );
        let place = node.rect().center();
        self.click_at(place);
        self.event(Event::PointerGone);
    }

    /// Clicks a button.
    #[track_caller]
    pub fn click_button(&mut self, label: &str) {
        self.click(Role::Button, label);
    }

    /// Opens a menu and clicks an entry of it.
    #[track_caller]
    pub fn choose(&mut self, menu: &str, entry: &str) {
        self.click_button(menu);
        let place = self.menu_entry(entry).rect().center();
        self.click_at(place);
        self.event(Event::PointerGone);
        self.settle();
    }

    /// Opens one of the recent profiles.
    #[track_caller]
    pub fn choose_recent(&mut self, name: &str) {
        self.click_button("File");
        let place = self.menu_entry("Open recent").rect().center();
        self.click_at(place);
        let place = self.node(Role::Button, name).rect().center();
        self.click_at(place);
        self.event(Event::PointerGone);
        self.settle();
    }

    /// The names of the recent profiles, as the menu has them.
    pub fn recent(&mut self) -> Vec<String> {
        self.click_button("File");
        if self
            .menu_entry("Open recent")
            .accesskit_node()
            .is_disabled()
        {
            self.press(Key::Escape);
            return Vec::new();
        }
        let known = self.labels(Role::Button);
        let place = self.menu_entry("Open recent").rect().center();
        self.click_at(place);
        let mut names = self.labels(Role::Button);
        names.retain(|name| !known.contains(name));
        self.event(Event::PointerGone);
        self.press(Key::Escape);
        self.press(Key::Escape);
        names
    }

    /// Chooses from a drop-down list.
    #[track_caller]
    pub fn pick(&mut self, list: &str, entry: &str) {
        self.click(Role::ComboBox, list);
        self.click_button(entry);
    }

    /// Rests the pointer on what has this role and label, until its tooltip is there.
    #[track_caller]
    pub fn hover(&mut self, role: Role, label: &str) {
        let place = self.node(role, label).rect().center();
        self.hover_at(place);
    }

    /// Rests the pointer at a place until a tooltip would be there.
    pub fn hover_at(&mut self, place: Pos2) {
        self.event(Event::PointerGone);
        self.event(Event::PointerMoved(place));
        // A tooltip waits until the pointer has come to rest; frames of the harness are 1/4 s apart.
        for _ in 0..12 {
            self.frame();
        }
    }

    /// Replaces a field's text, letter by letter.
    #[track_caller]
    pub fn type_into(&mut self, field: &str, text: &str) {
        self.write_into(Role::TextInput, field, text);
        assert_eq!(self.field(field), text);
    }

    /// The same where what is written is not shown.
    #[track_caller]
    pub fn type_secret(&mut self, field: &str, text: &str) {
        self.write_into(Role::PasswordInput, field, text);
        assert!(!self.painted().iter().any(|painted| painted == text));
    }

    #[track_caller]
    fn write_into(&mut self, role: Role, field: &str, text: &str) {
        let node = self.node(role, field);
        let enabled = !node.accesskit_node().is_disabled();
        assert!(enabled, "the field \"{field}\" is disabled");
        node.focus();
        self.frame();
        self.press_with(Modifiers::COMMAND, Key::A);
        self.press(Key::Backspace);
        for letter in text.chars() {
            self.event(Event::Text(letter.to_string()));
        }
        self.settle();
    }

    /// Unfolds the card that says how is measured, from the keyboard: it may be out of sight.
    pub fn open_advanced(&mut self) {
        if !self.has(Role::TextInput, "Warm-up") {
            self.node(Role::DisclosureTriangle, "Advanced").focus();
            self.frame();
            self.press(Key::Space);
            self.settle();
        }
    }

    /// Asks for a number of rounds.
    #[track_caller]
    pub fn exactly(&mut self, rounds: &str) {
        self.click_button("1 round");
        self.open_advanced();
        self.type_into("Rounds", rounds);
    }

    /// Asks for precision instead of a number of rounds.
    #[track_caller]
    pub fn until_precise(&mut self) {
        self.click_button("Until precise");
        self.open_advanced();
    }

    /// Puts the keyboard into a field.
    pub fn focus(&mut self, field: &str) {
        self.node(Role::TextInput, field).focus();
        self.settle();
        assert!(self.node(Role::TextInput, field).is_focused());
    }

    /// Presses a key.
    pub fn press(&mut self, key: Key) {
        self.press_with(Modifiers::NONE, key);
    }

    /// Presses a key with Ctrl.
    pub fn press_ctrl(&mut self, key: Key) {
        self.press_with(Modifiers::COMMAND, key);
    }

    /// Presses a key with modifiers.
    pub fn press_with(&mut self, modifiers: Modifiers, key: Key) {
        self.event(Event::ModifiersChanged(modifiers));
        for pressed in [true, false] {
            self.event(Event::Key {
                key,
                physical_key: None,
                pressed,
                repeat: false,
                modifiers,
            });
        }
        self.event(Event::ModifiersChanged(Modifiers::NONE));
        self.settle();
    }

    /// Answers the question for a path.
    #[track_caller]
    pub fn give_path(&mut self, path: &Path, button: &str) {
        self.type_into("Path", path.to_str().unwrap());
        self.click_button(button);
    }

    /// Presses the close button of the window's frame.
    pub fn press_close(&mut self) {
        self.closing = true;
        self.settle();
    }

    /// The desktop changes its theme.
    pub fn set_desktop_theme(&mut self, theme: Theme) {
        self.harness.input_mut().system_theme = Some(theme);
        self.settle();
    }

    /// Presses Run and waits until the run has ended.
    #[track_caller]
    pub fn run_to_its_end(&mut self) -> Run {
        let before = self.app().shown().map(|run| run.id);
        self.click_button("Run");
        self.wait_until("the run to end", |window| {
            window.ended().is_some_and(|run| Some(run.id) != before)
        });
        self.settle();
        self.ended().unwrap().clone()
    }

    /// Fills the form with a run that lasts until it is stopped, starts it, and waits for an echo.
    #[track_caller]
    pub fn start_endless_run(&mut self) {
        self.type_into("Message sizes", "8");
        self.type_into("Server delay (ms)", "20");
        self.type_into("Probe count", "100");
        self.exactly("10000");
        self.click_button("Run");
        self.wait_until("the first round", |window| {
            let progress = window.app().progress();
            progress.is_some_and(|progress| progress.probes_done > 0)
        });
    }

    /// Draws frames until something is so.
    #[track_caller]
    pub fn wait_until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        loop {
            self.frame();
            if is_so(self) {
                return;
            }
            assert!(
                began.elapsed() < PATIENCE,
                "waited in vain for {what}; the window says {:#?}",
                self.texts()
            );
            std::thread::sleep(PAUSE);
        }
    }

    /// Writes down from now on who asks for a frame: the names of their threads.
    pub fn watch_repaints(&self) -> Asked {
        let asked = Asked::default();
        let told = asked.clone();
        self.harness.ctx.set_repaint_observer(move |_| {
            let name = std::thread::current().name().map(str::to_owned);
            told.0.lock().unwrap().push(name.unwrap_or_default());
        });
        asked
    }

    /// The threads that ask for frames while nobody touches the window, but for the one that measures.
    pub fn asked_at_rest(&mut self, asked: &Asked) -> Vec<String> {
        // What a click and the keyboard set moving has come to rest.
        for _ in 0..8 {
            self.frame();
        }
        asked.take();
        for _ in 0..8 {
            self.frame();
        }
        let mut others = asked.take();
        others.retain(|thread| thread != ENGINE);
        others
    }

    /// Draws frames until the window asks for none any more, not even a later one.
    #[track_caller]
    pub fn wait_until_still(&mut self) {
        let is_still = |window: &Self| {
            let output = &window.harness.output().viewport_output[&ViewportId::ROOT];
            output.repaint_delay == Duration::MAX
        };
        // A last word of the embedded server may come between two looks; then it is looked at again.
        for _ in 0..3 {
            self.wait_until("nothing to move", is_still);
            // It stays so; this looks for controls without a name, too.
            self.harness.run();
            if is_still(self) {
                return;
            }
        }
        panic!("the window asks for frames again and again");
    }
}

/// What can be read.
impl Window {
    /// The window's state.
    pub fn app(&self) -> &App {
        self.harness.state()
    }

    /// What egui was told.
    pub fn context(&self) -> &egui::Context {
        &self.harness.ctx
    }

    /// A path in a folder of this window's own.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The theme that was chosen when the window opened.
    pub fn theme_at_start(&self) -> ThemePreference {
        self.theme_at_start
    }

    /// What was last put on the clipboard.
    pub fn copied(&self) -> &str {
        self.copied.as_deref().expect("nothing was copied")
    }

    /// The title in the window's frame.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Whether the window has closed.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// The only node with this role and label.
    #[track_caller]
    pub fn node<'a>(&'a self, role: Role, label: &'a str) -> Node<'a> {
        self.harness.get_by_role_and_label(role, label)
    }

    /// Whether there is a node with this role and label.
    pub fn has(&self, role: Role, label: &str) -> bool {
        self.labels(role).iter().any(|known| known == label)
    }

    /// Whether the only node with this role and label can be used.
    #[track_caller]
    pub fn is_enabled(&self, role: Role, label: &str) -> bool {
        !self.node(role, label).accesskit_node().is_disabled()
    }

    /// Whether the only node with this role and label is switched on.
    #[track_caller]
    pub fn is_on(&self, role: Role, label: &str) -> bool {
        self.node(role, label).accesskit_node().toggled() == Some(Toggled::True)
    }

    /// Where the only node with this role and label stands.
    #[track_caller]
    pub fn place(&self, role: Role, label: &str) -> Rect {
        self.node(role, label).rect()
    }

    /// The names of everything that has this role.
    pub fn labels(&self, role: Role) -> Vec<String> {
        let nodes = self.harness.query_all_by_role(role);
        nodes
            .filter_map(|node| node.accesskit_node().label())
            .collect()
    }

    /// An entry of the open menu; its shortcut stands behind its name.
    #[track_caller]
    fn menu_entry<'a>(&'a self, name: &'a str) -> Node<'a> {
        let is_entry = move |label: &str| {
            let shortcut = label.strip_prefix(name);
            shortcut.is_some_and(|rest| {
                [" Ctrl", " F5", " F11", " Esc"]
                    .iter()
                    .any(|k| rest.starts_with(k))
            })
        };
        let nodes: Vec<Node<'a>> = self.harness.root().children_recursive().collect();
        let find = |is_named: &dyn Fn(&str) -> bool| {
            nodes.iter().rev().find(|node| {
                let node = node.accesskit_node();
                node.role() != Role::Label && node.label().is_some_and(|label| is_named(&label))
            })
        };
        let found = find(&is_entry).or_else(|| find(&|label| label == name));
        *found.unwrap_or_else(|| panic!("no menu has the entry \"{name}\""))
    }

    /// What stands in a field or is chosen in a list.
    #[track_caller]
    pub fn value(&self, role: Role, name: &str) -> String {
        self.node(role, name).value().unwrap_or_default()
    }

    /// What stands in a field.
    #[track_caller]
    pub fn field(&self, name: &str) -> String {
        self.value(Role::TextInput, name)
    }

    /// Everything the window says, with where it stands.
    pub fn placed_texts(&self) -> Vec<(Rect, String)> {
        let labels = self.harness.query_all_by_role(Role::Label);
        let links = self.harness.query_all_by_role(Role::Link);
        let links = links.filter_map(|node| Some((node.rect(), node.accesskit_node().label()?)));
        labels
            .filter_map(|node| Some((node.rect(), node.value()?)))
            .chain(links)
            .collect()
    }

    /// Everything the window says.
    pub fn texts(&self) -> Vec<String> {
        let texts = self.placed_texts().into_iter();
        texts.map(|(_, text)| text).collect()
    }

    /// Whether the window says something that contains this.
    pub fn says(&self, part: &str) -> bool {
        self.texts().iter().any(|text| text.contains(part))
    }

    /// The rows of text in the open tab, each from left to right.
    pub fn rows(&self) -> Vec<Vec<String>> {
        let tab = self.place(Role::Button, "Points");
        let mut texts = self.placed_texts();
        texts.retain(|(at, _)| at.top() > tab.bottom() && at.left() >= tab.left());
        texts.retain(|(at, _)| at.bottom() < self.place(Role::Button, "Stop").top());
        texts.sort_by(|(a, _), (b, _)| {
            let (a, b) = (a.center(), b.center());
            a.y.total_cmp(&b.y).then(a.x.total_cmp(&b.x))
        });
        let mut rows: Vec<(f32, Vec<(f32, String)>)> = Vec::new();
        for (at, text) in texts {
            match rows.last_mut() {
                // What stands in one row may be of different sizes, but is centred alike.
                Some((y, row)) if (at.center().y - *y).abs() < 4.0 => row.push((at.left(), text)),
                _ => rows.push((at.center().y, vec![(at.left(), text)])),
            }
        }
        let sorted = |mut row: Vec<(f32, String)>| {
            row.sort_by(|(a, _), (b, _)| a.total_cmp(b));
            row.into_iter().map(|(_, text)| text).collect()
        };
        rows.into_iter().map(|(_, row)| sorted(row)).collect()
    }

    /// Everything that is painted as text, in the plots too, which have no nodes.
    pub fn painted(&self) -> Vec<String> {
        fn collect(shape: &Shape, texts: &mut Vec<String>) {
            match shape {
                Shape::Text(text) => texts.push(text.galley.job.text.clone()),
                Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, texts)),
                _ => {}
            }
        }
        let mut texts = Vec::new();
        for clipped in &self.harness.output().shapes {
            collect(&clipped.shape, &mut texts);
        }
        texts
    }

    /// Whether Run can be pressed.
    pub fn can_run(&self) -> bool {
        self.is_enabled(Role::Button, "Run")
    }

    /// The line under Run.
    pub fn under_run(&self) -> String {
        let run = self.place(Role::Button, "Run");
        let mut texts = self.placed_texts();
        texts.retain(|(at, _)| at.top() >= run.bottom() && run.x_range().contains(at.center().x));
        texts.sort_by(|(a, _), (b, _)| a.top().total_cmp(&b.top()));
        texts
            .into_iter()
            .next()
            .map(|(_, text)| text)
            .unwrap_or_default()
    }

    /// The run that is shown, once none goes on.
    pub fn ended(&self) -> Option<&Run> {
        let app = self.app();
        let shown = app.shown().filter(|run| run.state != RunState::Running);
        shown
            .filter(|_| app.progress().is_none())
            .map(AsRef::as_ref)
    }
}

/// Keeps port 10000 from every window of this process, as another program would.
pub fn hold_default_port() {
    static HELD: OnceLock<Option<TcpListener>> = OnceLock::new();
    HELD.get_or_init(|| {
        let began = Instant::now();
        loop {
            match TcpListener::bind("127.0.0.1:10000") {
                Ok(listener) => return Some(listener),
                // A window of another test may have it for a moment.
                Err(_) if began.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
                // Another program has it and keeps it, which is what is wanted.
                Err(_) => return None,
            }
        }
    });
}

/// A port at which every connection is refused, as long as this lives.
pub struct ClosedPort(socket2::Socket);

impl ClosedPort {
    pub fn new() -> Self {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None);
        let socket = socket.unwrap();
        let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
        // Bound, so nobody else gets the port; not listening, so nobody gets in.
        socket.bind(&any.into()).unwrap();
        Self(socket)
    }

    pub fn port(&self) -> u16 {
        self.0.local_addr().unwrap().as_socket().unwrap().port()
    }
}

/// What the plots need.
impl Window {
    /// Clicks twice what stands at a place.
    pub fn double_click_at(&mut self, pos: Pos2) {
        self.event(Event::PointerMoved(pos));
        // Frames of the harness are 1/4 s apart, and each event has one of its own.
        let delay = |context: &egui::Context, seconds| {
            context.options_mut(|options| options.input_options.max_double_click_delay = seconds);
        };
        delay(&self.harness.ctx, 0.6);
        for pressed in [true, false, true, false] {
            self.event(Event::PointerButton {
                pos,
                button: PointerButton::Primary,
                pressed,
                modifiers: Modifiers::NONE,
            });
        }
        delay(&self.harness.ctx, 0.3);
        self.settle();
    }

    /// Moves the pointer, and draws what follows from it at once.
    pub fn move_to(&mut self, pos: Pos2) {
        self.event(Event::PointerMoved(pos));
        self.frame();
    }

    /// Turns the wheel by a number of points.
    pub fn turn_wheel(&mut self, points: f32) {
        self.scroll_by(vec2(0.0, points));
    }

    /// Scrolls by a number of points, as two fingers do.
    pub fn scroll_by(&mut self, points: egui::Vec2) {
        self.event(Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: points,
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
            modifiers: Modifiers::NONE,
        });
        self.settle();
    }

    /// The labels of everything with this role that is switched on, in the order drawn.
    pub fn switched_on(&self, role: Role) -> Vec<String> {
        let nodes = self.harness.query_all_by_role(role);
        nodes
            .filter(|node| node.accesskit_node().toggled() == Some(Toggled::True))
            .filter_map(|node| node.accesskit_node().label())
            .collect()
    }

    /// The size of the picture that was last put on the clipboard.
    pub fn copied_image(&self) -> Option<[usize; 2]> {
        self.copied_image
    }

    /// How many times larger than usual everything is.
    pub fn zoom(&self) -> f32 {
        self.harness.ctx.zoom_factor()
    }

    /// Whether the window was last made to fill the screen, or not to.
    pub fn fullscreen(&self) -> Option<bool> {
        self.fullscreen
    }
}

/// A file that is dropped.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

/// What files need.
impl Window {
    /// Holds files over the window.
    pub fn hover_files(&mut self, paths: &[PathBuf]) {
        let hovered = paths.iter().map(|path| egui::HoveredFile {
            path: Some(path.clone()),
            mime: String::new(),
        });
        self.harness.input_mut().hovered_files = hovered.collect();
        self.settle();
    }

    /// Drops files on the window.
    pub fn drop_files(&mut self, paths: &[PathBuf]) {
        let input = self.harness.input_mut();
        input.hovered_files.clear();
        for path in paths {
            input.dropped_files.push(Arc::new(Dropped(path.clone())));
        }
        self.settle();
    }

    /// Opens a file by its path.
    #[track_caller]
    pub fn open_file(&mut self, path: &Path) {
        self.choose("File", "Open…");
        self.give_path(path, "Open");
        self.settle();
    }

    /// The names of what the plots draw, in the order drawn.
    pub fn drawn(&self) -> Vec<String> {
        let sources = self.app().sources();
        sources
            .iter()
            .map(|source| source.name.to_owned())
            .collect()
    }
}
