//! A folder of logs on the disk, and beside it a model that knows what was written and what may be lost.

use std::collections::{BTreeSet, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use fabric::serve::tail::{TailOptions, TailReport, Tailer, Turn, Woken};
use fabric::serve::time::WallTime;

use super::book::{Book, CAP, HEADER, line_time};

/// One line of the whole course; its number stands in it.
pub(super) struct Line {
    pub(super) text: String,
    pub(super) file: usize,
    pub(super) offset: u64,
    pub(super) complete: bool,
    /// It may be lost: it was cut off, or its file went away before it could be known.
    pub(super) excused: bool,
}

/// An inode.
pub(super) struct Inode {
    /// Where it can be written to.
    pub(super) path: PathBuf,
    /// Names in the folder that lead to it; without one it is not followed.
    pub(super) names: BTreeSet<String>,
    /// Numbers of the lines that are in it now.
    lines: Vec<usize>,
    size: u64,
    /// The rest of a line whose beginning was written.
    rest: Vec<u8>,
    /// Written to in this run, or read in it for another reason.
    pub(super) touched: bool,
    /// The tailer has it open, if it follows enough files.
    pub(super) opened: bool,
    /// It was under the name of a log when the tailer looked, in this run or before the state was saved.
    pub(super) known: bool,
    pub(super) known_when_saved: bool,
    looks: u32,
    pub(super) gone: bool,
}

impl Inode {
    pub(super) fn is_log(&self) -> bool {
        self.names.iter().any(|name| name.ends_with(".jsonl"))
    }
}

/// In so many turns a look through the folder begins and ends: one may be under way that has passed a name already.
const LOOK_TURNS: u32 = 3;

/// The folder, the model, and the tailer.
pub(super) struct World {
    pub(super) folder: PathBuf,
    outside: PathBuf,
    options: TailOptions,
    tailer: Option<Tailer>,
    pub(super) book: Book,
    pub(super) now: i64,
    pub(super) lines: Vec<Line>,
    pub(super) inodes: Vec<Inode>,
    /// Delivered in this run; in any; in any when the state was saved last.
    pub(super) run: HashSet<usize>,
    pub(super) ever: HashSet<usize>,
    pub(super) saved: HashSet<usize>,
    /// Per inode the newest that was delivered in this run.
    pub(super) newest: Vec<usize>,
    pub(super) saves: u64,
    /// Whether all of the history is read again at start.
    pub(super) rereads: bool,
    names: usize,
}

impl World {
    pub(super) fn new(root: &Path, state: &Path, followed: usize, rereads: bool) -> World {
        let folder = root.join("logs");
        let outside = root.join("outside");
        fs::create_dir_all(&folder).expect("a folder");
        fs::create_dir_all(&outside).expect("a folder");
        let mut options = TailOptions::new(folder.clone(), line_time);
        options.state_file = Some(state.join("tail.json"));
        options.files_followed = followed;
        options.line_bytes = CAP;
        options.history = std::time::Duration::from_secs(if rereads { 1 << 30 } else { 0 });
        // Ahead of the clock of the files, which therefore are all older than the start.
        let now = WallTime::now().0 + 3_600_000;
        World {
            tailer: Some(Tailer::open(options.clone(), WallTime(now))),
            folder,
            outside,
            options,
            book: Book::default(),
            now,
            lines: Vec::new(),
            inodes: Vec::new(),
            run: HashSet::new(),
            ever: HashSet::new(),
            saved: HashSet::new(),
            newest: Vec::new(),
            saves: 0,
            rereads,
            names: 0,
        }
    }

    fn fresh_name(&mut self) -> String {
        self.names += 1;
        format!("w-{}.jsonl", self.names)
    }

    fn add_inode(&mut self, path: PathBuf, name: String) -> usize {
        File::create(&path).expect("a file");
        self.inodes.push(Inode {
            path,
            names: BTreeSet::from([name]),
            lines: Vec::new(),
            size: 0,
            rest: Vec::new(),
            touched: false,
            opened: false,
            known: false,
            known_when_saved: false,
            looks: 0,
            gone: false,
        });
        self.newest.push(0);
        self.inodes.len() - 1
    }

    pub(super) fn create(&mut self) -> usize {
        let name = self.fresh_name();
        self.add_inode(self.folder.join(&name), name)
    }

    pub(super) fn create_named(&mut self, name: &str) -> usize {
        self.add_inode(self.folder.join(name), name.to_owned())
    }

    /// A link to a file elsewhere.
    pub(super) fn create_link(&mut self) -> usize {
        let name = self.fresh_name();
        let target = self.outside.join(&name);
        std::os::unix::fs::symlink(&target, self.folder.join(&name)).expect("a link");
        self.add_inode(target, name)
    }

    fn append(&mut self, inode: usize, bytes: &[u8]) {
        let inode = &mut self.inodes[inode];
        let mut file = OpenOptions::new()
            .append(true)
            .open(&inode.path)
            .expect("it is there");
        file.write_all(bytes).expect("it can be written");
        inode.size += bytes.len() as u64;
        inode.touched = true;
    }

    /// Writes a line of about so many bytes; of the last one perhaps only a part.
    pub(super) fn write_line(&mut self, inode: usize, bytes: usize, keep: usize, crlf: bool) {
        self.finish_line(inode);
        if self.inodes[inode].size == 0 && inode.is_multiple_of(2) {
            // Many files begin alike.
            self.append(inode, (HEADER.repeat(40) + "\n").as_bytes());
        }
        let number = self.lines.len();
        let mut text = format!("{} {number} ", self.now);
        while text.len() < bytes {
            // The number again, so that no two lines end alike.
            text.push_str(&format!("{number}{}", ['x', 'ü', '€', '𝄞'][text.len() % 4]));
        }
        let mut whole = text.clone().into_bytes();
        whole.extend_from_slice(if crlf { b"\r\n" } else { b"\n" });
        self.lines.push(Line {
            text,
            file: inode,
            offset: self.inodes[inode].size,
            complete: false,
            excused: false,
        });
        self.inodes[inode].lines.push(number);
        let rest = whole.split_off(whole.len() - keep.min(whole.len() - 1));
        self.append(inode, &whole);
        self.lines[number].complete = rest.is_empty();
        self.inodes[inode].rest = rest;
    }

    pub(super) fn blank_line(&mut self, inode: usize) {
        self.finish_line(inode);
        self.append(inode, b"\n");
    }

    pub(super) fn finish_line(&mut self, inode: usize) {
        let rest = std::mem::take(&mut self.inodes[inode].rest);
        if !rest.is_empty() {
            self.append(inode, &rest);
            let last = self.inodes[inode].lines.last().copied();
            self.lines[last.expect("a line was begun")].complete = true;
        }
    }

    /// What is in the file now and was not delivered may be lost.
    pub(super) fn excuse(&mut self, inode: usize) {
        for number in &self.inodes[inode].lines {
            if !self.ever.contains(number) || self.rereads {
                self.lines[*number].excused = true;
            }
        }
    }

    pub(super) fn truncate(&mut self, inode: usize) {
        self.excuse(inode);
        let file = OpenOptions::new()
            .write(true)
            .open(&self.inodes[inode].path);
        file.expect("it is there")
            .set_len(0)
            .expect("it can be cut");
        let inode = &mut self.inodes[inode];
        inode.lines.clear();
        inode.rest.clear();
        inode.size = 0;
        inode.touched = true;
    }

    /// The last name of an inode is gone.
    fn lost(&mut self, inode: usize) {
        let follows_all = self.options.files_followed > 100;
        if !(self.inodes[inode].opened && follows_all) {
            self.excuse(inode);
        }
        self.inodes[inode].gone = true;
    }

    /// Removes one name, perhaps the last.
    pub(super) fn remove_name(&mut self, inode: usize) {
        let name = self.inodes[inode].names.pop_first().expect("it has a name");
        let path = self.folder.join(&name);
        fs::remove_file(&path).expect("it is there");
        match self.inodes[inode].names.first() {
            None => self.lost(inode),
            Some(other) if path == self.inodes[inode].path => {
                self.inodes[inode].path = self.folder.join(other);
            }
            Some(_) => {}
        }
    }

    pub(super) fn link_hard(&mut self, inode: usize) {
        let name = self.fresh_name();
        fs::hard_link(&self.inodes[inode].path, self.folder.join(&name)).expect("a link");
        self.inodes[inode].names.insert(name);
    }

    /// Renames its first name; what has the new name already is replaced.
    pub(super) fn rename(&mut self, inode: usize, to: &str) {
        let Some(from) = self.inodes[inode].names.pop_first() else {
            return;
        };
        let owner = |other: &Inode| !other.gone && other.names.contains(to);
        let replaced = self.inodes.iter().position(owner);
        if replaced == Some(inode) {
            self.inodes[inode].names.insert(from);
            return;
        }
        let (old, new) = (self.folder.join(&from), self.folder.join(to));
        fs::rename(&old, &new).expect("it is there");
        if self.inodes[inode].path == old {
            self.inodes[inode].path.clone_from(&new);
        }
        self.inodes[inode].names.insert(to.to_owned());
        if let Some(other) = replaced {
            self.inodes[other].names.remove(to);
            match self.inodes[other].names.first().cloned() {
                None => self.lost(other),
                Some(name) if self.inodes[other].path == new => {
                    self.inodes[other].path = self.folder.join(name);
                }
                Some(_) => {}
            }
        }
    }

    pub(super) fn turn(&mut self, woken: Woken) -> Turn {
        self.now += 1000;
        let tailer = self.tailer.as_mut().expect("it runs");
        tailer.look_again(woken);
        let turn = tailer.turn(WallTime(self.now), None, &mut self.book);
        self.looked(1);
        self.check_handed_over();
        turn
    }

    fn looked(&mut self, turns: u32) {
        let folder_is_there = self.folder.is_dir();
        for inode in &mut self.inodes {
            if !folder_is_there || !inode.is_log() {
                inode.looks = 0;
                continue;
            }
            inode.looks += turns;
            inode.known |= inode.looks >= LOOK_TURNS;
        }
    }

    pub(super) fn report(&mut self) -> TailReport {
        self.tailer.as_mut().expect("it runs").report()
    }

    /// Ends this run, perhaps without warning, and changes the folder before the next one.
    pub(super) fn restart(&mut self, graceful: bool, meanwhile: impl FnOnce(&mut World)) {
        let mut tailer = self.tailer.take().expect("it runs");
        if graceful {
            tailer.save(WallTime(self.now));
            assert!(
                tailer.report().state_saves > self.saves,
                "{:?}",
                tailer.report()
            );
            self.note_save();
        }
        drop(tailer);
        // What is gone was only to be had through the open file.
        for inode in 0..self.inodes.len() {
            if self.inodes[inode].gone {
                self.excuse(inode);
            }
        }
        for inode in &mut self.inodes {
            inode.touched = false;
            inode.opened = false;
            inode.known = inode.known_when_saved;
        }
        self.book.taken.clear();
        self.book.refuse = false;
        meanwhile(self);
        let state = self
            .options
            .state_file
            .as_ref()
            .expect("there is to be one");
        let had_state = state.exists();
        if !had_state {
            // Without places, what is older than the history is passed over.
            for inode in 0..self.inodes.len() {
                self.excuse(inode);
            }
        }
        self.now += 5000;
        self.saves = 0;
        self.run.clear();
        self.newest.fill(0);
        self.tailer = Some(Tailer::open(self.options.clone(), WallTime(self.now)));
        self.looked(LOOK_TURNS);
        if !had_state {
            // Such files are told from ones that get their inode later by their birth, and the clock of the file system ticks slowly.
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
}
