//! The names that jeprof and pprof put before a profile they fetched ("symbolized form", `jeprof --raw`).
//!
//! ```text
//! --- symbol
//! binary=bin/jeleak
//! 0x000055b34280d1f5 jeleak::sawtooth_buffers<00000000000320e0>--alloc::vec::Vec<T,A>::push--alloc::vec::Vec<T,A>::push_mut
//! 0x000055b34286d10d prof_backtrace_impl<00000000000920ea>
//! ---
//! --- heap
//! heap_v2/524288
//! @ 0x55b34286d10d ... 0x55b34280d1f6 ...
//! ```
//!
//! * `--` stands between inlined frames, the outermost (the real caller) first. A profile lists them the other way round.
//! * jeprof tells routines of one name apart by `<address in 8 or 16 digits>` after the name, made to look like a template
//!   argument so that its own shortening removes it. It is not part of the name.
//! * Addresses are those of the stacks, moved back by 1 except for the leaf of each stack (jeprof's `FixCallerAddresses`).
//!   A server that answers a symbol request itself repeats the address it was asked for.

use hashbrown::HashMap;

use super::line_cursor::LineCursor;
use super::numbered_lines::Lines;
use crate::model::{Frame, ProfileBuilder};

/// Names by address.
#[derive(Debug, Clone, Default)]
pub(super) struct SymbolSection<'t> {
    names: HashMap<u64, &'t [u8]>,
    /// The program, where the section names it.
    pub(super) binary: Option<String>,
    /// Lines that are neither a name nor a variable, with the number of the first.
    pub(super) skipped_lines: u64,
}

impl<'t> SymbolSection<'t> {
    /// Reads up to the line `---` that ends the section, or up to a line that begins another.
    pub(super) fn read(&mut self, lines: &mut Lines<'t>) {
        for line in lines.by_ref() {
            let line = line.trim_ascii();
            if line.starts_with(b"---") {
                return;
            }
            let mut cursor = LineCursor::new(line);
            if line.starts_with(b"0x")
                && let Some(address) = cursor.hex()
            {
                let name = cursor.rest().trim_ascii();
                if is_name(name) {
                    self.names.insert(address, name);
                }
            } else if let Some(binary) = line.strip_prefix(b"binary=") {
                self.binary = Some(String::from_utf8_lossy(binary.trim_ascii()).into_owned());
            } else if !line.is_empty() && !line.starts_with(b"#") && !line.contains(&b'=') {
                self.skipped_lines += 1;
            }
        }
    }

    /// Appends the frames of a return address, inlined ones first; none if it has no name.
    pub(super) fn frames(
        &self,
        return_address: u64,
        builder: &mut ProfileBuilder,
        frames: &mut Vec<Frame>,
    ) {
        let call = return_address.saturating_sub(1);
        let Some(text) = self
            .names
            .get(&call)
            .or_else(|| self.names.get(&return_address))
        else {
            return;
        };
        let text = String::from_utf8_lossy(text);
        let names = split_inlined(&text);
        for name in names.iter().rev() {
            let function = builder.named_function(name, "");
            frames.push(Frame {
                function,
                line: 0,
                column: 0,
            });
        }
    }
}

/// jeprof repeats the address as the name where it knows none, and addr2line prints `??`.
fn is_name(text: &[u8]) -> bool {
    let is_address = text.starts_with(b"0x") && text[2..].iter().all(u8::is_ascii_hexdigit);
    !text.is_empty() && !is_address && !text.starts_with(b"??")
}

fn split_inlined(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut after_operator = false;
    for part in text.split("--") {
        // `operator--` is the one name with the separator in it: `Cursor::operator--(int)`.
        if after_operator
            && (part.is_empty() || part.starts_with(['(', '<']))
            && let Some(name) = names.last_mut()
        {
            name.push_str("--");
            name.push_str(strip_routine_address(part));
            after_operator = false;
            continue;
        }
        after_operator = part.ends_with("operator");
        let name = strip_routine_address(part);
        if !name.is_empty() && name != "??" {
            names.push(name.to_owned());
        }
    }
    names
}

fn strip_routine_address(name: &str) -> &str {
    let address = name
        .strip_suffix('>')
        .and_then(|rest| rest.rsplit_once('<'))
        .filter(|(_, digits)| {
            matches!(digits.len(), 8 | 16) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        });
    address.map_or(name, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Origin, Sampling, SourceFormat, ValueType};

    fn check(section: &str, return_address: u64, expected: &[&str]) {
        let mut builder = ProfileBuilder::new(
            Origin::new(SourceFormat::Jemalloc, Sampling::Exact),
            vec![ValueType::inuse_space()],
        );
        let mut symbols = SymbolSection::default();
        symbols.read(&mut Lines::new(section.as_bytes()));
        let mut frames = Vec::new();
        symbols.frames(return_address, &mut builder, &mut frames);
        let names: Vec<String> = builder.finish().map_or(Vec::new(), |profile| {
            frames
                .iter()
                .map(|frame| profile.function_name(frame.function).to_owned())
                .collect()
        });
        assert_eq!(names, expected);
    }

    #[test]
    fn inlined_frames_come_innermost_first_and_without_the_routine_address() {
        let section = "0x000055b34280d1f5 jeleak::sawtooth<00000000000320e0>--Vec<T,A>::push--Vec<T,A>::push_mut\n---\n";
        check(
            section,
            0x55b3_4280_d1f6,
            &["Vec<T,A>::push_mut", "Vec<T,A>::push", "jeleak::sawtooth"],
        );
    }

    #[test]
    fn a_leaf_is_found_at_its_own_address() {
        check("0x10 leaf\r\n---", 0x10, &["leaf"]);
    }

    #[test]
    fn the_address_of_the_call_wins_over_the_return_address() {
        check("0x10 caller\n0x11 other\n---", 0x11, &["caller"]);
    }

    #[test]
    fn the_decrement_operator_is_not_a_separator() {
        check(
            "0x10 outer--Cursor::operator--(int)--inner\n---",
            0x11,
            &["inner", "Cursor::operator--(int)", "outer"],
        );
    }

    #[test]
    fn an_address_for_a_name_is_no_name() {
        check("0x10 0x0000000000000010\n---", 0x11, &[]);
        check("0x10 ??\n---", 0x11, &[]);
        check("---\n0x10 after_the_end\n", 0x11, &[]);
    }
}
