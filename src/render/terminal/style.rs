//! How a terminal is to be written to, and the escape sequences for it.

use crate::report::Tone;

/// How a terminal is to be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether escape sequences for colour may be written.
    pub color: bool,
    /// Whether more than ASCII may be drawn. Names are shown as they are in either case.
    pub unicode: bool,
}

impl Default for Style {
    /// For a pipe or a file: 100 columns, for there is no terminal to ask, and no colour.
    fn default() -> Self {
        Self {
            width: 100,
            color: false,
            unicode: true,
        }
    }
}

impl Style {
    /// What replaces something left out.
    pub(super) fn ellipsis(self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }

    /// What stands between a function and its caller.
    pub(super) fn arrow(self) -> &'static str {
        if self.unicode { " ← " } else { " <- " }
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    pub(super) fn faint(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// `text` in the colour of `tone`.
    pub(super) fn tone(self, tone: Tone, text: &str) -> String {
        self.paint(code(tone), text)
    }

    /// `text` bold in the colour of `tone`.
    pub(super) fn bold_tone(self, tone: Tone, text: &str) -> String {
        match code(tone) {
            "" => self.bold(text),
            code => self.paint(&format!("1;{code}"), text),
        }
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.color && !code.is_empty() && !text.is_empty() {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

/// The eight basic colours follow the user's theme, so they are readable on every background.
fn code(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "",
        Tone::Good => "32",
        Tone::Warning => "33",
        Tone::Bad => "31",
        Tone::Faint => "2",
    }
}
