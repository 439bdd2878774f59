//! A headless Chromium, ended when nobody needs it any more.

use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::tab::{Tab, Wire};

const FLAGS: [&str; 12] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--remote-debugging-port=0",
];

/// A running browser.
pub(super) struct Browser {
    child: Child,
    address: SocketAddr,
    path: String,
    _profile: tempfile::TempDir,
}

/// The one that tests that run at the same time share.
static SHARED: Mutex<Weak<Browser>> = Mutex::new(Weak::new());

/// The browser, started if nobody has it; nothing where there is none on this machine, which is said loudly.
pub(super) fn browser() -> Option<Arc<Browser>> {
    let Some(program) = installed() else {
        println!("SKIPPED: no Chromium is installed: apt-get install chromium");
        return None;
    };
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(running) = shared.upgrade() {
        return Some(running);
    }
    let started = Arc::new(Browser::start(&program));
    *shared = Arc::downgrade(&started);
    Some(started)
}

fn installed() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .flat_map(|folder| ["chromium", "chromium-browser"].map(|name| folder.join(name)))
        .find(|path| path.is_file())
}

impl Browser {
    fn start(program: &Path) -> Browser {
        let profile = tempfile::tempdir().expect("a folder for the browser");
        let child = Command::new(program)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the browser starts");
        let told = profile.path().join("DevToolsActivePort");
        let until = Instant::now() + Duration::from_secs(60);
        let text = loop {
            // The file is there before both of its lines are.
            match std::fs::read_to_string(&told) {
                Ok(text) if text.lines().count() == 2 => break text,
                _ => assert!(Instant::now() < until, "the browser opens no port"),
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        let (port, path) = text.split_once('\n').expect("two lines");
        let port: u16 = port.trim().parse().expect("a port");
        Browser {
            child,
            address: ([127, 0, 0, 1], port).into(),
            path: path.trim().to_owned(),
            _profile: profile,
        }
    }

    pub(super) fn wire(&self, path: &str) -> Wire {
        let stream = TcpStream::connect(self.address).expect("the browser listens");
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .expect("a limit of time");
        let url = format!("ws://{}{path}", self.address);
        let (socket, _) = tungstenite::client(url, stream).expect("the browser talks");
        socket
    }

    /// A page with memories of its own: nothing is kept of other tests.
    pub(super) fn tab(self: &Arc<Browser>) -> Tab {
        let mut master = Tab::over(self, self.wire(&self.path), None);
        let context = master.call("Target.createBrowserContext", json!({}));
        let context = context["browserContextId"].clone();
        let target = master.call(
            "Target.createTarget",
            json!({"url": "about:blank", "browserContextId": context}),
        );
        let target = target["targetId"].as_str().expect("a target").to_owned();
        let wire = self.wire(&format!("/devtools/page/{target}"));
        let mut tab = Tab::over(self, wire, Some((master, context)));
        for domain in ["Page", "Runtime", "Log", "Network", "Accessibility"] {
            tab.call(&format!("{domain}.enable"), Value::Null);
        }
        tab.window(1280, 900);
        tab
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It ends its own processes when it is asked to; what is left of it goes with its first process.
        let mut wire = self.wire(&self.path);
        let _ = wire.send(tungstenite::Message::text(
            r#"{"id":1,"method":"Browser.close"}"#,
        ));
        let until = Instant::now() + Duration::from_secs(5);
        while self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            if Instant::now() > until {
                let _ = self.child.kill();
                let _ = self.child.wait();
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
