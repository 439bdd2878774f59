//! How much of a document there is room for.

use std::borrow::Cow;

/// How much of each kind of thing is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    /// Rows of a table.
    pub(super) rows: usize,
    /// Frames of a call path.
    pub(super) frames: usize,
    /// Characters of a name.
    pub(super) name: usize,
    /// Characters of a sentence.
    pub(super) sentence: usize,
    /// Items of a list.
    pub(super) items: usize,
}

/// From all of it to hardly anything: the first that fits is taken, so the same document is always cut the same way.
pub(super) const BUDGETS: [Budget; 9] = [
    budget(usize::MAX, usize::MAX, usize::MAX, usize::MAX, usize::MAX),
    budget(300, 32, 600, 4000, 200),
    budget(200, 24, 400, 4000, 100),
    budget(120, 12, 240, 2000, 60),
    budget(80, 8, 160, 1000, 40),
    budget(50, 6, 120, 600, 30),
    budget(24, 5, 100, 400, 20),
    budget(12, 4, 80, 300, 12),
    budget(6, 3, 60, 200, 8),
];

const fn budget(rows: usize, frames: usize, name: usize, sentence: usize, items: usize) -> Budget {
    Budget {
        rows,
        frames,
        name,
        sentence,
        items,
    }
}

/// `text` with what is in its middle left out: names differ at their beginning and their end.
pub(super) fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let count = text.chars().count();
    if count <= most {
        return Cow::Borrowed(text);
    }
    let half = most.saturating_sub(1) / 2;
    let start: String = text.chars().take(most.saturating_sub(1) - half).collect();
    let end: String = text.chars().skip(count - half).collect();
    Cow::Owned(format!("{start}…{end}"))
}
