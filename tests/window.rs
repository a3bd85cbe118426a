//! The window as its user meets it: found, clicked and read by role and label, over real runs against
//! real servers.

mod window {
    mod check;
    mod compare;
    mod documents;
    mod export;
    mod form;
    mod harness;
    mod idle;
    mod keyboard;
    mod layout;
    mod opening;
    mod plots;
    mod point;
    mod profiles;
    mod queue;
    mod restart;
    mod runs;
    mod server;
    mod strangers;
    mod table;
    mod transcript;
}
