//! A browser without a window, which real keys and clicks go to. Where there is none, tests say so and pass.
//!
//! ```text
//!   test ─► DevTools protocol, JSON between NULs, by a pipe ─► Chromium ─► replies and events
//! ```

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use std::{env, thread};

use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

/// Nothing takes longer.
const PATIENCE: Duration = Duration::from_secs(40);

/// The browser, if there is one.
pub(crate) fn find() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let path = env::var_os("PATH")?;
    let found = env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name)));
    let found = found.into_iter().find(|file| file.is_file());
    if found.is_none() {
        eprintln!("skipped: no chromium was found, so the page was not looked at");
    }
    found
}

/// A browser that a test has for itself: it finds nothing of what others did in it.
pub(crate) struct Browser {
    /// Always there until it is given back.
    running: Option<Running>,
    /// Where its pages are.
    context: Json,
    is_common: bool,
}

/// Those that run without options, and that nobody has: to start one takes half a second.
static SPARE: Mutex<Vec<Running>> = Mutex::new(Vec::new());

/// A browser that runs. When nobody holds the pipe any more it ends, and its folder goes.
struct Running {
    child: Child,
    pipe: RefCell<Pipe>,
}

struct Pipe {
    /// Closed at the end.
    input: Option<ChildStdin>,
    messages: Receiver<Json>,
    last: u64,
    /// What it has told by itself.
    heard: Vec<Json>,
}

/// A page in it.
pub(crate) struct Tab<'b> {
    browser: &'b Browser,
    session: String,
}

impl Browser {
    /// One with these options; without any it may have been another's before.
    pub(crate) fn start(options: &[&str]) -> Option<Self> {
        let program = find()?;
        let spare = if options.is_empty() { SPARE.lock().expect("it is whole").pop() } else { None };
        let running = spare.unwrap_or_else(|| Running::start(&program, options));
        let context =
            running.ask(None, "Target.createBrowserContext", &json!({}))["browserContextId"].clone();
        Some(Self { running: Some(running), context, is_common: options.is_empty() })
    }

    /// Opens an address.
    pub(crate) fn open(&self, address: &str) -> Tab<'_> {
        let where_to = json!({ "url": "about:blank", "browserContextId": self.context });
        let target = self.ask(None, "Target.createTarget", &where_to);
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = self.ask(None, "Target.attachToTarget", &attach)["sessionId"].clone();
        let tab = Tab { browser: self, session: session.as_str().expect("it has a name").to_owned() };
        for room in ["Page", "Runtime", "Log", "Network"] {
            tab.ask(&format!("{room}.enable"), &json!({}));
        }
        // None of the pages is in the background: each believes that it has the keys.
        tab.ask("Emulation.setFocusEmulationEnabled", &json!({ "enabled": true }));
        tab.resize(1400, 900, false);
        tab.ask("Page.navigate", &json!({ "url": address }));
        tab
    }

    fn running(&self) -> &Running {
        self.running.as_ref().expect("it is not given back yet")
    }

    fn ask(&self, session: Option<&str>, method: &str, parameters: &Json) -> Json {
        self.running().ask(session, method, parameters)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Where something has gone wrong nobody else shall have it.
        let Some(running) = self.running.take().filter(|_| self.is_common && !thread::panicking()) else {
            return;
        };
        running.ask(None, "Target.disposeBrowserContext", &json!({ "browserContextId": self.context }));
        running.pipe.borrow_mut().heard.clear();
        SPARE.lock().expect("it is whole").push(running);
    }
}

