//! The embedded server over real sockets of this machine: what each client gets, whatever the others do.

mod server {
    mod access;
    mod client;
    mod delay;
    mod hostile;
    mod lifecycle;
    mod limits;
    mod log;
    mod manners;
    mod refusals;
    mod sessions;
    mod tolerance;
    mod waiting;
}
