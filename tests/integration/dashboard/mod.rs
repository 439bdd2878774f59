//! The dashboard in a real browser: Chromium, headless, driven over the DevTools protocol.
//!
//! Where no Chromium is installed, every test says so on standard output and passes; `.ci/test` installs it.

/// A headless Chromium, ended when nobody needs it any more.
mod browser;
/// What a person on call does: reads the verdict, filters, pauses, compares, captures.
mod on_call;
/// The page as bytes, without a browser.
mod plain;
/// The page when the server goes away and comes back.
mod restarts;
/// Names for screen readers, contrast, widths of telephones.
mod senses;
/// A server with snapshots of a heap whose truth is known.
mod service;
/// A page in the browser.
mod tab;
/// Foreign text stays text wherever it is shown.
mod texts;
/// Targets that are not well: a limit that is passed, a service that is not there, snapshots that have stopped.
mod troubled;