impl Running {
    fn start(program: &Path, options: &[&str]) -> Self {
        let profile = tempfile::tempdir().expect("there is room").keep();
        // It reads from its third handle and writes to its fourth.
        let mut child = Command::new("sh")
            .args([
                "-c",
                "profile=$1; shift; \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null; rm -rf \"$profile\"",
            ])
            .arg(program)
            .arg(&profile)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--remote-debugging-pipe",
            ])
            .args(["--disable-background-networking", "--disable-component-update"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let (sender, messages) = channel();
        thread::spawn(move || {
            for message in output.split(0) {
                let Ok(message) = message else { return };
                let message = serde_json::from_slice(&message).expect("it is JSON");
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Self { child, pipe: RefCell::new(Pipe { input, messages, last: 0, heard: Vec::new() }) }
    }

    fn ask(&self, session: Option<&str>, method: &str, parameters: &Json) -> Json {
        let pipe = &mut *self.pipe.borrow_mut();
        let input = pipe.input.as_mut().expect("it is open");
        pipe.last += 1;
        let mut request = json!({ "id": pipe.last, "method": method, "params": parameters });
        if let Some(session) = session {
            request["sessionId"] = session.into();
        }
        write!(input, "{request}\0").expect("it listens");
        loop {
            let message =
                pipe.messages.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no reply: {request}"));
            if message["id"] == pipe.last {
                assert!(message["error"].is_null(), "{request}: {message}");
                return message["result"].clone();
            }
            pipe.heard.push(message);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.pipe.get_mut().input = None;
        // It may have ended already.
        let _ = self.child.wait();
    }
}

impl Tab<'_> {
    /// Asks the browser something about this page.
    pub(crate) fn ask(&self, method: &str, parameters: &Json) -> Json {
        self.browser.ask(Some(&self.session), method, parameters)
    }

    /// Gives the window a size, and a scheme of colours.
    pub(crate) fn resize(&self, width: u32, height: u32, is_dark: bool) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.ask("Emulation.setDeviceMetricsOverride", &size);
        let scheme = if is_dark { "dark" } else { "light" };
        let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
        self.ask("Emulation.setEmulatedMedia", &json!({ "features": [feature] }));
    }

    /// What a script finds, which may be a promise.
    pub(crate) fn look<T: DeserializeOwned>(&self, script: &str) -> T {
        let parameters = json!({ "expression": script, "awaitPromise": true, "returnByValue": true });
        let found = self.ask("Runtime.evaluate", &parameters);
        assert!(found["exceptionDetails"].is_null(), "{script}: {found}");
        serde_json::from_value(found["result"]["value"].clone())
            .unwrap_or_else(|error| panic!("{error}: {found}"))
    }

    /// Waits until a script says so.
    pub(crate) fn until(&self, script: &str) {
        let begun = Instant::now();
        while !self.look::<bool>(&format!("Boolean({script})")) {
            let shown = || self.look::<String>("document.body.innerText");
            assert!(begun.elapsed() <= PATIENCE, "{script} is not so in\n{}", shown());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Presses a key; with Ctrl as `Ctrl+a`.
    pub(crate) fn press(&self, key: &str) {
        let (modifiers, key) = key.strip_prefix("Ctrl+").map_or((0, key), |key| (2, key));
        let code = match key {
            "Enter" => 13,
            "Tab" => 9,
            "Escape" => 27,
            "Home" => 36,
            "End" => 35,
            "ArrowLeft" => 37,
            "ArrowUp" => 38,
            "ArrowRight" => 39,
            "ArrowDown" => 40,
            key => key.to_ascii_uppercase().bytes().next().map_or(0, u32::from),
        };
        let text = if key == "Enter" { "\r" } else { key };
        let is_text = modifiers == 0 && (key == "Enter" || key.chars().count() == 1);
        let mut down =
            json!({ "key": key, "code": key, "windowsVirtualKeyCode": code, "modifiers": modifiers });
        let up = down.clone();
        down["type"] = if is_text { "keyDown" } else { "rawKeyDown" }.into();
        if is_text {
            down["text"] = text.into();
        }
        self.ask("Input.dispatchKeyEvent", &down);
        let mut up = up;
        up["type"] = "keyUp".into();
        self.ask("Input.dispatchKeyEvent", &up);
    }

    /// Writes a text where the keys go.
    pub(crate) fn write(&self, text: &str) {
        self.ask("Input.insertText", &json!({ "text": text }));
    }

    /// Clicks into the middle of the first that is of this kind.
    pub(crate) fn click(&self, which: &str) {
        let which = serde_json::to_string(which).expect("it is a text");
        let [x, y]: [f64; 2] = self.look(&format!(
            "(() => {{ const found = document.querySelector({which}); found.scrollIntoView({{ block: 'nearest' }}); \
             const {{ left, top, width, height }} = found.getBoundingClientRect(); \
             return [left + width / 2, top + height / 2]; }})()"
        ));
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
            self.ask("Input.dispatchMouseEvent", &event);
        }
    }

    /// What of this page has been told by the browser itself.
    fn heard(&self, method: &str) -> Vec<Json> {
        self.look::<bool>("true");
        let pipe = self.browser.running().pipe.borrow();
        let mine =
            pipe.heard.iter().filter(|one| one["sessionId"] == *self.session && one["method"] == method);
        mine.map(|one| one["params"].clone()).collect()
    }

    /// What has gone wrong in the page: exceptions, warnings, what its policy refuses; that nobody answers is none.
    pub(crate) fn troubles(&self) -> Vec<String> {
        let thrown = self.heard("Runtime.exceptionThrown");
        let logged =
            self.heard("Log.entryAdded").into_iter().filter(|one| one["entry"]["source"] != "network");
        let printed = self.heard("Runtime.consoleAPICalled");
        thrown.into_iter().chain(logged).chain(printed).map(|one| one.to_string()).collect()
    }

    /// All addresses that the page has asked.
    pub(crate) fn requests(&self) -> Vec<String> {
        let sent = self.heard("Network.requestWillBeSent").into_iter();
        sent.filter_map(|one| one["request"]["url"].as_str().map(str::to_owned)).collect()
    }
}
