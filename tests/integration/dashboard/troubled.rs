//! Targets that are not well: a limit that is passed, a service that is not there, snapshots that have stopped.

use super::browser::browser;
use super::service::{MIB, Service};
use crate::live::client::get;
use crate::live::process::eventually;

/// A heap that rose over two hours and has held 317 MiB for twelve since.
fn risen() -> Service {
    let service = Service::new().with(&["--limit", "300MiB"]);
    let sizes = std::array::from_fn::<i64, 28, _>(|place| (1 + 63 * place.min(4) as i64) * MIB);
    service.add_course("session.Put", &sizes, 0);
    service.started()
}

fn judged(service: &Service, word: &str) {
    eventually("the series is judged", || {
        let answer = get(service.address, "/api/memory/trend");
        answer.json()["overallAssessment"] == word
    });
}

#[test]
fn a_heap_that_rose_and_stays_has_no_rate_and_a_limit_that_is_passed_is_said_in_red() {
    let Some(browser) = browser() else { return };
    let service = risen();
    judged(&service, "stable");
    let mut tab = browser.tab();
    tab.open(service.address, "/");
    tab.until("document.querySelector('.answers') !== null");
    assert_eq!(tab.text("h1"), "Stable");
    let answers = tab.text(".answers");
    for expected in [
        "no growth that goes on",
        "rose 65.0 MiB → 317 MiB, and stays",
        "limit passed",
        "317 MiB in use, limit 300 MiB",
    ] {
        assert!(answers.contains(expected), "{expected} in {answers}");
    }
    assert!(!answers.contains("/h"), "{answers}");
    assert_eq!(tab.text(".answers .bad"), "limit passed");
    assert_eq!(
        tab.eval("document.querySelector('section.verdict').className"),
        "verdict warning"
    );
    tab.is_clean(service.address);
}

#[test]
fn a_service_that_is_not_there_cannot_be_watched_and_the_page_opens_on_this_server() {
    let Some(browser) = browser() else { return };
    let service = Service::new().with(&["--watch", "api=http://127.0.0.1:1/debug/pprof/heap"]);
    service.add_series("session.Put", 0);
    let service = service.started();
    judged(&service, "stable");
    let tile = ".targets li[data-key=api]";
    let mut tab = browser.tab();
    tab.open(service.address, "/");
    tab.until(&format!(
        "/cannot be watched/.test(document.querySelector({tile:?})?.textContent)"
    ));
    assert_eq!(tab.text("h1"), "Stable");
    assert_eq!(
        tab.eval(
            "Array.from(document.querySelectorAll('.targets li')).map(it => it.dataset.key).join()"
        ),
        "api,self"
    );
    let own = tab.text(".targets li[data-key=self]");
    assert!(
        own.contains("72.0 MiB in use") && !own.contains("/h"),
        "{own}"
    );
    assert!(!tab.text(tile).contains("too early"));
    tab.click(&format!("{tile} a"));
    tab.until("document.querySelector('h1')?.textContent === 'Cannot be watched'");
    assert!(tab.text(".verdict .problem").contains("127.0.0.1:1"));
    assert_eq!(
        tab.eval("document.querySelector('.answers')"),
        serde_json::Value::Null
    );
    tab.is_clean(service.address);
}

#[test]
fn a_leak_whose_snapshots_have_stopped_is_marked_old_and_its_time_is_not_counted_from_them() {
    let Some(browser) = browser() else { return };
    let service = Service::new().with(&["--limit", "150MiB"]);
    let sizes = std::array::from_fn::<i64, 12, _>(|place| (8 + 3 * place as i64) * MIB);
    service.add_course("session.Put", &sizes, 60);
    let service = service.started();
    judged(&service, "leaking");
    let mut tab = browser.tab();
    tab.open(service.address, "/");
    tab.until("document.querySelector('.verdict .old') !== null");
    assert_eq!(tab.text(".verdict .old"), "old: 2 d ago");
    let answers = tab.text(".answers");
    assert!(answers.contains("should be reached by now"), "{answers}");
    assert!(answers.contains("newest snapshot 2 d ago"), "{answers}");
    tab.is_clean(service.address);
}
