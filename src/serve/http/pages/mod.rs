//! The pages that the server has itself: the dashboard, the list of routes, and a form for the token.
//!
//! What comes in: a request that the guard has let through. What goes out: a page with a policy of its own, which loads nothing from
//! elsewhere. Only the dashboard has a script, and shows what is foreign.

mod dashboard;
mod index;
mod login;
mod page;

pub(super) use dashboard::{STYLE_PATH, THEME_PATH, asset, dashboard, panel};
pub(super) use index::index;
pub(super) use login::{log_in, log_out, login_form};
