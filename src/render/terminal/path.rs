//! Function names and call paths made to fit a width.

use super::Style;
use super::width::{beginning, columns, end};

/// A caller shortened to less than this says nothing any more.
const LEAST_CALLER: usize = 14;

/// The path in at most `width` columns: the function to blame, then as many of its callers as there is room for. Far
/// callers go first. Names are escaped already.
pub(super) fn fit_path(names: &[String], width: usize, style: Style) -> String {
    let Some((leaf, callers)) = names.split_first() else {
        return String::new();
    };
    let arrow = columns(style.arrow());
    // One caller beside the leaf is worth more than the middle of a long leaf, where there is room for both.
    let beside = arrow + LEAST_CALLER;
    let leaf_width = match callers.first() {
        Some(caller) if width >= 3 * beside => width - beside.min(arrow + columns(caller)),
        _ => width,
    };
    let mut out = fit_name(leaf, leaf_width, style);
    let mut used = columns(&out);
    for (place, caller) in callers.iter().enumerate() {
        let room = width.saturating_sub(used + arrow);
        // The mark that callers are missing needs its place, except after the last one.
        let mark = if place + 1 < callers.len() {
            arrow + columns(style.ellipsis())
        } else {
            0
        };
        let natural = columns(caller);
        let shown = if natural + mark <= room {
            caller.clone()
        } else if room >= mark + LEAST_CALLER {
            fit_name(caller, room - mark, style)
        } else {
            if room >= columns(style.ellipsis()) {
                out.push_str(style.arrow());
                out.push_str(style.ellipsis());
            }
            break;
        };
        used += arrow + columns(&shown);
        out.push_str(style.arrow());
        out.push_str(&shown);
    }
    out
}

/// The name in at most `width` columns. What tells functions apart stays longest: parameters go first, then type
/// arguments, the innermost before the outer, then the leading parts of the module path, then the middle of the rest.
pub(super) fn fit_name(name: &str, width: usize, style: Style) -> String {
    if columns(name) <= width {
        return name.to_owned();
    }
    let name = without_parameters(name, style.ellipsis());
    let mut short = name.clone();
    for depth in (1..=deepest(&name).min(DEEPEST)).rev() {
        if columns(&short) <= width {
            return short;
        }
        short = without_arguments(&name, depth, style.ellipsis());
    }
    if columns(&short) <= width {
        return short;
    }
    match tail_of_module_path(&short, width, style) {
        Tail::Fits(tail) => tail,
        Tail::None => cut_middle(&short, width, style.ellipsis()),
        // The module says less than any part of the function.
        Tail::TooWide(last) => cut_middle(last, width, style.ellipsis()),
    }
}

/// `name` with the parameter list at its end, as C++ has it, replaced by the ellipsis. A Go receiver such as
/// `(*Store)` is not at the end and stays.
fn without_parameters(name: &str, ellipsis: &str) -> String {
    let body = name.strip_suffix(" const").unwrap_or(name);
    let mut level = 0usize;
    if !body.ends_with(')') || body.ends_with("()") {
        return name.to_owned();
    }
    for (place, c) in body.char_indices().rev() {
        match c {
            ')' => level += 1,
            '(' => level -= 1,
            _ => {}
        }
        if level == 0 && place > 0 {
            return format!("{}({ellipsis}){}", &body[..place], &name[body.len()..]);
        }
        if level == 0 {
            break;
        }
    }
    name.to_owned()
}

/// Arguments nested deeper than this are cut away together, so that a hostile name costs no quadratic time.
const DEEPEST: usize = 8;

/// The `<` that open type arguments; `operator<`, `->` and `<-` do not nest and are left alone well enough, for the
/// result is only a picture of the name.
fn deepest(name: &str) -> usize {
    let (mut depth, mut most) = (0usize, 0);
    for c in name.chars() {
        match c {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            _ => {}
        }
        most = most.max(depth);
    }
    most
}

/// `name` with everything inside the `depth`-th pair of angle brackets replaced by the ellipsis.
fn without_arguments(name: &str, depth: usize, ellipsis: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut level = 0;
    let mut before = ' ';
    for (place, c) in name.char_indices() {
        let arrow = c == '>' && before == '-';
        // A Rust name may begin with `<Type as Trait>::`: there the brackets hold what matters.
        let opens_name = c == '<' && place == 0;
        if c == '>' && !arrow && level > 0 {
            level -= 1;
        }
        if level < depth {
            out.push(c);
        }
        if c == '<' && !opens_name {
            level += 1;
            if level == depth {
                out.push_str(ellipsis);
            }
        }
        before = c;
    }
    out
}

