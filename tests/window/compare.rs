//! What is in the window, and how runs compare.

use egui::accesskit::Role;

use super::documents::{document, document_with_rounds, golden};
use super::harness::Window;

/// A window with a quick run, one like it, and one twice as slow, laid over each other.
fn three() -> Window {
    let mut window = Window::open_for_reading();
    let files = [
        document(&window, "quick.json", 20_000),
        document(&window, "alike.json", 20_000),
        document(&window, "slow.json", 40_000),
    ];
    window.drop_files(&files);
    window.click_button("Compare");
    window.wait_until("the verdicts", |window| {
        window.says("slower at all 3 points")
    });
    window.settle();
    window
}

fn colours(window: &Window) -> Vec<(String, usize)> {
    let entries = window.app().library().entries().iter();
    entries
        .map(|entry| (entry.name.clone(), entry.colour))
        .collect()
}

/// How many texts of the window are this.
fn count(window: &Window, text: &str) -> usize {
    window.texts().iter().filter(|known| *known == text).count()
}

const SLOWER: &str = "\u{2212} slower";
const FASTER: &str = "+ faster";
const NO_DIFFERENCE: &str = "= no difference shown";

#[test]
fn each_point_has_its_ratio_and_a_verdict_in_words() {
    let window = three();
    assert!(window.is_on(Role::RadioButton, "Baseline quick"));
    assert_eq!(count(&window, SLOWER), 3, "{:?}", window.texts());
    assert_eq!(count(&window, NO_DIFFERENCE), 3);
    assert!(window.says("RTT: slower at all 3 points, by "));
    assert!(window.says("Profile and environment are the same."));
    assert!(
        window.says("measure in turn"),
        "what a verdict cannot know is said"
    );
    // The ratio with its interval, and the p after the correction.
    assert!(
        window
            .texts()
            .iter()
            .any(|text| text.starts_with("1.9") && text.contains(" to "))
    );
}

#[test]
fn the_long_words_of_a_verdict_are_there_on_hover_and_for_the_chosen_point() {
    let mut window = three();
    let long = "no difference that these samples can show: it lies between";
    assert!(!window.says(long));
    let texts = window.placed_texts();
    let (place, _) = texts
        .iter()
        .find(|(_, text)| text == NO_DIFFERENCE)
        .unwrap();
    window.hover_at(place.center());
    assert!(window.says(long), "{:?}", window.texts());
    window.click_button("Points");
    window.click(Role::Row, "Point: 400 bytes, delay 0 ms");
    window.click_button("Compare");
    assert!(window.says(&format!("At 400 bytes: RTT {long}")));
}

#[test]
fn every_column_of_the_verdicts_is_seen_in_a_window_of_the_first_size() {
    let mut window = Window::open_sized(1_440.0, 960.0);
    let long = "a name that is as long as a name of a run in this window may";
    let files = [
        document(&window, &format!("{long}.json"), 20_000),
        document(&window, "alike.json", 20_000),
    ];
    window.drop_files(&files);
    window.click_button("Compare");
    window.wait_until("the verdicts", |window| count(window, NO_DIFFERENCE) > 0);
    window.settle();
    let texts = window.placed_texts();
    for head in ["Verdict", "p after Holm", "Throughput, times"] {
        let (place, _) = texts.iter().find(|(_, text)| text == head).unwrap();
        assert!(place.right() <= 1_440.0 - 12.0, "{head}: {place:?}");
    }
    let (verdict, _) = texts
        .iter()
        .find(|(_, text)| text == NO_DIFFERENCE)
        .unwrap();
    let name = window.place(Role::TextInput, "Name of 1");
    assert!(name.width() > 200.0, "{name:?}");
    assert!(name.right() < verdict.left());
}

