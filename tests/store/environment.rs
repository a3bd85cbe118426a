//! What is known of the machine and the program.

#[test]
fn the_environment_is_that_of_this_program_and_machine() {
    let environment = echograph::store::capture();
    assert_eq!(environment.program, "echograph 0.1.0");
    assert_eq!(environment.architecture, std::env::consts::ARCH);
    assert!(environment.cpus >= 1);
    assert_eq!(environment.commit, echograph::store::COMMIT);
    assert!(!environment.os.is_empty());
    if cfg!(target_os = "linux") {
        assert!(!environment.kernel.is_empty());
    }
}
