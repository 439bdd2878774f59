//! What a person on call does: reads the verdict, filters, pauses, compares.

use super::browser::browser;
use super::service::Service;
use crate::live::process::eventually;

/// Events that are shown, newest first, by their messages.
const MESSAGES: &str =
    "Array.from(document.querySelectorAll('.event .what')).map(it => it.textContent)";

#[test]
fn the_verdict_says_whether_where_how_fast_and_how_long_with_scripts_and_without() {
    let Some(browser) = browser() else { return };
    let service = Service::leaking("session.Put");
    for scripts in [true, false] {
        let mut tab = browser.tab();
        eventually("the series is judged", || {
            let answer = crate::live::client::get(service.address, "/api/memory/trend");
            answer.json()["overallAssessment"] == "leaking"
        });
        tab.scripts(scripts);
        tab.open(service.address, "/");
        tab.scripts(true);
        assert_eq!(tab.text("h1"), "Leaking");
        let answers = tab.text(".answers");
        for expected in ["session.Put", "server.Handle", "MiB/h", "95 %", "Time left"] {
            assert!(answers.contains(expected), "{expected} in {answers}");
        }
        // A shape beside the colour and the word.
        assert_eq!(
            tab.eval("document.querySelectorAll('.verdict .sign path').length"),
            2
        );
        let fold = tab.eval("document.querySelector('.answers').getBoundingClientRect().bottom");
        assert!(fold.as_f64().is_some_and(|bottom| bottom < 600.0), "{fold}");
        // Drawn by the server: the chart, the suspect with its path, snapshots, bounds.
        for selector in [
            "#course svg.chart",
            "#suspects .frames",
            "#snapshots tbody tr:nth-child(12)",
            "#bounds li:nth-child(20)",
            "#memory",
        ] {
            let there = tab.eval(&format!("document.querySelector('{selector}') !== null"));
            assert_eq!(there, true, "{selector}, scripts: {scripts}");
        }
        tab.is_clean(service.address);
    }
}

#[test]
fn a_live_event_arrives_and_a_worker_gets_its_card() {
    let Some(browser) = browser() else { return };
    let service = Service::new().started();
    let mut tab = browser.tab();
    tab.open(service.address, "/");
    tab.until("document.getElementById('badge').textContent === 'live'");
    service.say("alpha", "the first sign of life");
    tab.until(&format!("{MESSAGES}.includes('the first sign of life')"));
    tab.until("document.querySelector('.worker[data-key=alpha] .last')?.textContent === 'the first sign of life'");
    service.say("alpha", "the second");
    tab.until(&format!(
        "{MESSAGES}.join() === 'the second,the first sign of life'"
    ));
    tab.is_clean(service.address);
}

#[test]
fn pausing_holds_events_back_and_counts_them_and_a_filter_asks_the_server() {
    let Some(browser) = browser() else { return };
    let service = Service::new().started();
    let mut tab = browser.tab();
    tab.open(service.address, "/");
    tab.until("document.getElementById('badge').textContent === 'live'");
    tab.press("p");
    assert_eq!(tab.text("#pause"), "Go on");
    for n in 0..3 {
        service.say("alpha", &format!("held {n}"));
    }
    tab.until("document.getElementById('waiting').textContent === '3 wait'");
    assert_eq!(tab.eval(MESSAGES), serde_json::json!([]));
    tab.click("#pause");
    tab.until(&format!("{MESSAGES}.join() === 'held 2,held 1,held 0'"));
    assert_eq!(tab.text("#waiting"), "");

    service.say("bravo", "from bravo");
    tab.until(&format!("{MESSAGES}.includes('from bravo')"));
    tab.press("/");
    assert_eq!(tab.eval("document.activeElement.id"), "filter-text");
    tab.press("Escape");
    tab.fill("#filter [name=worker]", "bravo");
    tab.until(&format!("{MESSAGES}.join() === 'from bravo'"));
    service.say("alpha", "not wanted");
    service.say("bravo", "wanted");
    tab.until(&format!("{MESSAGES}.join() === 'wanted,from bravo'"));
    assert_eq!(tab.eval("location.search"), "?worker=bravo");
    tab.fill("#filter-text", "WANT");
    tab.until(&format!("{MESSAGES}.join() === 'wanted'"));
    tab.click("#clear");
    tab.until(&format!("{MESSAGES}.length === 6"));
    tab.is_clean(service.address);
}

