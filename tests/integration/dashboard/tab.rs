//! A page in the browser: what it is told, what it shows, and what it has complained about.

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

use super::browser::Browser;

pub(super) type Wire = WebSocket<TcpStream>;

/// How long a test waits for what it expects.
const PATIENCE: Duration = Duration::from_secs(30);

/// A page in the browser.
pub(super) struct Tab {
    wire: Wire,
    next: u64,
    /// What the browser has said that was no answer.
    said: Vec<Value>,
    /// The connection by which it was made, and what is to be disposed of with it.
    master: Option<Box<(Tab, Value)>>,
    _browser: Arc<Browser>,
}

impl Tab {
    pub(super) fn over(browser: &Arc<Browser>, wire: Wire, master: Option<(Tab, Value)>) -> Tab {
        Tab {
            wire,
            next: 0,
            said: Vec::new(),
            master: master.map(Box::new),
            _browser: Arc::clone(browser),
        }
    }

    /// Asks for something and waits for the answer.
    pub(super) fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.next += 1;
        let id = self.next;
        let parameters = match parameters {
            Value::Null => json!({}),
            given => given,
        };
        let message = json!({"id": id, "method": method, "params": parameters});
        self.wire
            .send(Message::text(message.to_string()))
            .expect("the browser listens");
        loop {
            let Message::Text(text) = self.wire.read().expect("the browser answers") else {
                continue;
            };
            let mut answer: Value = serde_json::from_str(&text).expect("JSON");
            if answer["id"] == id {
                assert!(answer["error"].is_null(), "{method}: {answer}");
                return answer["result"].take();
            }
            self.said.push(answer);
        }
    }

    pub(super) fn window(&mut self, width: u32, height: u32) {
        self.call(
            "Emulation.setDeviceMetricsOverride",
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}),
        );
    }

    /// Makes the page light or dark.
    pub(super) fn scheme(&mut self, scheme: &str) {
        let feature = json!({"name": "prefers-color-scheme", "value": scheme});
        self.call("Emulation.setEmulatedMedia", json!({"features": [feature]}));
    }

    /// Whether scripts run on the pages that are opened from now on.
    pub(super) fn scripts(&mut self, run: bool) {
        self.call(
            "Emulation.setScriptExecutionDisabled",
            json!({"value": !run}),
        );
    }

    /// Opens a path of a server and waits until it is there.
    pub(super) fn open(&mut self, server: SocketAddr, path: &str) {
        let address = format!("http://{server}{path}");
        let opened = self.call("Page.navigate", json!({"url": address}));
        assert!(opened["errorText"].is_null(), "{address}: {opened}");
        while !self.has_event("Page.loadEventFired") {
            let message = self
                .wire
                .read()
                .expect("the browser says that the page is loaded");
            if let Message::Text(text) = message {
                self.said.push(serde_json::from_str(&text).expect("JSON"));
            }
        }
        self.said
            .retain(|event| event["method"] != "Page.loadEventFired");
    }

    fn has_event(&self, method: &str) -> bool {
        self.said.iter().any(|event| event["method"] == method)
    }

    /// What an expression of JavaScript is.
    pub(super) fn eval(&mut self, expression: &str) -> Value {
        let mut answer = self.call(
            "Runtime.evaluate",
            json!({"expression": expression, "returnByValue": true, "awaitPromise": true}),
        );
        assert!(
            answer["exceptionDetails"].is_null(),
            "{expression}: {}",
            answer["exceptionDetails"]
        );
        answer["result"]["value"].take()
    }

    /// Waits until an expression is true.
    pub(super) fn until(&mut self, expression: &str) {
        let end = Instant::now() + PATIENCE;
        while self.eval(expression) != true {
            assert!(
                Instant::now() < end,
                "never true: {expression}; the page says: {}",
                self.text("body")
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The text of the first element that fits.
    pub(super) fn text(&mut self, selector: &str) -> String {
        let text = self.eval(&format!(
            "(document.querySelector({selector:?})||{{}}).innerText"
        ));
        text.as_str().unwrap_or_default().to_owned()
    }

    pub(super) fn click(&mut self, selector: &str) {
        self.until(&format!("document.querySelector({selector:?}) !== null"));
        self.eval(&format!("document.querySelector({selector:?}).click()"));
    }

    /// Types into a field, as a person does.
    pub(super) fn fill(&mut self, selector: &str, text: &str) {
        self.eval(&format!("document.querySelector({selector:?}).select()"));
        self.eval(&format!("document.querySelector({selector:?}).focus()"));
        self.call("Input.insertText", json!({"text": text}));
    }

    pub(super) fn press(&mut self, key: &str) {
        for kind in ["keyDown", "keyUp"] {
            let text = if key.chars().count() == 1 { key } else { "" };
            self.call(
                "Input.dispatchKeyEvent",
                json!({"type": kind, "key": key, "text": text}),
            );
        }
    }

    /// Everything the page was blamed for: exceptions, errors on the console, violations of its policy.
    pub(super) fn complaints(&mut self) -> Vec<String> {
        // What was said before this is read by now.
        self.call("Page.getNavigationHistory", Value::Null);
        let complaints = self.said.iter().filter(|event| {
            let parameters = &event["params"];
            match event["method"].as_str() {
                Some("Runtime.exceptionThrown") => true,
                Some("Runtime.consoleAPICalled") => ["error", "assert", "warning"]
                    .iter()
                    .any(|kind| parameters["type"] == *kind),
                Some("Log.entryAdded") => parameters["entry"]["level"] == "error",
                _ => false,
            }
        });
        complaints
            .map(|event| event["params"].to_string())
            .collect()
    }

    /// Addresses that were asked for.
    pub(super) fn requests(&self) -> Vec<String> {
        let made = self
            .said
            .iter()
            .filter_map(|event| match event["method"].as_str() {
                Some("Network.requestWillBeSent") => event["params"]["request"]["url"].as_str(),
                Some("Network.webSocketCreated") => event["params"]["url"].as_str(),
                _ => None,
            });
        made.map(str::to_owned).collect()
    }

    /// Nothing went wrong on the page, and nobody but this server was asked.
    pub(super) fn is_clean(&mut self, server: SocketAddr) {
        let complaints = self.complaints();
        assert!(complaints.is_empty(), "{complaints:#?}");
        self.asked_only(server);
    }

    pub(super) fn asked_only(&self, server: SocketAddr) {
        let own = [format!("http://{server}/"), format!("ws://{server}/")];
        let requests = self.requests();
        assert!(!requests.is_empty());
        for request in requests {
            let is_own = own.iter().any(|own| request.starts_with(own));
            assert!(is_own || request.starts_with("data:"), "{request}");
        }
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        let Some(master) = self.master.take() else {
            return;
        };
        let (mut master, context) = *master;
        if !std::thread::panicking() {
            let context = json!({"browserContextId": context});
            master.call("Target.disposeBrowserContext", context);
        }
    }
}
