//! The names found so far in one module, by address, so that two profiles of one program cost one lookup.

use hashbrown::HashMap;
use std::sync::Arc;

use super::demangle::{demangle, name_text};

/// Functions and frames of one module.
#[derive(Default)]
pub(super) struct NameCache {
    functions: Vec<Arc<NamedFunction>>,
    /// By linker name and file.
    function_index: HashMap<(Box<[u8]>, Box<str>), u32>,
    frames: Vec<NamedFrame>,
    answers: HashMap<u64, Answer>,
}

/// A function as symbols or DWARF name it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NamedFunction {
    pub(super) name: String,
    /// The linker name where it is another one, else empty.
    pub(super) linker_name: String,
    /// Empty where it is not known.
    pub(super) file: String,
}

/// One frame; its function is a position in the module's list.
#[derive(Debug, Clone, Copy)]
pub(super) struct NamedFrame {
    pub(super) function: u32,
    pub(super) line: u32,
    pub(super) column: u32,
}

/// What is known of one address: where its frames are, innermost first. No frames: it has no name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answer {
    start: u32,
    end: u32,
}

impl NameCache {
    pub(super) fn get(&self, address: u64) -> Option<Answer> {
        self.answers.get(&address).copied()
    }

    pub(super) fn frames(&self, answer: Answer) -> &[NamedFrame] {
        &self.frames[answer.start as usize..answer.end as usize]
    }

    pub(super) fn function(&self, index: u32) -> &Arc<NamedFunction> {
        &self.functions[index as usize]
    }

    pub(super) fn insert(
        &mut self,
        address: u64,
        frames: impl IntoIterator<Item = NamedFrame>,
    ) -> Answer {
        let start = self.frames.len() as u32;
        self.frames.extend(frames);
        let answer = Answer {
            start,
            end: self.frames.len() as u32,
        };
        self.answers.insert(address, answer);
        answer
    }

    /// The position of a function; each is demangled once.
    pub(super) fn intern(&mut self, linker_name: &[u8], file: &str) -> u32 {
        use hashbrown::hash_map::EntryRef;
        let next = self.functions.len() as u32;
        let key = FunctionKey { linker_name, file };
        match self.function_index.entry_ref(&key) {
            EntryRef::Occupied(known) => *known.get(),
            EntryRef::Vacant(new) => {
                new.insert_with_key((linker_name.into(), file.into()), next);
                let linker_name = name_text(linker_name);
                let function = match demangle(&linker_name) {
                    Some(name) => NamedFunction {
                        name,
                        linker_name: linker_name.into_owned(),
                        file: file.to_owned(),
                    },
                    None => NamedFunction {
                        name: linker_name.into_owned(),
                        linker_name: String::new(),
                        file: file.to_owned(),
                    },
                };
                self.functions.push(Arc::new(function));
                next
            }
        }
    }
}

/// Looks up without copying the two names.
#[derive(Hash)]
struct FunctionKey<'a> {
    linker_name: &'a [u8],
    file: &'a str,
}

impl hashbrown::Equivalent<(Box<[u8]>, Box<str>)> for FunctionKey<'_> {
    fn equivalent(&self, (linker_name, file): &(Box<[u8]>, Box<str>)) -> bool {
        self.linker_name == &**linker_name && self.file == &**file
    }
}
