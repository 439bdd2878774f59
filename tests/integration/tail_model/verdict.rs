//! What was delivered, held against what was written.

use fabric::serve::tail::{Turn, Woken};

use super::book::{CAP, Taken};
use super::world::{Line, World};

impl World {
    pub(super) fn check_handed_over(&mut self) {
        assert!(
            self.book.broken.is_empty(),
            "no line of ours: {:?}",
            self.book.broken
        );
        for taken in std::mem::take(&mut self.book.handed_over) {
            let Taken {
                number,
                too_long,
                text,
                offset,
            } = taken;
            let line = self.lines.get(number).expect("a line of ours");
            match too_long {
                None => {
                    assert!(
                        line.text == text,
                        "line {number} is another one: {text:.60}"
                    );
                    assert!(text.len() <= CAP, "line {number} is too long");
                }
                Some(bytes) => {
                    assert_eq!(bytes, line.text.len() as u64, "the length of line {number}");
                    assert!(
                        text.len() < CAP && bytes > CAP as u64,
                        "line {number} is not too long"
                    );
                }
            }
            assert_eq!(offset, line.offset, "the place of line {number}");
            assert!(line.complete, "line {number} is not whole");
            assert!(self.run.insert(number), "line {number} twice in a run");
            let again = !self.rereads && self.saved.contains(&number);
            assert!(!again, "line {number} again, though its place was saved");
            self.ever.insert(number);
            let newest = &mut self.newest[line.file];
            assert!(number >= *newest, "line {number} after {newest}");
            *newest = number;
        }
        let saves = self.report().state_saves;
        if saves > self.saves {
            self.saves = saves;
            self.note_save();
        }
    }

    pub(super) fn note_save(&mut self) {
        self.saved.clone_from(&self.ever);
        for inode in &mut self.inodes {
            inode.known_when_saved = inode.known;
        }
    }

    /// Turns until nothing changes any more, then holds what was delivered against what was written.
    pub(super) fn settle(&mut self) {
        for _ in 0..4 {
            let mut turns = 0;
            while self.turn(Woken::everything()) == Turn::More || turns == 0 {
                turns += 1;
                assert!(turns < 10_000, "it comes to no end: {:?}", self.report());
            }
        }
        for inode in 0..self.inodes.len() {
            // Moved aside before it was ever seen: nobody can know that it was a log.
            if !self.inodes[inode].is_log() && !self.inodes[inode].known {
                self.excuse(inode);
            }
        }
        let lost: Vec<usize> = (0..self.lines.len())
            .filter(|number| {
                let line = &self.lines[*number];
                let delivered = match self.rereads && !self.inodes[line.file].gone {
                    true => &self.run,
                    false => &self.ever,
                };
                line.complete && !line.excused && !delivered.contains(number)
            })
            .collect();
        let about: Vec<String> = lost
            .iter()
            .map(|number| {
                let inode = &self.inodes[self.lines[*number].file];
                format!("{number} of {:?} gone {}", inode.names, inode.gone)
            })
            .take(5)
            .collect();
        let report = self.report();
        assert!(
            lost.is_empty(),
            "{} lines lost: {about:?}: {report:?}",
            lost.len()
        );
        for inode in &mut self.inodes {
            inode.opened |= inode.touched || self.rereads;
        }
    }

    pub(super) fn lines_written(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn excused(&self) -> usize {
        let lost = |(number, line): &(usize, &Line)| line.excused && !self.ever.contains(number);
        self.lines.iter().enumerate().filter(lost).count()
    }
}