#[test]
fn in_a_small_window_the_message_sizes_stay_while_the_figures_scroll() {
    let mut window = Window::open_sized(1_024.0, 700.0);
    let files = [("quick", 20_000), ("alike", 20_000), ("slow", 40_000)]
        .map(|(name, rtt_ns)| document(&window, &format!("{name}.json"), rtt_ns));
    window.drop_files(&files);
    window.click_button("Compare");
    window.wait_until("the verdicts", |window| count(window, NO_DIFFERENCE) > 0);
    window.settle();
    let place = |window: &Window, text: &str| {
        let texts = window.placed_texts();
        let found = texts.into_iter().find(|(_, known)| known == text);
        found.unwrap_or_else(|| panic!("no {text}")).0
    };
    let paints = |window: &Window, text: &str| window.painted().iter().any(|known| known == text);
    let (head, last) = ("Message size", "Throughput, times");
    let before = place(&window, head);
    assert!(paints(&window, head) && !paints(&window, last), "cut");
    window.move_to(before.center());
    window.scroll_by(egui::vec2(-2_000.0, 0.0));
    assert!(paints(&window, last), "{:?}", window.painted());
    assert!(place(&window, last).right() <= 1_024.0);
    assert!(paints(&window, head) && paints(&window, "100 bytes"));
    let moved = place(&window, head).left() - before.left();
    assert!(moved.abs() < 1.0, "by {moved} points");
    assert!(place(&window, last).left() > before.right());
    assert!(!paints(&window, "Verdict"), "it is out of sight now");
}

#[test]
fn a_table_scrolls_no_further_than_its_own_columns() {
    let mut window = Window::open_sized(1_024.0, 700.0);
    let files = [("quick", 20_000), ("alike", 20_000), ("slow", 40_000)].map(|(name, rtt_ns)| {
        let path = document(&window, &format!("{name}.json"), rtt_ns);
        // What differs is far wider than the verdicts.
        let text = std::fs::read_to_string(&path).unwrap();
        let long = format!("\"commit\": \"{}\"", name.repeat(60));
        let at = text.find("\"commit\": ").expect("a commit");
        let end = at + text[at..].find([',', '\n']).unwrap();
        std::fs::write(&path, [&text[..at], &long, &text[end..]].concat()).unwrap();
        path
    });
    window.drop_files(&files);
    window.click_button("Compare");
    window.wait_until("the verdicts", |window| count(window, NO_DIFFERENCE) > 0);
    window.settle();
    let texts = window.placed_texts();
    let head = texts.iter().find(|(_, text)| text == "Message size");
    window.move_to(head.unwrap().0.center());
    for _ in 0..3 {
        window.scroll_by(egui::vec2(-4_000.0, 0.0));
        window.settle();
    }
    let painted = window.painted();
    assert!(
        painted.iter().any(|text| text == "Throughput, times"),
        "{painted:?}"
    );
}

#[test]
fn a_name_that_is_too_long_for_its_field_is_there_in_whole_on_hover() {
    let long = "a name that is as long as a name of a run in this window may";
    let hover = |width: f32| {
        let mut window = Window::open_sized(width, 900.0);
        let file = document(&window, &format!("{long}.json"), 20_000);
        window.open_file(&file);
        window.click_button("Compare");
        window.settle();
        // It stands in the status line and the like as well: only what is new counts.
        let before = count(&window, long);
        window.hover(Role::TextInput, "Name of 1");
        count(&window, long) - before
    };
    assert_eq!(hover(1_100.0), 1);
    assert_eq!(hover(2_200.0), 0, "there is room for all of it");
}

#[test]
fn another_baseline_turns_the_verdicts_round() {
    let mut window = three();
    window.click(Role::RadioButton, "Baseline slow");
    window.wait_until("the new verdicts", |window| count(window, FASTER) == 6);
    assert!(window.says("RTT: faster at all 3 points, by "));
    assert_eq!(count(&window, SLOWER), 0);
    window.wait_until_still();
}

#[test]
fn the_comparison_is_copied_as_a_table() {
    let mut window = three();
    window.click_button("Copy table");
    let copied = window.copied().to_owned();
    let lines: Vec<Vec<&str>> = copied
        .lines()
        .map(|line| line.split('\t').collect())
        .collect();
    assert_eq!(
        lines[0][..4],
        [
            "run",
            "baseline",
            "message size (bytes)",
            "server delay (ms)"
        ]
    );
    assert_eq!(lines.len(), 7, "{copied}");
    let slow: Vec<_> = lines.iter().filter(|cells| cells[0] == "slow").collect();
    assert_eq!(slow.len(), 3);
    for cells in slow {
        assert_eq!(cells.len(), lines[0].len());
        let ratio: f64 = cells[4].parse().unwrap();
        assert!((1.9..2.0).contains(&ratio), "{cells:?}");
        assert_eq!(
            (cells[1], cells[7], cells[13]),
            ("quick", "slower", "slower")
        );
    }
}

