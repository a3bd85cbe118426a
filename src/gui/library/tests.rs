use std::path::Path;

use super::super::test_run;
use super::*;

fn run(id: u64) -> Arc<Run> {
    let mut run = test_run::run(&[(100, 20_000, None)]);
    run.id = RunId(id);
    Arc::new(run)
}

fn with_runs(number: u64) -> Library {
    let mut library = Library::default();
    for id in 1..=number {
        library.keep(run(id), None, || format!("run {id}"));
    }
    library
}

fn names(library: &Library) -> Vec<&str> {
    let entries = library.entries().iter();
    entries.map(|entry| entry.name.as_str()).collect()
}

#[test]
fn no_two_entries_share_a_colour_and_none_changes_its_own() {
    let mut library = with_runs(3);
    let colours = |library: &Library| -> Vec<usize> {
        library.entries().iter().map(|entry| entry.colour).collect()
    };
    assert_eq!(colours(&library), [0, 1, 2]);
    library.remove(SourceId(2));
    assert_eq!(colours(&library), [0, 2]);
    library.keep(run(4), None, || "run 4".to_owned());
    assert_eq!(colours(&library), [0, 2, 1]);
}

#[test]
fn the_newest_run_is_shown_until_one_is_chosen() {
    let mut library = with_runs(2);
    let shown = |library: &Library| library.shown().map(|entry| entry.id.0);
    assert_eq!(shown(&library), Some(2));
    library.choose(Some(SourceId(1)));
    library.keep(run(3), None, || "run 3".to_owned());
    assert_eq!(shown(&library), Some(1));
    library.remove(SourceId(1));
    assert_eq!(shown(&library), Some(3));
}

#[test]
fn a_run_that_goes_on_is_an_entry_and_cannot_be_removed() {
    let mut library = with_runs(1);
    let mut going_on = test_run::run(&[(100, 20_000, None)]);
    (going_on.id, going_on.state) = (RunId(2), RunState::Running);
    let going_on = Arc::new(going_on);
    library.follow(&going_on, || "run 2".to_owned());
    library.remove(SourceId(2));
    assert_eq!(names(&library), ["run 1", "run 2"]);
    assert!(library.shown().unwrap().goes_on());
    library.keep(run(2), None, || "another name".to_owned());
    // An older state of it that comes late changes nothing.
    library.follow(&going_on, || "a third name".to_owned());
    assert_eq!(names(&library), ["run 1", "run 2"]);
    assert!(!library.shown().unwrap().goes_on());
}

#[test]
fn the_shown_run_is_drawn_first_and_once() {
    let mut library = with_runs(3);
    for id in [1, 3] {
        library.overlay(SourceId(id), true);
    }
    let drawn: Vec<u64> = library.drawn().map(|entry| entry.id.0).collect();
    assert_eq!(drawn, [3, 1]);
}

#[test]
fn the_oldest_run_drawn_is_the_baseline_until_one_is_chosen() {
    let mut library = with_runs(3);
    let baseline = |library: &Library| library.baseline().map(|entry| entry.id.0);
    assert_eq!(baseline(&library), None, "one run alone is not compared");
    library.overlay(SourceId(2), true);
    assert_eq!(baseline(&library), Some(2));
    library.set_baseline(SourceId(3));
    assert_eq!(baseline(&library), Some(3));
    library.remove(SourceId(3));
    assert_eq!(baseline(&library), None);
}

#[test]
fn the_oldest_goes_and_is_named_and_what_is_drawn_stays_longer() {
    let mut library = with_runs(MOST_KEPT as u64);
    library.overlay(SourceId(1), true);
    let gone = library.keep(run(100), None, || "one more".to_owned());
    assert_eq!(gone, ["run 2"]);
    assert_eq!(library.entries().len(), MOST_KEPT);
    assert!(library.entry(SourceId(1)).is_some());
}

#[test]
fn what_is_opened_has_numbers_and_names_of_its_own() {
    let mut library = with_runs(1);
    let path = Path::new("/somewhere/lab.json");
    let open = || Arc::unwrap_or_clone(run(1));
    let (first, _) = library.add_run(open(), path);
    let (second, _) = library.add_run(open(), path);
    assert_eq!(names(&library), ["run 1", "lab", "lab (2)"]);
    assert!(first != second && first != SourceId(1));
    assert_eq!(library.get(RunId(first.0)).unwrap().run.id.0, first.0);
}