/// What is left of a name without the beginning of its module path.
enum Tail<'a> {
    /// With an ellipsis before it: `…/cache.(*Store).Put`, `…::lru::Cache::insert`.
    Fits(String),
    /// Even the last part alone does not fit.
    TooWide(&'a str),
    /// There is no module path, or what is left is so short that a cut in the middle keeps more.
    None,
}

/// Only what lies outside of all brackets and before the first space is a module path.
fn tail_of_module_path<'a>(name: &'a str, width: usize, style: Style) -> Tail<'a> {
    let mut level = 0i32;
    let mut last = Tail::None;
    for (place, c) in name.char_indices() {
        match c {
            '<' | '(' | '[' => level += 1,
            '>' | ')' | ']' => level -= 1,
            ' ' if level == 0 => return Tail::None,
            _ => {}
        }
        let rest = &name[place..];
        if level != 0 || !(rest.starts_with('/') || rest.starts_with("::")) {
            continue;
        }
        let tail = columns(rest) + columns(style.ellipsis());
        if tail > width {
            last = Tail::TooWide(rest.trim_start_matches(['/', ':']));
        } else if tail > width / 2 {
            return Tail::Fits(format!("{}{rest}", style.ellipsis()));
        } else {
            return last;
        }
    }
    last
}

fn cut_middle(text: &str, width: usize, ellipsis: &str) -> String {
    let Some(room) = width.checked_sub(columns(ellipsis)) else {
        return beginning(text, width).to_owned();
    };
    // The end names the function, the beginning only the module.
    let back = room * 3 / 5;
    let back = end(text, back);
    let front = beginning(text, room - columns(back));
    format!("{front}{ellipsis}{back}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str, width: usize) -> String {
        let short = fit_name(name, width, Style::default());
        assert!(columns(&short) <= width, "{short} is wider than {width}");
        short
    }

    fn path(names: &[&str], width: usize) -> String {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let short = fit_path(&names, width, Style::default());
        assert!(columns(&short) <= width, "{short} is wider than {width}");
        short
    }

    #[test]
    fn type_arguments_go_first_and_the_innermost_before_the_outer() {
        let long = "std::vector<std::pair<int, Key>, std::allocator<Key>>::push_back";
        assert_eq!(
            name(long, 60),
            "std::vector<std::pair<…>, std::allocator<…>>::push_back"
        );
        assert_eq!(name(long, 30), "std::vector<…>::push_back");
    }

    #[test]
    fn parameters_go_before_type_arguments_and_a_go_receiver_is_none() {
        assert_eq!(
            name("acme::Table<int>::insert(Key const&, Value) const", 40),
            "acme::Table<int>::insert(…) const"
        );
        assert_eq!(
            name("github.com/acme/session.(*Store).Put", 22),
            "…/session.(*Store).Put"
        );
    }

    #[test]
    fn the_type_of_a_rust_trait_function_is_not_an_argument() {
        assert_eq!(
            name("<acme::lru::Cache<K, V> as core::ops::Drop>::drop", 47),
            "<acme::lru::Cache<…> as core::ops::Drop>::drop"
        );
    }

    #[test]
    fn then_the_beginning_of_the_module_path_goes() {
        assert_eq!(
            name("github.com/acme/payments/internal/cache.(*Store).Put", 34),
            "…/internal/cache.(*Store).Put"
        );
        assert_eq!(
            name("acme::storage::lru::Cache::insert", 24),
            "…::lru::Cache::insert"
        );
    }

    #[test]
    fn what_is_left_is_cut_in_the_middle() {
        assert_eq!(
            name("a_function_without_any_structure", 16),
            "a_func…structure"
        );
        assert_eq!(
            name("github.com/acme/scrape.mutateSampleLabels", 14),
            "scrape…eLabels"
        );
        assert_eq!(name("缓存缓存缓存缓存", 9), "缓存…缓存");
    }

    #[test]
    fn far_callers_go_first() {
        let names = ["cache.Put", "http.serve", "worker.run", "main.main"];
        assert_eq!(
            path(&names, 80),
            "cache.Put ← http.serve ← worker.run ← main.main"
        );
        assert_eq!(path(&names, 40), "cache.Put ← http.serve ← worker.run ← …");
        assert_eq!(path(&names, 30), "cache.Put ← http.serve ← …");
        assert_eq!(path(&names, 9), "cache.Put");
    }

    #[test]
    fn an_endless_name_is_cut_in_no_time() {
        let nested = "a<".repeat(8 * 1024);
        assert_eq!(name(&nested, 12), "a<a<a<a<a<…");
        let flat = "存".repeat(5 * 1024);
        assert_eq!(columns(&name(&flat, 40)), 39);
    }
}
