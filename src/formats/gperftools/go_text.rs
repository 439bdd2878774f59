//! What Go's `debug=1` text has beside the records: names, and the runtime's own counters.
//!
//! ```text
//! 21: 86016 [36: 147456] @ 0x47f2d3 0x482769 0x55a385 0x55ac65 0x44d267 0x486f61
//! #   0x55a384   main.warmCache+0x64   /srv/app/goleak/main.go:57
//! #   0x55ac64   main.main+0x264       /srv/app/goleak/main.go:123
//! #   0x44d266   runtime.main+0x426    /go/src/runtime/proc.go:302
//!
//! # runtime.MemStats
//! # HeapAlloc = 46579144
//! # Stack = 360448 / 360448
//! # MaxRSS = 46235648
//! ```
//!
//! (Tabs stand between the columns.)
//!
//! * The addresses of the names are those of the calls, one before the return addresses of the record. A call with inlined
//!   frames has a line for each, all with its address, the innermost first. A function that calls itself directly has
//!   equal addresses too; then the record has the address as often.
//! * Frames of the runtime at the leaf end are hidden unless the stack has no others, and so is `runtime.goexit` at the
//!   root. Their addresses are left out here: a name for them may stand under another record or may not, and the same stack
//!   must be the same in two files.
//! * Names belong to their record and to no other, for the same reason.
//!
//! Source: golang/go src/runtime/pprof/pprof.go (`writeHeapInternal`, `printStackRecord`).

use crate::formats::line_cursor::LineCursor;
use crate::model::AllocatorStat;

/// Whether a profile is Go's: it has the counters, or at least names.
pub(super) fn is_go_text(text: &[u8]) -> bool {
    memchr::memmem::find(text, b"\n#\t0x").is_some()
        || memchr::memmem::find(text, b"\n# runtime.MemStats").is_some()
}

/// One line of names under a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NameLine<'t> {
    /// Address of the call.
    pub(super) call: u64,
    /// Empty where Go has no name.
    pub(super) function: &'t [u8],
    pub(super) file: &'t [u8],
    pub(super) line: u32,
}

impl<'t> NameLine<'t> {
    /// Reads a line that begins with `#`.
    pub(super) fn read(line: &'t [u8]) -> Option<NameLine<'t>> {
        let mut columns = line
            .strip_prefix(b"#")?
            .split(|&byte| byte == b'\t')
            .map(<[u8]>::trim_ascii)
            .filter(|column| !column.is_empty());
        let mut address = LineCursor::new(columns.next()?.strip_prefix(b"0x")?);
        let call = address.hex().filter(|_| address.rest().is_empty())?;
        let function = columns.next().unwrap_or(b"");
        // `main.(*T).run+0x64`: the offset changes with every build.
        let function = match memchr::memmem::rfind(function, b"+0x") {
            Some(plus) => &function[..plus],
            None => function,
        };
        let place = columns.next().unwrap_or(b"");
        let (file, line) = match memchr::memrchr(b':', place) {
            Some(colon) => {
                let line = LineCursor::new(&place[colon + 1..]).decimal();
                (&place[..colon], line.and_then(|line| line.try_into().ok()))
            }
            None => (place, None),
        };
        Some(NameLine {
            call,
            function,
            file,
            line: line.unwrap_or(0),
        })
    }
}

/// One address of a record with the names that belong to it, innermost first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedCall<'n, 't> {
    pub(super) return_address: u64,
    pub(super) names: &'n [NameLine<'t>],
}

/// Gives each address of a record its names, and leaves out those at both ends that Go hides. If names and addresses do not
/// fit together, the names alone are the stack.
pub(super) fn match_names<'n, 't>(
    return_addresses: &[u64],
    names: &'n [NameLine<'t>],
) -> Vec<NamedCall<'n, 't>> {
    let mut calls = Vec::with_capacity(return_addresses.len());
    let mut rest = names;
    // How much of `calls` is within the outermost named ones.
    let mut named_end = 0;
    let mut index = 0;
    while index < return_addresses.len() {
        let return_address = return_addresses[index];
        let repeated = run_length(&return_addresses[index..], |&address| {
            address == return_address
        });
        let call = match rest.first() {
            // A frame that was interrupted by a signal has the address itself.
            Some(name) if name.call == return_address => return_address,
            _ => return_address.wrapping_sub(1),
        };
        let run = run_length(rest, |name| name.call == call);
        if run == 0 && named_end == 0 {
            index += repeated;
            continue;
        }
        let (own, after) = rest.split_at(run);
        // Inlined frames and recursion share the names evenly; what cannot be shared belongs to one call.
        let share = match run % repeated {
            0 => run / repeated,
            _ => run,
        };
        for turn in 0..repeated {
            let start = (turn * share).min(run);
            calls.push(NamedCall {
                return_address,
                names: &own[start..(start + share).min(run)],
            });
        }
        if run > 0 {
            named_end = calls.len();
        }
        rest = after;
        index += repeated;
    }
    if !rest.is_empty() {
        let alone = |name: &'n NameLine<'t>| NamedCall {
            return_address: name.call.saturating_add(1),
            names: std::slice::from_ref(name),
        };
        return names.iter().map(alone).collect();
    }
    calls.truncate(named_end);
    calls
}

