//! The server of the live half over real sockets: routes against their description, the guard, posts, and clients that mean no good.

mod description;
mod guarded;
mod hostile;
mod killed;
mod memory;
mod posting;
mod reading;
mod router;
mod schema;
mod server;
mod storm;
