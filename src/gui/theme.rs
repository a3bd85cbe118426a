//! Every colour, size and spacing of the window, and the fonts: the one place to change them.

use std::sync::Arc;

use egui::{
    Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Shadow, Stroke,
    TextStyle, Theme, Visuals, vec2,
};
use serde::{Deserialize, Serialize};

use crate::chart::{Rgb, SERIES_DARK, SERIES_LIGHT};

/// Type scale: four sizes, in points.
pub mod text_size {
    /// Units, captions, what stands beside a figure.
    pub const SMALL: f32 = 12.0;
    /// Everything that is read.
    pub const BODY: f32 = 14.0;
    /// Titles of cards and plots.
    pub const TITLE: f32 = 16.0;
    /// The primary action.
    pub const LARGE: f32 = 19.0;
}

/// Spacing, in steps of four points.
pub mod space {
    /// Between things that belong together.
    pub const SMALL: f32 = 4.0;
    /// Between things.
    pub const MEDIUM: f32 = 8.0;
    /// Between groups.
    pub const LARGE: f32 = 12.0;
}

/// Width of the form, in points.
pub const FORM_WIDTH: f32 = 308.0;
/// Share of the window's height that the tabs under the plots have until they are dragged, and the least
/// they have then, in points: five rows of the table in a window of the first size.
pub const TABS_SHARE: (f32, f32) = (0.19, 156.0);
/// Their height where another tab than the table is open: lines want to be read one under the other, and
/// plots to be high enough.
pub const TRANSCRIPT_HEIGHT: f32 = 320.0;
/// Height of the tabs when they are folded away.
pub const TABS_FOLDED: f32 = 36.0;
/// The least height of the tabs, and what they leave to the plots.
pub const TABS_LEAST: (f32, f32) = (112.0, 350.0);
/// Space between the two plots.
pub const PLOT_GAP: f32 = 24.0;
/// Size of the window when it is first opened: the plots have 60 % of it.
pub const WINDOW: egui::Vec2 = vec2(1440.0, 960.0);
/// The smallest window.
pub const LEAST_WINDOW: egui::Vec2 = vec2(1024.0, 700.0);
/// Corner radius of cards, fields and buttons.
pub const RADIUS: u8 = 4;
/// Height of a table row.
pub const ROW_HEIGHT: f32 = 20.0;
/// Height of the points' table's heads: a name and its unit.
pub const HEAD_HEIGHT: f32 = 32.0;

/// Which theme the user wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ThemeChoice {
    /// What the desktop says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl ThemeChoice {
    /// Every choice with its name.
    pub const ALL: [(Self, &'static str); 3] = [
        (Self::System, "System theme"),
        (Self::Light, "Light theme"),
        (Self::Dark, "Dark theme"),
    ];

    /// Tells egui.
    pub fn apply(self, ctx: &egui::Context) {
        ctx.set_theme(match self {
            Self::System => egui::ThemePreference::System,
            Self::Light => egui::ThemePreference::Light,
            Self::Dark => egui::ThemePreference::Dark,
        });
    }
}

/// The colours of one theme.
#[derive(Debug, Clone, Copy)]
pub struct Palette {
    /// Behind the form.
    pub panel: Color32,
    /// Behind the plots.
    pub canvas: Color32,
    /// Behind a card.
    pub card: Color32,
    /// Behind a field.
    pub field: Color32,
    /// Lines that separate.
    pub line: Color32,
    /// Lines behind a plot.
    pub grid: Color32,
    /// Text.
    pub text: Color32,
    /// Units, captions.
    pub faint: Color32,
    /// The one accent.
    pub accent: Color32,
    /// Text on the accent.
    pub on_accent: Color32,
    /// Something is wrong.
    pub error: Color32,
    /// Something wants attention.
    pub warning: Color32,
    /// Something is well.
    pub good: Color32,
    /// Curves, in their order.
    pub series: [Color32; 7],
}

const DARK: Palette = Palette {
    panel: Color32::from_rgb(0x1b, 0x1e, 0x23),
    canvas: Color32::from_rgb(0x14, 0x16, 0x1a),
    card: Color32::from_rgb(0x23, 0x27, 0x2e),
    field: Color32::from_rgb(0x15, 0x18, 0x1c),
    line: Color32::from_rgb(0x39, 0x3f, 0x48),
    grid: Color32::from_rgb(0x2e, 0x33, 0x3b),
    text: Color32::from_rgb(0xe6, 0xe9, 0xed),
    faint: Color32::from_rgb(0x9d, 0xa6, 0xb2),
    accent: Color32::from_rgb(0x2b, 0x7d, 0xd1),
    on_accent: Color32::from_rgb(0xff, 0xff, 0xff),
    error: Color32::from_rgb(0xff, 0x8a, 0x73),
    warning: Color32::from_rgb(0xf0, 0xb4, 0x3c),
    good: Color32::from_rgb(0x3c, 0xc4, 0x9a),
    series: colours(&SERIES_DARK),
};

const LIGHT: Palette = Palette {
    panel: Color32::from_rgb(0xf1, 0xf3, 0xf6),
    canvas: Color32::from_rgb(0xff, 0xff, 0xff),
    card: Color32::from_rgb(0xff, 0xff, 0xff),
    field: Color32::from_rgb(0xf7, 0xf8, 0xfa),
    line: Color32::from_rgb(0xc9, 0xcf, 0xd7),
    grid: Color32::from_rgb(0xdf, 0xe3, 0xe8),
    text: Color32::from_rgb(0x1a, 0x1e, 0x24),
    faint: Color32::from_rgb(0x5a, 0x63, 0x70),
    accent: Color32::from_rgb(0x0a, 0x5f, 0xb4),
    on_accent: Color32::from_rgb(0xff, 0xff, 0xff),
    error: Color32::from_rgb(0xb3, 0x2d, 0x12),
    warning: Color32::from_rgb(0x8a, 0x5a, 0x00),
    good: Color32::from_rgb(0x00, 0x75, 0x55),
    series: colours(&SERIES_LIGHT),
};

