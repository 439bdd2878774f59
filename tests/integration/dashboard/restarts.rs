//! The page when the server goes away and comes back.

use super::browser::browser;
use super::service::Service;

#[test]
fn the_page_recovers_from_a_restart_and_says_what_may_be_missing() {
    let Some(browser) = browser() else { return };
    let mut service = Service::new().started();
    let mut tab = browser.tab();
    tab.open(service.address, "/");
    tab.until("document.getElementById('badge').textContent === 'live'");
    service.say("alpha", "before");
    tab.until("document.querySelector('.event .what')?.textContent === 'before'");
    // Something a person has done is still there afterwards.
    tab.eval("document.querySelector('#bounds summary').click()");
    service.stop();
    tab.until("document.getElementById('badge').textContent.startsWith('offline')");
    service.say("alpha", "meanwhile");
    service.start();
    tab.until("document.getElementById('badge').textContent === 'live'");
    tab.until("!document.getElementById('gap').hidden");
    assert_eq!(
        tab.text("#gap p"),
        "The server was restarted: events in between may be missing here."
    );
    tab.until("document.querySelector('.event .what')?.textContent === 'meanwhile'");
    service.say("alpha", "afterwards");
    tab.until("document.querySelector('.event .what')?.textContent === 'afterwards'");
    assert_eq!(
        tab.eval("document.querySelector('#bounds details').open"),
        true
    );
    tab.click("#gap button");
    assert_eq!(tab.eval("document.getElementById('gap').hidden"), true);
    // While nobody listened, the browser says so of each try; nothing else may be said.
    let complaints = tab.complaints();
    let others = complaints
        .iter()
        .filter(|it| !it.contains("ERR_CONNECTION_REFUSED"));
    assert_eq!(others.count(), 0, "{complaints:#?}");
    tab.asked_only(service.address);
}
