//! Linker name -> readable name.

use std::borrow::Cow;
use std::fmt::{self, Write};

use super::cpp_name;
use crate::limits;

/// The readable form of a mangled name of Rust or C++: Rust without its hash, C++ without its return type. `None` where
/// the name is not mangled, or is not right, or is made to take more time and memory than a name is worth.
pub fn demangle(linker_name: &str) -> Option<String> {
    if !is_mangled(linker_name) || linker_name.len() > limits::LINKER_NAME_BYTES {
        return None;
    }
    // Mach-O puts an underscore before every name.
    let name = match linker_name.starts_with("__") {
        true => &linker_name[1..],
        false => linker_name,
    };
    // Old Rust names look like C++ but for a hash at the end.
    if name.starts_with("_R") || name.contains("17h") {
        let rust = rustc_demangle::try_demangle(name)
            .ok()
            .and_then(|name| bounded(|out| write!(out, "{name:#}")));
        if rust.is_some() || name.starts_with("_R") {
            return rust;
        }
    }
    cpp_name::demangle(name)
}

/// Whether a name may be a mangled one; cheap.
pub(super) fn is_mangled(name: &str) -> bool {
    let bytes = name.as_bytes();
    match bytes {
        [b'_', b'Z', ..] | [b'_', b'_', b'Z', ..] => bytes.len() > 3,
        [b'_', b'R', third, ..] | [b'_', b'_', b'R', third, ..] => third.is_ascii_uppercase(),
        _ => false,
    }
}

/// The bytes of a linker name as text; nearly always they are.
pub(super) fn name_text(name: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(name)
}

/// What `print` writes, if it ends before a name may: substitutions let a short mangled name stand for a very long one.
pub(super) fn bounded(print: impl FnOnce(&mut Bounded) -> fmt::Result) -> Option<String> {
    let mut out = Bounded(String::new());
    print(&mut out).ok().map(|()| out.0)
}

/// Text that may only grow to [`limits::NAME_BYTES`].
pub(super) struct Bounded(String);

impl Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.0.len() + text.len() > limits::NAME_BYTES {
            return Err(fmt::Error);
        }
        self.0.push_str(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    #[test]
    fn names_of_rust_and_cpp_become_readable_and_others_stay() {
        for (linker_name, readable) in [
            (
                "_ZN5alloc7raw_vec19RawVec$LT$T$C$A$GT$7reserve17h0123456789abcdefE",
                Some("alloc::raw_vec::RawVec<T,A>::reserve"),
            ),
            ("_RNvCs15kBYyAo9fc_7mycrate3foo", Some("mycrate::foo")),
            ("_ZN3foo3barEi", Some("foo::bar(int)")),
            (
                "_ZN3foo3barEi.part.0",
                Some("foo::bar(int) [clone .part.0]"),
            ),
            ("__ZN3foo3barEi", Some("foo::bar(int)")),
            ("_ZSt4sortIPiEvT_S1_", Some("std::sort<int*>(int*, int*)")),
            ("_Znwm", Some("operator new(unsigned long)")),
            ("main", None),
            ("_Zzz", None),
            ("_Reset", None),
            ("", None),
        ] {
            assert_eq!(demangle(linker_name).as_deref(), readable, "{linker_name}");
        }
    }

    #[test]
    fn a_name_made_to_take_time_and_memory_takes_neither() {
        // Each part refers to all before it twice: the readable form doubles with every letter.
        let mut doubling = "_Z1f1AIiE".to_owned();
        for part in 0..60 {
            let _ = write!(doubling, "1BIS{0}_S{0}_E", ["", "0", "1", "2"][part % 4]);
        }
        let tricks = [
            doubling,
            format!("_Z1f{}i", "P".repeat(8000)),
            format!("_Z1f{}i", "1AI".repeat(2600)),
            format!("_ZN{}E", "1a".repeat(4000)),
            format!("_Z1f{}", "N1AI".repeat(2000)),
            format!("_Z1fI{}E", "XadL_Z1f".repeat(900)),
            format!("_ZTH{}", "TH".repeat(3900)),
            format!("_Z{}", "L".repeat(8000)),
            format!("_Z1f{}", "Dp".repeat(3900)),
            format!("_Z1f{}v", "PFvPFv".repeat(1300)),
            format!("_Z1f{}v", "M1A".repeat(2000)),
            format!("_Z1f{}v", "cl".repeat(3900)),
            format!("_Z1fIXcl{}EE", "cv".repeat(3000)),
            format!("_RNvC{}", "Nv".repeat(3900)),
            format!("_RIC1a{}E", "TTTT".repeat(1900)),
            format!("_RMC0{}", "RR".repeat(3900)),
            format!("_RINvC1a1f{}E", "TB2_B2_E".repeat(900)),
        ];
        let start = Instant::now();
        for name in tricks {
            let readable = demangle(&name);
            assert!(readable.is_none_or(|name| name.len() <= limits::NAME_BYTES));
        }
        assert!(start.elapsed() < Duration::from_secs(5));
    }
}
