//! Whose code a frame is: the allocator's, the language's, or the user's.
//!
//! Blame goes to user code. `malloc` is never the reason for a leak, and neither is the `Vec` it was called from; the frame
//! that can be acted on is the first one that is neither.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Whose code a frame is, from the least to the most worth blaming.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FrameClass {
    /// The allocator, its profiler, or a thin wrapper such as redis' `zmalloc`: says nothing about who asked.
    Allocator,
    /// The language runtime and its containers: strings, vectors, maps, buffers.
    Container,
    /// The rest of a standard library: servers, encoders, loggers. Worth a name when nobody else is on the stack.
    Library,
    /// Everything else.
    User,
}

/// Names that are allocators whatever language they are called from, compared with the name up to its parameters.
const ALLOCATORS: &[&str] = &[
    "malloc",
    "calloc",
    "realloc",
    "reallocarray",
    "memalign",
    "posix_memalign",
    "aligned_alloc",
    "valloc",
    "pvalloc",
    "strdup",
    "strndup",
    "__strdup",
    "mmap",
    "sbrk",
    "operator new",
    "operator new[]",
    "cfree",
    "free",
    "rallocx",
    "mallocx",
    "xallocx",
    "imalloc_fastpath",
    "malloc_default",
    "newImpl",
    "je_malloc_default",
    "do_rallocx",
    "imalloc",
    "imalloc_body",
    "irallocx_prof",
    "irallocx_prof_sample",
    "iralloc",
    "iallocztm",
    "ipalloct",
    "imalloc_no_sample",
    "calloc_fastpath",
    "do_realloc_nonnull_zero",
    "ialloc",
    "prof_alloc_prep",
    "fallback_impl",
    "do_malloc_pages",
    "do_malloc",
    "DoSampledAllocation",
    "alloc::alloc::alloc",
    "alloc::alloc::alloc_zeroed",
    "alloc::alloc::realloc",
    "alloc::alloc::exchange_malloc",
    "alloc::alloc::Global::alloc_impl",
    "alloc::alloc::Global::grow_impl",
    "__rust_alloc",
    "__rust_realloc",
    "__rust_alloc_zeroed",
    "__rdl_alloc",
    "__rdl_realloc",
    "__rg_alloc",
    "__rg_realloc",
    "__rg_alloc_zeroed",
    // Thin wrappers of well-known programs and libraries.
    "zmalloc",
    "zcalloc",
    "zrealloc",
    "zmalloc_usable",
    "zcalloc_usable",
    "zrealloc_usable",
    "ztrymalloc_usable",
    "ztrycalloc_usable",
    "ztryrealloc_usable",
    "ztrymalloc_usable_internal",
    "ztryrealloc_usable_internal",
    "zcalloc_num",
    "ztrymalloc",
    "ztrycalloc",
    "ztryrealloc",
    "zstrdup",
    "xmalloc",
    "xcalloc",
    "xrealloc",
    "xstrdup",
    "xzalloc",
    "xmemdup",
    "g_malloc",
    "g_malloc0",
    "g_realloc",
    "g_try_malloc",
    "g_slice_alloc",
    "g_slice_alloc0",
    "g_strdup",
    "PyMem_Malloc",
    "PyMem_Realloc",
    "PyMem_Calloc",
    "PyMem_RawMalloc",
    "PyMem_RawRealloc",
    "PyMem_RawCalloc",
    "PyObject_Malloc",
    "PyObject_Calloc",
    "PyObject_Realloc",
    "_PyObject_Malloc",
    "_PyObject_Realloc",
    "_PyMem_RawMalloc",
    "_PyMem_RawRealloc",
    "_PyMem_DebugMalloc",
    "pymalloc_alloc",
    "new_arena",
    "gc_alloc",
    "_PyObject_GC_New",
    "_PyObject_GC_NewVar",
    "_PyObject_GC_Alloc",
    "_PyObject_GC_Malloc",
    "PyType_GenericAlloc",
    "_PyType_AllocNoTrack",
    "CRYPTO_malloc",
    "CRYPTO_zalloc",
    "CRYPTO_realloc",
    "OPENSSL_malloc",
    "apr_palloc",
    "apr_pcalloc",
    "ngx_alloc",
    "ngx_palloc",
    "ngx_pcalloc",
    "ngx_palloc_large",
    "ngx_palloc_block",
    "ngx_create_pool",
    "av_malloc",
    "av_mallocz",
    "av_realloc",
    "palloc",
    "palloc0",
    "palloc_extended",
    "repalloc",
    "MemoryContextAlloc",
    "MemoryContextAllocZero",
    "MemoryContextAllocExtended",
    "AllocSetAlloc",
    "AllocSetRealloc",
    "AllocSetAllocLarge",
    "AllocSetAllocFromNewBlock",
    "AllocSetContextCreateInternal",
    "pg_malloc",
    "mi_malloc",
    "mi_realloc",
];