/// The colours of curves, as they are in exported pictures too.
const fn colours(order: &[Rgb; 7]) -> [Color32; 7] {
    let mut colours = [Color32::BLACK; 7];
    let mut index = 0;
    while index < colours.len() {
        let Rgb(red, green, blue) = order[index];
        colours[index] = Color32::from_rgb(red, green, blue);
        index += 1;
    }
    colours
}

impl Palette {
    /// The palette of the theme that is shown.
    #[must_use]
    pub fn of(ui: &egui::Ui) -> &'static Self {
        Self::of_theme(ui.theme())
    }

    fn of_theme(theme: Theme) -> &'static Self {
        match theme {
            Theme::Dark => &DARK,
            Theme::Light => &LIGHT,
        }
    }

    /// The colour of series `index`.
    #[must_use]
    pub fn series(&self, index: usize) -> Color32 {
        self.series
            .get(index % self.series.len())
            .copied()
            .unwrap_or(self.accent)
    }
}

/// The family of emphasised text.
#[must_use]
pub fn medium() -> FontFamily {
    FontFamily::Name("medium".into())
}

/// Puts fonts, sizes and colours into a context.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    for theme in [Theme::Dark, Theme::Light] {
        let palette = Palette::of_theme(theme);
        ctx.set_visuals_of(theme, visuals(theme, palette));
        ctx.style_mut_of(theme, |style| {
            style.text_styles = [
                (TextStyle::Small, FontId::proportional(text_size::SMALL)),
                (TextStyle::Body, FontId::proportional(text_size::BODY)),
                (TextStyle::Button, FontId::proportional(text_size::BODY)),
                (TextStyle::Heading, FontId::new(text_size::TITLE, medium())),
                (TextStyle::Monospace, FontId::monospace(text_size::SMALL)),
            ]
            .into();
            style.spacing.item_spacing = vec2(space::MEDIUM, space::SMALL);
            style.spacing.button_padding = vec2(10.0, 4.0);
            style.spacing.interact_size.y = 28.0;
            style.spacing.menu_margin = Margin::same(6);
            style.spacing.tooltip_width = 360.0;
            // A blinking cursor would draw frames for ever in a window where nothing moves.
            style.visuals.text_cursor.blink = false;
        });
    }
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    for (name, bytes) in [
        ("Roboto", crate::chart::picture::ROBOTO_REGULAR),
        ("Roboto Medium", crate::chart::picture::ROBOTO_MEDIUM),
    ] {
        fonts
            .font_data
            .insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    // Hack has the arrows that Roboto lacks.
    let fallback = fonts
        .families
        .get(&FontFamily::Proportional)
        .cloned()
        .unwrap_or_default();
    for (family, first) in [
        (FontFamily::Proportional, "Roboto"),
        (medium(), "Roboto Medium"),
    ] {
        let mut names = vec![first.to_owned(), "Hack".to_owned()];
        names.extend(fallback.iter().cloned());
        fonts.families.insert(family, names);
    }
    fonts
}

fn visuals(theme: Theme, palette: &Palette) -> Visuals {
    let mut visuals = match theme {
        Theme::Dark => Visuals::dark(),
        Theme::Light => Visuals::light(),
    };
    let radius = CornerRadius::same(RADIUS);
    visuals.panel_fill = palette.panel;
    visuals.window_fill = palette.card;
    visuals.window_stroke = Stroke::new(1.0, palette.line);
    visuals.window_corner_radius = CornerRadius::same(2 * RADIUS);
    visuals.menu_corner_radius = radius;
    visuals.window_shadow = Shadow {
        offset: [0, 4],
        blur: 16,
        spread: 0,
        color: Color32::from_black_alpha(80),
    };
    visuals.popup_shadow = visuals.window_shadow;
    visuals.extreme_bg_color = palette.canvas;
    visuals.text_edit_bg_color = Some(palette.field);
    visuals.faint_bg_color = palette.panel.lerp_to_gamma(palette.line, 0.25);
    visuals.error_fg_color = palette.error;
    visuals.warn_fg_color = palette.warning;
    visuals.hyperlink_color = palette.accent;
    visuals.weak_text_color = Some(palette.faint);
    visuals.selection.bg_fill = palette.accent.gamma_multiply(0.45);
    visuals.selection.stroke = Stroke::new(1.0, palette.text);

    let raised = palette.card.lerp_to_gamma(palette.text, 0.08);
    let widgets = &mut visuals.widgets;
    for (state, fill, line) in [
        (&mut widgets.noninteractive, palette.card, palette.line),
        (&mut widgets.inactive, raised, palette.line),
        (
            &mut widgets.hovered,
            palette.card.lerp_to_gamma(palette.text, 0.14),
            palette.faint,
        ),
        (
            &mut widgets.active,
            palette.card.lerp_to_gamma(palette.text, 0.22),
            palette.accent,
        ),
        (&mut widgets.open, raised, palette.accent),
    ] {
        state.bg_fill = fill;
        state.weak_bg_fill = fill;
        state.bg_stroke = Stroke::new(1.0, line);
        state.fg_stroke = Stroke::new(1.0, palette.text);
        state.corner_radius = radius;
        // Nothing grows under the pointer: what stands beside it would seem to move.
        state.expansion = 0.0;
    }
    visuals
}