fn run_length<T>(items: &[T], belongs: impl Fn(&T) -> bool) -> usize {
    items.iter().take_while(|item| belongs(item)).count()
}

/// Reads a counter: `# HeapAlloc = 46579144`, or `# Stack = 360448 / 360448`, which is what is used of what was got from
/// the system. Lists and fractions are left out.
pub(super) fn read_stats(line: &[u8], stats: &mut Vec<AllocatorStat>) {
    // Go writes 26; the cap keeps a file of such lines from growing to several times its size.
    const STATS: usize = 256;
    let read = || {
        let line = line.strip_prefix(b"#")?;
        let equals = memchr::memmem::find(line, b" = ")?;
        let name = std::str::from_utf8(line[..equals].trim_ascii()).ok()?;
        let mut cursor = LineCursor::new(line[equals + 3..].trim_ascii());
        let first = cursor.decimal()?;
        let second = cursor.mark(b" / ").and_then(|()| cursor.decimal());
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        (cursor.rest().is_empty() && is_name).then_some((name, first, second))
    };
    let Some((name, first, second)) = read().filter(|_| stats.len() < STATS) else {
        return;
    };
    let mut push = |name: String, value| stats.push(AllocatorStat { name, value });
    match second {
        None => push(name.to_owned(), first),
        // The names these two have in runtime.MemStats.
        Some(second) => {
            push(format!("{name}Inuse"), first);
            push(format!("{name}Sys"), second);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(addresses: &[u64], names: &[(u64, &'static str)], expected: &[(u64, &[&str])]) {
        let names: Vec<NameLine<'_>> = names
            .iter()
            .map(|&(call, function)| NameLine {
                call,
                function: function.as_bytes(),
                file: b"",
                line: 0,
            })
            .collect();
        let found: Vec<(u64, Vec<String>)> = match_names(addresses, &names)
            .iter()
            .map(|call| {
                let names = call.names.iter();
                let names = names.map(|name| String::from_utf8_lossy(name.function).into_owned());
                (call.return_address, names.collect())
            })
            .collect();
        let expected: Vec<(u64, Vec<String>)> = expected
            .iter()
            .map(|(address, names)| (*address, names.iter().map(|&n| n.to_owned()).collect()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn hidden_runtime_frames_at_both_ends_are_left_out() {
        check(
            &[0x10, 0x20, 0x30, 0x40],
            &[(0x1f, "leaf"), (0x2f, "root")],
            &[(0x20, &["leaf"]), (0x30, &["root"])],
        );
    }

    #[test]
    fn a_call_without_a_name_in_the_middle_stays() {
        check(
            &[0x20, 0x30, 0x40],
            &[(0x1f, "leaf"), (0x3f, "root")],
            &[(0x20, &["leaf"]), (0x30, &[]), (0x40, &["root"])],
        );
    }

    #[test]
    fn inlined_frames_share_an_address_and_recursion_repeats_it() {
        check(
            &[0x20, 0x30],
            &[(0x1f, "inlined"), (0x1f, "caller"), (0x2f, "root")],
            &[(0x20, &["inlined", "caller"]), (0x30, &["root"])],
        );
        check(
            &[0x20, 0x20, 0x30],
            &[(0x1f, "again"), (0x1f, "again"), (0x2f, "root")],
            &[(0x20, &["again"]), (0x20, &["again"]), (0x30, &["root"])],
        );
    }

    #[test]
    fn names_that_fit_no_address_are_the_stack_themselves() {
        check(&[0, u64::MAX], &[(7, "other")], &[(8, &["other"])]);
        check(&[], &[(7, "other")], &[(8, &["other"])]);
    }

    #[test]
    fn a_name_line_has_function_file_and_line() {
        assert_eq!(
            NameLine::read(b"#\t0x55a384\tmain.(*T).warm+0x64\t\t/srv/main.go:57"),
            Some(NameLine {
                call: 0x55_a384,
                function: b"main.(*T).warm",
                file: b"/srv/main.go",
                line: 57
            })
        );
        assert_eq!(NameLine::read(b"# runtime.MemStats"), None);
    }

    #[test]
    fn counters_are_numbers_and_pairs_of_numbers() {
        let mut stats = Vec::new();
        for line in [
            "# HeapAlloc = 46579144",
            "# Stack = 1 / 2",
            "# PauseNs = [1 2]",
            "# GCCPUFraction = 0.0014",
            "# DebugGC = false",
        ] {
            read_stats(line.as_bytes(), &mut stats);
        }
        let found: Vec<(&str, u64)> = stats.iter().map(|s| (s.name.as_str(), s.value)).collect();
        assert_eq!(
            found,
            [
                ("HeapAlloc", 46_579_144),
                ("StackInuse", 1),
                ("StackSys", 2)
            ]
        );
    }
}