/// Beginnings of allocator names.
const ALLOCATOR_PREFIXES: &[&str] = &[
    "prof_backtrace",
    "je_",
    "_rjem_",
    "__libc_malloc",
    "__libc_calloc",
    "__libc_realloc",
    "__libc_memalign",
    "tc_",
    "tcmalloc::",
    "(anonymous namespace)::do_malloc",
    "(anonymous namespace)::debug_",
    "HeapProfileTable::",
    "HeapLeakChecker::",
    "MallocHook::",
    "ProfileHandler::",
    "tikv_jemallocator::",
    "<tikv_jemallocator::",
    "jemallocator::",
    "<jemallocator::",
    "mimalloc::",
    "<mimalloc::",
    "<alloc::alloc::Global",
    "alloc::alloc::Global",
    "std::__new_allocator<",
    "__gnu_cxx::new_allocator<",
    "std::allocator<",
    "std::allocator_traits<",
    "__gnu_cxx::__alloc_traits<",
    "std::_Vector_base<",
    "std::__allocate_guarded",
    "prof_tctx_create",
    "prof_sample",
];

/// Beginnings of names of runtimes and containers.
const CONTAINER_PREFIXES: &[&str] = &[
    // Rust.
    "alloc::",
    "<alloc::",
    "core::",
    "<core::",
    "hashbrown::",
    "<hashbrown::",
    "<T as alloc::",
    "<T as core::",
    "<T as std::",
    "<&",
    "<[",
    "<(",
    "<str ",
    "<str as",
    "<u8 as",
    "<I as core::",
    "<I as alloc::",
    "<F as core::",
    "indexmap::",
    "<indexmap::",
    "smallvec::",
    "<smallvec::",
    "bytes::",
    "<bytes::",
    "std::collections::",
    "<std::collections::",
    "std::panicking::",
    "std::panic::",
    "std::rt::",
    "std::sys::",
    "std::sys_common::",
    "std::thread::",
    "<std::thread",
    "std::io::",
    "<std::io::",
    "std::ffi::",
    "<std::ffi::",
    "std::path::",
    "<std::path::",
    "dashmap::",
    "<dashmap::",
    "rust_begin_",
    "__rust_begin_short_backtrace",
    // C++.
    "std::",
    "__gnu_cxx::",
    "__cxxabiv1::",
    "std::__cxx11::",
    "std::__1::",
    "void std::",
    "bool std::",
    "decltype(",
    "absl::",
    "fmt::",
    "boost::",
    "folly::F14",
    // C.
    "__libc_start",
    "_start",
    "__clone",
    "clone",
    "start_thread",
    "_IO_",
    "__GI_",
    "_dl_",
    "dl_",
    "call_init",
    "_nl_",
    "qsort",
    "getdelim",
    "fopen",
    // redis' strings and dictionaries, as well known as std's.
    "sdsnew",
    "_sdsnew",
    "sdscat",
    "sdsdup",
    "sdsMakeRoom",
    "_sdsMakeRoom",
    "sdsempty",
    "sdsRemoveFreeSpace",
    "dictAdd",
    "_dictExpand",
    "dictExpand",
    "dictCreate",
    "_dictRehash",
    "listCreate",
    "listAddNode",
    // V8.
    "(root)",
    "(garbage",
    "(program",
    "node:internal/",
];

/// Names of the C++ and Rust entry points that hold everything and explain nothing.
const ENTRY_POINTS: &[&str] = &["main", "__libc_csu_init", "lang_start"];

/// Go packages that are runtime and containers.
const GO_CONTAINERS: &[&str] = &[
    "runtime",
    "strings",
    "bytes",
    "bufio",
    "strconv",
    "maps",
    "slices",
    "sort",
    "sync",
    "reflect",
    "container",
    "internal",
    "unique",
    "iter",
    "io",
    "unicode",
    "math",
    "errors",
    "fmt",
    "unsafe",
    "hash",
    "weak",
];

/// The other packages of Go's standard library.
const GO_LIBRARY: &[&str] = &[
    "archive", "cmp", "compress", "context", "crypto", "database", "debug", "embed", "encoding",
    "expvar", "flag", "go", "html", "image", "index", "log", "mime", "net", "os", "path", "plugin",
    "regexp", "syscall", "testing", "text", "time", "vendor", "structs",
];

impl FrameClass {
    /// The class of a function by its readable name and its source file (empty where it is not known).
    pub fn of_function(name: &str, file: &str) -> FrameClass {
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
    pub fn of_module(path: &str) -> FrameClass {
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
pub fn go_package<'n>(name: &'n str, file: &str) -> Option<&'n str> {
    if name.contains("::") || name.contains(' ') && !name.contains('[') {
        return None;
    }
    let base = name.split('[').next().unwrap_or(name);
    let after_slash = base.rfind('/').map_or(0, |at| at + 1);
    let dot = after_slash + base[after_slash..].find('.')?;
    let package = &base[..dot];
    let is_go_file = file.ends_with(".go") || file.is_empty() || file == "_cgo_gotypes.go";
    let plausible = !package.is_empty()
        && package
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "/._-~%".contains(c));
    // A C function such as `foo.constprop.0` looks like a package without a path; its file or its suffix gives it away.
    let is_c_clone = ["constprop", "part", "isra", "cold", "lto_priv", "llvm"]
        .iter()
        .any(|suffix| base[dot + 1..].starts_with(suffix));
    (is_go_file && plausible && !is_c_clone).then_some(package)
}

/// The package, crate or namespace that a function's name shows; nothing where it shows none.
pub fn package<'n>(name: &'n str, file: &str) -> Option<&'n str> {
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
