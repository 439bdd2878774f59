//! Foreign text stays text wherever it is shown.

use serde_json::json;

use super::browser::browser;
use super::service::Service;

const IMAGE: &str = "<img src=x onerror=document.title='owned'>";
const SCRIPT: &str = "</script></title><script>document.title='owned'</script>";
const HANDLER: &str = "\" onmouseover=\"document.title='owned'\" x=\"' onload='";

#[test]
fn hostile_texts_stay_text_in_events_workers_paths_tasks_and_functions() {
    let Some(browser) = browser() else { return };
    let service = Service::leaking(IMAGE);
    let mut tab = browser.tab();
    tab.open(service.address, "/");
    tab.until("document.getElementById('badge').textContent === 'live'");
    let now = jiff::Timestamp::now().as_millisecond();
    let long = format!("{SCRIPT}{}", "x".repeat(62 * 1024));
    let marks = "a\u{202e}b\u{200f}c\u{0}d\u{1b}[31me\u{7}\r\nf";
    for (n, text) in [IMAGE, SCRIPT, HANDLER, marks].iter().enumerate() {
        for worker in [format!("{text}-1"), format!("{text}-2")] {
            service.log(
                "hostile.jsonl",
                &json!({
                    "ts": now, "worker": worker, "level": "error", "msg": text, "bead": text,
                    "tool": "Edit", "path": format!("/{text}/{n}.rs"), "error": text,
                }),
            );
        }
    }
    service.log(
        "hostile.jsonl",
        &json!({"ts": now, "worker": "long", "level": "info", "msg": long}),
    );
    let events = "document.querySelectorAll('.event').length";
    tab.until(&format!("{events} === 9"));
    check(&mut tab);
    // The same, drawn by the server: with the page, and each panel anew.
    tab.until("document.querySelectorAll('.worker').length === 9");
    tab.open(service.address, "/");
    tab.until(&format!(
        "{events} === 9 && document.querySelectorAll('.worker').length === 9"
    ));
    check(&mut tab);
    assert!(tab.text("#collisions").contains("<img src=x"));
    assert!(tab.text("#files").contains("<script>"));
    assert!(tab.text("#errors").contains("onerror"));
    assert!(tab.text("#suspects").contains(IMAGE) && tab.text(".answers").contains(IMAGE));
    let shown = tab.text("#events");
    assert!(
        shown.contains("a\\u{202e}b\\u{200f}c\\u{0}d\\u{1b}[31me\\u{7}\\u{d}\\u{a}f"),
        "{shown}"
    );
    // In the flame graph, too, and its script runs nothing else.
    tab.eval("document.getElementById('flame-frame').scrollIntoView()");
    let inside = "document.getElementById('flame-frame').contentDocument";
    tab.until(&format!("{inside}.querySelector('.flame-field') !== null"));
    assert_eq!(
        tab.eval(&format!("{inside}.querySelectorAll('img, image').length")),
        0
    );
    // A filter in the address is a field and nothing else.
    let asked = format!(
        "/?text={}",
        "%22%3E%3Cimg%20src%3Dx%20onerror%3Ddocument.title%3D%27owned%27%3E"
    );
    tab.open(service.address, &asked);
    check(&mut tab);
    assert_eq!(
        tab.eval("document.getElementById('filter-text').value"),
        format!("\">{IMAGE}")
    );
    tab.is_clean(service.address);
}

/// No picture, no script and no handler came to be, and no line is longer than a line.
fn check(tab: &mut super::tab::Tab) {
    let count = |tab: &mut super::tab::Tab, selector: &str| {
        tab.eval(&format!("document.querySelectorAll({selector:?}).length"))
    };
    assert_eq!(
        count(tab, "img, image, [onerror], [onmouseover], [onload]"),
        0
    );
    assert_eq!(count(tab, "script:not([src^='/assets/'])"), 0);
    assert_ne!(tab.eval("document.title"), "owned");
    let longest = "Math.max(0, ...Array.from(document.querySelectorAll('.event')).map(it => it.textContent.length))";
    assert!(tab.eval(longest).as_u64().is_some_and(|it| it < 2_500));
}
