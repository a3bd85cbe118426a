//! The checks of a client.
