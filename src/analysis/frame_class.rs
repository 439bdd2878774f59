//! Whose code a frame is: the allocator's, the language's, or the user's.
//!
//! Blame goes to user code. `malloc` is never the reason for a leak, and neither is the `Vec` it was called from; the frame
//! that can be acted on is the first one that is neither.

mod known_names;

use std::sync::LazyLock;

use hashbrown::HashSet;
use known_names::{
    ALLOCATOR_PREFIXES, ALLOCATORS, CONTAINER_PREFIXES, ENTRY_POINTS, GO_CONTAINERS, GO_LIBRARY,
};

/// Whose code a frame is, from the least to the most worth blaming.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum FrameClass {
    /// The allocator, its profiler, or a thin wrapper such as redis' `zmalloc`: says nothing about who asked.
    Allocator,
    /// The language runtime and its containers: strings, vectors, maps, buffers.
    Container,
    /// The rest of a standard library: servers, encoders, loggers. Worth a name when nobody else is on the stack.
    Library,
    /// Everything else.
    User,
}

impl FrameClass {
    /// The class of a function by its readable name and its source file (empty where it is not known).
    pub(super) fn of_function(name: &str, file: &str) -> FrameClass {
        if is_allocator(name) {
            return FrameClass::Allocator;
        }
        if let Some(package) = go_package(name, file) {
            let first = package.split('/').next().unwrap_or(package);
            return if GO_CONTAINERS.contains(&first) {
                FrameClass::Container
            } else if GO_LIBRARY.contains(&first) || package.starts_with("golang.org/x/") {
                FrameClass::Library
            } else {
                FrameClass::User
            };
        }
        let is_container = CONTAINER_PREFIXES
            .iter()
            .any(|prefix| name.starts_with(prefix))
            || impl_of_std(name)
            || file.starts_with("node:internal/")
            || file.starts_with("internal/")
            || file.contains("/rustc/")
            || file.contains("/bits/stl_");
        if is_container {
            FrameClass::Container
        } else if ENTRY_POINTS.contains(&name) || file.starts_with("node:") {
            FrameClass::Library
        } else {
            FrameClass::User
        }
    }

    /// The class of a frame of which only the mapped file is known.
    pub(super) fn of_module(path: &str) -> FrameClass {
        let file = path.rsplit('/').next().unwrap_or(path);
        let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| file.starts_with(prefix));
        if starts(&["libjemalloc", "libtcmalloc", "libmimalloc", "libprofiler"]) {
            FrameClass::Allocator
        } else if starts(&[
            "libc.so",
            "libc-",
            "libstdc++",
            "libpthread",
            "ld-linux",
            "ld-musl",
            "libc++",
            "[vdso]",
        ]) {
            FrameClass::Container
        } else {
            FrameClass::User
        }
    }
}

fn is_allocator(name: &str) -> bool {
    if ALLOCATOR_PREFIXES
        .iter()
        .any(|prefix| name.starts_with(prefix))
    {
        return true;
    }
    // The compiler's own shims: `__rustc[<hash>]::__rust_alloc`, demangled.
    let name = name.strip_prefix("__rustc::").unwrap_or(name);
    // Parameters, `.constprop.0` and the like do not make it another function.
    let plain = match name.find(['(', '.']) {
        Some(end) if end > 0 => &name[..end],
        _ => name,
    };
    static NAMES: LazyLock<HashSet<&str>> = LazyLock::new(|| ALLOCATORS.iter().copied().collect());
    NAMES.contains(plain)
}

/// `<my::Type as core::fmt::Write>::write_str` is the user's; `<core::iter::Map<I,F> as Iterator>::next` is not.
fn impl_of_std(name: &str) -> bool {
    let Some(inner) = name.strip_prefix('<') else {
        return false;
    };
    let inner = inner.trim_start_matches(['&', '*', '<']);
    let inner = inner.strip_prefix("mut ").unwrap_or(inner);
    [
        "alloc::",
        "core::",
        "std::",
        "hashbrown::",
        "dyn core::",
        "dyn alloc::",
    ]
    .iter()
    .any(|prefix| inner.starts_with(prefix))
}

