//! Who may ask for what.
//!
//! What comes in: a request, before anything of its body is read. What goes out: the same request, or a refusal. The rules, in their order:
//!
//! 1. `Host` names this machine (`host`): a page whose name was pointed at this address after it was loaded (DNS rebinding) is refused.
//! 2. `Origin` and `Sec-Fetch-Site` are of the same origin (`origin`): pages from elsewhere neither post nor open a WebSocket.
//! 3. No token stands in the address, where logs and histories would keep it.
//! 4. Whoever posts has the token, and whoever reads too where that is asked for (`credentials`); wrong ones are counted per address
//!    (`wrong_tokens`).
//!
//! It knows nothing of what routes answer, but for the few that are open to everyone. What it lets through goes on to the routes, the pages, and
//! [`live`](crate::serve::live).

mod credentials;
mod gate;
mod host;
mod options;
mod origin;
mod secret;
pub(super) mod session;
mod wrong_tokens;

pub(super) use gate::peer;
pub use gate::{Admitted, Guard, stand_guard};
pub use options::GuardOptions;
pub use secret::{Secret, SecretError};