#[test]
fn a_flame_graph_of_two_snapshots_zooms_and_searches() {
    let Some(browser) = browser() else { return };
    let service = Service::leaking("session.Put");
    let mut tab = browser.tab();
    tab.open(service.address, "/");
    tab.until("document.getElementById('flame-frame') !== null");
    tab.eval("document.getElementById('flame-frame').scrollIntoView()");
    let inside = "document.getElementById('flame-frame').contentDocument";
    tab.until(&format!("{inside}.querySelector('.flame-field') !== null"));
    let width = format!(
        "(() => {{ const group = Array.from({inside}.querySelectorAll('.flame-frame')).find(it => it.querySelector('title').textContent.startsWith('session.Put')); return Number(group.querySelector('rect').getAttribute('width')); }})()"
    );
    let before = tab.eval(&width).as_f64().expect("a width");
    tab.eval(&format!(
        "Array.from({inside}.querySelectorAll('.flame-frame')).find(it => it.querySelector('title').textContent.startsWith('session.Put')).dispatchEvent(new MouseEvent('click', {{bubbles: true}}))"
    ));
    let after = tab.eval(&width).as_f64().expect("a width");
    assert!(after > 1.5 * before && after > 1_100.0, "{before} {after}");
    tab.eval(&format!(
        "(() => {{ const field = {inside}.querySelector('.flame-field'); field.value = 'session.put'; field.dispatchEvent(new Event('input')); }})()"
    ));
    assert_eq!(
        tab.eval(&format!("{inside}.querySelectorAll('.flame-hit').length")),
        1
    );
    let detail = tab.eval(&format!(
        "{inside}.querySelector('.flame-detail').textContent"
    ));
    assert!(
        detail.as_str().is_some_and(|it| it.starts_with("1 frames")),
        "{detail}"
    );
    // Another pair is another picture.
    let third = "document.querySelector('#compare [name=baseline]').options[2].value";
    let name = tab.eval(third).as_str().expect("a name").to_owned();
    tab.click(&format!("[data-compare=baseline][data-name='{name}']"));
    tab.until(&format!(
        "({inside}.documentElement.getAttribute('aria-label') || '').split(' → ')[0].endsWith({name:?})"
    ));
    tab.is_clean(service.address);
}

#[test]
fn light_and_dark_are_chosen_and_kept() {
    let Some(browser) = browser() else { return };
    let service = Service::new().started();
    let mut tab = browser.tab();
    tab.scheme("light");
    tab.open(service.address, "/");
    let ground = "getComputedStyle(document.body).backgroundColor";
    let light = tab.eval(ground);
    tab.scheme("dark");
    let dark = tab.eval(ground);
    assert_ne!(light, dark);
    tab.press("t");
    assert_eq!(
        (tab.text("#theme").as_str(), tab.eval(ground)),
        ("Theme: light", light)
    );
    tab.scheme("light");
    tab.press("t");
    assert_eq!(
        (tab.text("#theme").as_str(), tab.eval(ground)),
        ("Theme: dark", dark.clone())
    );
    tab.open(service.address, "/");
    assert_eq!(tab.eval(ground), dark);
    tab.is_clean(service.address);
}

#[test]
fn who_is_not_logged_in_reads_and_is_led_to_the_form_before_changing_anything() {
    let Some(browser) = browser() else { return };
    let service = Service::new();
    std::fs::write(
        service.folders.path("token"),
        "0123456789abcdef0123456789abcdef",
    )
    .expect("a file");
    let token = service.folders.path("token");
    let service = service.with(&["--auth-token-file", token.to_str().expect("UTF-8")]);
    service.add_series("session.Put", 0);
    let service = service.started();
    let mut tab = browser.tab();
    tab.open(service.address, "/");
    tab.until("document.querySelector('#snapshots .tools') !== null");
    assert!(
        tab.text("#snapshots .tools")
            .contains("Log in to take a snapshot")
    );
    // Nothing is left on the page that would be refused.
    assert_eq!(
        tab.eval("document.querySelectorAll('[data-post], a[download]').length"),
        0
    );
    let download = "#snapshots tbody tr a[aria-label^='Log in to download']";
    tab.click(download);
    tab.until("location.pathname === '/login' && document.querySelector('[name=token]') !== null");
    tab.open(service.address, "/");
    tab.until("document.querySelector('#snapshots .tools') !== null");
    tab.click("#snapshots .tools a[href='/login']");
    tab.until("location.pathname === '/login' && document.querySelector('[name=token]') !== null");
    tab.fill("[name=token]", "0123456789abcdef0123456789abcdef");
    tab.click("main button");
    tab.until("location.pathname === '/' && document.querySelector('#snapshots .tools') !== null");
    assert!(tab.text("#snapshots .tools").contains("Take a snapshot"));
    assert_eq!(
        tab.eval("document.querySelector('#snapshots tbody a[download]').textContent"),
        "Download"
    );
    let first = "#snapshots tbody tr [aria-pressed]";
    assert_eq!(tab.text(first), "Pin");
    tab.click(first);
    tab.until(&format!(
        "document.querySelector({first:?}).textContent === 'Pinned'"
    ));
    tab.is_clean(service.address);
}

#[test]
fn capturing_now_adds_a_row() {
    let Some(browser) = browser() else { return };
    let service = Service::new().started();
    let mut tab = browser.tab();
    tab.open(service.address, "/");
    tab.until("document.getElementById('badge').textContent === 'live'");
    // What is drawn anew is put into what is there: a person's place in it stays.
    tab.eval("document.querySelector('#snapshots .tools').mine = true");
    let capture = "[data-post='/api/memory/heap-snapshot']";
    let rows = "document.querySelectorAll('#snapshots tbody tr').length";
    for count in 1..=2 {
        tab.click(capture);
        tab.until(&format!("{rows} === {count}"));
        tab.until("/^heap snapshot heap-\\d+-manual.pb.gz is kept/.test(document.querySelector('#snapshots .said').textContent)");
    }
    assert!(tab.text("#snapshots tbody tr").contains("manual"));
    assert_eq!(
        tab.eval("document.querySelector('#snapshots .tools').mine"),
        true
    );
    // Two can be compared.
    tab.until("document.getElementById('flame-frame') !== null");
    tab.is_clean(service.address);
}
