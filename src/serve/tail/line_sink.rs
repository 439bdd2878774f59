//! Where lines go.

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// Name of the file in its folder; foreign text.
    pub file: &'a str,
    /// Where the line begins, in bytes.
    pub offset: u64,
    /// Whether the line was there before reading began: then it may be hours old.
    pub backlog: bool,
}

/// Takes the lines of a folder.
pub trait LineSink {
    /// One whole line, without its newline (and without the carriage return before it).
    fn line(&mut self, place: Place<'_>, line: &[u8]);

    /// A line that is longer than a line may be was passed over; `start` is its beginning, `bytes` its whole length.
    fn too_long(&mut self, place: Place<'_>, start: &[u8], bytes: u64);

    /// What was there when reading began has been read, or cannot be. Until then files are read in turn, the one that is furthest back in
    /// time first, so that lines come roughly in the order of their times; now they come as they are written.
    fn caught_up(&mut self) {}

    /// Hands over what was taken so far; may wait until there is room for it. When it returns, the lines count as delivered. `false` when
    /// nobody takes them any more: then reading ends, and lines since the last hand-over count as unread.
    fn hand_over(&mut self) -> bool;
}