/// The import path of a Go function's package; nothing for a name of another language.
///
/// Go writes `import/path.Function`, `import/path.(*Type).Method` and `import/path.Function.func1`, with dots of the last path
/// element escaped as `%2e`.
pub(super) fn go_package<'n>(name: &'n str, file: &str) -> Option<&'n str> {
    let is_go_file = file.ends_with(".go") || file.is_empty() || file == "_cgo_gotypes.go";
    if !is_go_file {
        return None;
    }
    let has_path = memchr::memchr_iter(b':', name.as_bytes())
        .any(|colon| name.as_bytes().get(colon + 1) == Some(&b':'));
    if has_path || name.contains(' ') && !name.contains('[') {
        return None;
    }
    let base = name.split('[').next().unwrap_or(name);
    let after_slash = base.rfind('/').map_or(0, |at| at + 1);
    let dot = after_slash + base[after_slash..].find('.')?;
    let package = &base[..dot];
    let plausible = !package.is_empty()
        && package
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/._-~%".contains(&byte));
    // A C function such as `foo.constprop.0` looks like a package without a path; its file or its suffix gives it away.
    let is_c_clone = ["constprop", "part", "isra", "cold", "lto_priv", "llvm"]
        .iter()
        .any(|suffix| base[dot + 1..].starts_with(suffix));
    (plausible && !is_c_clone).then_some(package)
}

/// The package, crate or namespace that a function's name shows; nothing where it shows none.
pub(super) fn package<'n>(name: &'n str, file: &str) -> Option<&'n str> {
    if let Some(package) = go_package(name, file) {
        return Some(package);
    }
    // `<crate::Type as Trait>::method`, `crate::module::function`.
    let inner = name.trim_start_matches(['<', '&', '*', '(']);
    let inner = inner.strip_prefix("mut ").unwrap_or(inner);
    let inner = inner.strip_prefix("dyn ").unwrap_or(inner);
    let first = inner.split("::").next()?;
    let is_name = !first.is_empty()
        && first.len() < inner.len()
        && first.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use FrameClass::*;

    #[test]
    fn allocators_containers_and_users_are_told_apart() {
        let check = |name: &str, class: FrameClass| {
            assert_eq!(FrameClass::of_function(name, ""), class, "{name}");
        };
        check("malloc", Allocator);
        check("_rjem_je_prof_tctx_create", Allocator);
        check("operator new(unsigned long)", Allocator);
        check("zmalloc_usable", Allocator);
        check("<alloc::alloc::Global>::grow_impl", Allocator);
        check("<alloc::raw_vec::RawVecInner>::finish_grow", Container);
        check("alloc::fmt::format::format_inner", Container);
        check(
            "<alloc::string::String as core::fmt::Write>::write_str",
            Container,
        );
        check(
            "std::__cxx11::basic_string<char>::_M_create(unsigned long&, unsigned long)",
            Container,
        );
        check("jeleak::open_connection", User);
        check("<my_app::Sink as core::fmt::Write>::write_str", User);
        check("hashTypeSet", User);
        check("make_order(int)", User);
        check("runtime.mapassign", Container);
        check("internal/bytealg.MakeNoZero", Container);
        check("net/http.(*conn).serve", Library);
        check("main.leakSession", User);
        check(
            "github.com/nats-io/nats-server/server.(*Server).createClient",
            User,
        );
        check("foo.constprop.0", User);
    }

    #[test]
    fn a_package_is_read_from_the_name() {
        let check =
            |name: &str, expected: Option<&str>| assert_eq!(package(name, ""), expected, "{name}");
        check("github.com/a/b/v2.(*T).M", Some("github.com/a/b/v2"));
        check("main.main", Some("main"));
        check("maps.Keys[go.shape.string,github.com/x/y.T]", Some("maps"));
        check("jeleak::open_connection", Some("jeleak"));
        check(
            "<hyper::Server as core::future::Future>::poll",
            Some("hyper"),
        );
        check("hashTypeSet", None);
    }
}
