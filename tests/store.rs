//! Files: what is written is read back, and what cannot be read is answered with a sentence.

mod store {
    mod environment;
    mod golden;
    mod hostile_runs;
    mod peers;
    mod profiles;
    mod runs;
    mod writing;
}
