//! Signs of a verdict: each has a shape of its own, because colours are not seen by everybody and not at night.

use crate::report::Tone;
use crate::serve::store::Assessment;

/// How a verdict is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sign {
    /// In words.
    pub(super) word: &'static str,
    /// How it is coloured.
    pub(super) tone: Tone,
    /// The lesser, the sooner someone should look.
    pub(super) rank: u8,
    shape: &'static str,
}

const LEAKING: Sign = Sign {
    word: "Leaking",
    tone: Tone::Bad,
    rank: 0,
    shape: "<path d=\"M8 2h8l6 6v8l-6 6H8l-6-6V8z\"/><path class=\"cut\" d=\"M12 6.5v6.5M12 16.8v.2\"/>",
};
const GROWING: Sign = Sign {
    word: "Growing",
    tone: Tone::Warning,
    rank: 1,
    shape: "<path d=\"M12 2.5 22.5 21h-21z\"/><path class=\"cut\" d=\"M12 9v5.5M12 17.8v.2\"/>",
};
const STABLE: Sign = Sign {
    word: "Stable",
    tone: Tone::Good,
    rank: 3,
    shape: "<circle cx=\"12\" cy=\"12\" r=\"10\"/><path class=\"cut\" d=\"m7.5 12.5 3 3 6-6.5\"/>",
};
const TOO_FEW: Sign = Sign {
    word: "Too early to say",
    tone: Tone::Faint,
    rank: 2,
    shape: "<path class=\"line\" d=\"M12 2.5a9.5 9.5 0 1 1 0 19a9.5 9.5 0 0 1 0-19z\"/><path class=\"line\" d=\"M12 7v5.3l3.4 2\"/>",
};

impl Sign {
    /// The sign of a verdict by its name in the contract; of none, where there is none.
    pub(super) fn of(assessment: Option<&Assessment>) -> Sign {
        match assessment.map(|it| it.assessment) {
            Some("leaking") => LEAKING,
            Some("growing") => GROWING,
            Some("stable") => STABLE,
            _ => TOO_FEW,
        }
    }

    /// The shape.
    pub(super) fn svg(self) -> String {
        format!(
            "<svg class=\"sign {}\" viewBox=\"0 0 24 24\" aria-hidden=\"true\">{}</svg>",
            self.class(),
            self.shape
        )
    }

    /// The class of its tone in the style sheet.
    pub(super) fn class(self) -> &'static str {
        match self.tone {
            Tone::Bad => "bad",
            Tone::Warning => "warning",
            Tone::Good => "good",
            Tone::Plain | Tone::Faint => "faint",
        }
    }
}
