//! The pages that the server has itself: what it is, and a form for the token. They have no scripts and no styles, and show nothing foreign.

mod index;
mod login;
mod page;

pub(super) use index::index;
pub(super) use login::{log_in, log_out, login_form};
