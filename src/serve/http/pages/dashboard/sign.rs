//! Signs of a verdict: each has a shape of its own, because colours are not seen by everybody and not at night.

use crate::analysis::trend::SeriesAssessment;
use crate::report::Tone;
use crate::serve::store::{Assessment, SELF};

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
const CANNOT: Sign = Sign {
    word: "Cannot be watched",
    tone: Tone::Warning,
    rank: TROUBLED,
    shape: "<path class=\"line\" d=\"M12 2.5a9.5 9.5 0 1 1 0 19a9.5 9.5 0 0 1 0-19z\"/><path class=\"line\" d=\"M5.5 5.5l13 13\"/>",
};
const STABLE: Sign = Sign {
    word: "Stable",
    tone: Tone::Good,
    rank: 5,
    shape: "<circle cx=\"12\" cy=\"12\" r=\"10\"/><path class=\"cut\" d=\"m7.5 12.5 3 3 6-6.5\"/>",
};
const TOO_FEW: Sign = Sign {
    word: "Too early to say",
    tone: Tone::Faint,
    rank: 6,
    shape: "<path class=\"line\" d=\"M12 2.5a9.5 9.5 0 1 1 0 19a9.5 9.5 0 0 1 0-19z\"/><path class=\"line\" d=\"M12 7v5.3l3.4 2\"/>",
};

/// Ranks between those of verdicts: who has passed the limit, who has a problem, and this server.
const AT_LIMIT: u8 = 2;
const TROUBLED: u8 = 3;
const OWN: u8 = 4;

impl Sign {
    /// The sign of a verdict by its name in the contract; of none, where there is none.
    pub(super) fn of(assessment: Option<&Assessment>) -> Sign {
        let Some(shown) = assessment else {
            return TOO_FEW;
        };
        let sign = match shown.assessment {
            SeriesAssessment::Leaking => LEAKING,
            SeriesAssessment::Growing => GROWING,
            SeriesAssessment::Stable => STABLE,
            SeriesAssessment::InsufficientData
                if shown.problem.is_some() && shown.snapshots == 0 =>
            {
                CANNOT
            }
            SeriesAssessment::InsufficientData => TOO_FEW,
        };
        let rank_at_most = |most: u8| Sign {
            rank: sign.rank.min(most),
            ..sign
        };
        // Whoever goes on growing has a sign that is loud enough.
        if shown.is_at_limit() && sign.rank > AT_LIMIT {
            return Sign {
                rank: AT_LIMIT,
                tone: GROWING.tone,
                shape: GROWING.shape,
                ..sign
            };
        }
        match (&shown.problem, &*shown.target) {
            (Some(_), _) => rank_at_most(TROUBLED),
            (None, SELF) => rank_at_most(OWN),
            (None, _) => sign,
        }
    }

    /// Whether it is the sign of a heap that goes on growing.
    pub(super) fn goes_on(self) -> bool {
        self.rank <= GROWING.rank
    }

    /// Whether there is nothing to judge, and a reason for it.
    pub(super) fn cannot(self) -> bool {
        self.word == CANNOT.word
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