#[test]
fn fewer_than_six_rounds_and_other_tools_cannot_be_said() {
    let mut window = Window::open_for_reading();
    let files = [
        document(&window, "quick.json", 20_000),
        document_with_rounds(&window, "few.json", 40_000, 5),
        golden("peers/sockperf.csv"),
    ];
    window.drop_files(&files);
    window.click_button("Compare");
    window.wait_until("the verdicts", |window| {
        count(window, "? cannot be said") == 3
    });
    assert!(window.says("cannot be said: a result of sockperf has no rounds"));
    assert!(!window.is_enabled(Role::RadioButton, "Baseline sockperf"));
}

#[test]
fn what_is_overlaid_is_chosen_in_the_list_and_keeps_its_colour() {
    let mut window = three();
    let before = colours(&window);
    assert_eq!(before.len(), 3);
    assert!(
        !window.is_enabled(Role::CheckBox, "Overlay quick"),
        "it is shown"
    );
    window.click(Role::CheckBox, "Overlay alike");
    assert_eq!(window.drawn(), ["quick", "slow"]);
    window.click(Role::CheckBox, "Overlay alike");
    assert_eq!(window.drawn(), ["quick", "alike", "slow"]);
    window.click_button("Remove alike");
    assert_eq!(window.drawn(), ["quick", "slow"]);
    let kept: Vec<_> = before
        .into_iter()
        .filter(|(name, _)| name != "alike")
        .collect();
    assert_eq!(colours(&window), kept);
}

#[test]
fn a_run_is_renamed_where_its_name_stands() {
    let mut window = three();
    window.type_into("Name of 3", "over Wi-Fi");
    assert_eq!(window.drawn(), ["quick", "alike", "over Wi-Fi"]);
    assert!(window.has(Role::CheckBox, "Overlay over Wi-Fi"));
    // The legend says it, too.
    assert!(
        window.has(Role::CheckBox, "over Wi-Fi"),
        "{:?}",
        window.labels(Role::CheckBox)
    );
    // Without a name it has again the one that it came with.
    window.type_into("Name of 3", "");
    window.focus("Message sizes");
    assert_eq!(window.drawn(), ["quick", "alike", "slow"]);
}

#[test]
fn plots_show_ratios_to_the_baseline() {
    let mut window = three();
    window.click_button("Ratio to baseline");
    let paints = |window: &Window, text: &str| window.painted().iter().any(|known| known == text);
    assert!(
        paints(&window, "RTT, times that of quick"),
        "{:?}",
        window.painted()
    );
    assert!(paints(&window, "Throughput, times that of quick"));
    assert!(window.says("mark: how many times the baseline's figure"));
    window.wait_until_still();
    window.click_button("Values");
    assert!(!paints(&window, "RTT, times that of quick"));
}

#[test]
fn one_run_alone_says_how_to_compare() {
    let mut window = Window::open();
    window.click_button("Compare");
    assert!(window.says("Runs appear here once they are measured or opened"));
    let path = document(&window, "alone.json", 20_000);
    window.open_file(&path);
    assert!(window.says("Overlay a second run to compare it with the first"));
    window.wait_until_still();
}

#[test]
fn a_run_that_goes_on_is_in_the_list_and_compared_when_it_has_ended() {
    let mut window = Window::open_for_reading();
    let path = document(&window, "before.json", 20_000);
    window.open_file(&path);
    window.start_endless_run();
    window.click_button("Compare");
    let name = {
        let entries = window.app().library().entries();
        entries.last().unwrap().name.clone()
    };
    assert!(name.starts_with("this program "), "{name}");
    // Who presses Run wants to see that run; what was opened stays in the plots.
    assert_eq!(window.drawn(), [name.as_str(), "before"]);
    assert!(window.says("It is compared when the run that goes on has ended."));
    assert!(!window.is_enabled(Role::Button, &format!("Remove {name}")));
    window.click_button("Stop");
    window.wait_until("the comparison", |window| {
        window.says("no point of the same message size and server delay is in both runs")
    });
    assert!(window.says("What differs"), "{:?}", window.texts());
}
