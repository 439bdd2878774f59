//! The page as bytes: what its policy allows, what it consists of, and that its parts are the same alone.

use super::service::Service;
use crate::live::client::{get, request};
use crate::live::process::eventually;

#[test]
fn the_policy_allows_nothing_inline_and_the_page_needs_nothing_inline() {
    let service = Service::leaking("<b onclick='x'>leak</b>");
    let judged = || {
        get(service.address, "/panels/suspects")
            .body
            .contains("frames")
    };
    eventually("the series is judged", judged);
    let page = get(service.address, "/");
    let head = page.head.to_ascii_lowercase();
    let policy = head
        .lines()
        .find(|line| line.starts_with("content-security-policy: "));
    let policy = policy.expect("a policy");
    assert!(
        policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
        "{policy}"
    );
    assert!(
        policy.contains("script-src 'self';") && policy.contains("style-src 'self';"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
    for inline in [
        "<style",
        " style=",
        "<script>",
        " onclick=\"",
        " onload=",
        "javascript:",
        "http:",
        "https:",
    ] {
        let text = page.body.replace("http://www.w3.org/2000/svg", "");
        assert!(!text.contains(inline), "{inline}");
    }
    assert_eq!(page.body.matches("<script src=\"/assets/").count(), 2);
    // Nothing of the name became markup.
    assert!(
        page.body
            .contains("&lt;b onclick=&#39;x&#39;&gt;leak&lt;/b&gt;")
            && !page.body.contains("<b ")
    );
}

#[test]
fn panels_are_had_one_by_one_and_others_are_not_there() {
    let service = Service::leaking("session.Put");
    let page = get(service.address, "/").body;
    let names: Vec<&str> = page
        .split("data-panel=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert_eq!(names.len(), 14);
    for name in names {
        let panel = get(service.address, &format!("/panels/{name}"));
        assert_eq!(panel.status, 200, "{name}");
        assert!(!panel.body.contains("<html"), "{name}");
    }
    for path in [
        "/panels/nothing",
        "/assets/nothing.js",
        "/panels/",
        "/assets/..%2Fx",
    ] {
        assert_eq!(get(service.address, path).status, 404, "{path}");
    }
    let wrong = get(service.address, "/?sort=nonsense");
    assert_eq!(
        (wrong.status, wrong.json()["error"].as_str()),
        (400, Some("bad-parameter"))
    );
    let unknown = get(service.address, "/?target=nobody");
    assert!(unknown.status == 200 && unknown.body.contains("No such target"));
}

#[test]
fn what_a_version_has_may_be_kept_for_ever_and_nothing_else() {
    let service = Service::new().started();
    let page = get(service.address, "/").body;
    let at = page
        .find("/assets/dashboard.css?v=")
        .expect("a style sheet");
    let address = page[at..].split('"').next().expect("an address");
    let kept = |path: &str| get(service.address, path).head.contains("immutable");
    assert!(kept(address));
    assert!(!kept("/assets/dashboard.css") && !kept("/assets/dashboard.css?v=000000000000"));
    let packed =
        request(service.address, "HEAD /", "accept-encoding: gzip\r\n", "").expect("an answer");
    assert!(
        packed.head.contains("content-encoding: gzip"),
        "{}",
        packed.head
    );
}
