//! The card that says how is measured, folded away until it is wanted: rounds, waiting, load, sockets,
//! protocol. Each control says in its tooltip what it changes in the figures.

use egui::Ui;

use super::app::App;
use super::form::Form;
use super::form_panel::problem;
use super::theme::space;
use super::variant_fields;
use super::widgets::{Field, card, choice, group, halves};
use crate::experiment::{self, Order, Problem, QuickAck, WaitStrategy};
use crate::protocol::Dialect;

/// The fields of this card.
const FIELDS: [experiment::Field; 14] = [
    experiment::Field::Rounds,
    experiment::Field::CiWidth,
    experiment::Field::MinRounds,
    experiment::Field::MaxRounds,
    experiment::Field::TimeBudget,
    experiment::Field::Seed,
    experiment::Field::Warmup,
    experiment::Field::Depth,
    experiment::Field::Connections,
    experiment::Field::SendBuffer,
    experiment::Field::ReceiveBuffer,
    experiment::Field::CongestionControl,
    experiment::Field::Timeout,
    experiment::Field::LeastProbes,
];

/// Shows the card.
pub fn show(app: &mut App, ui: &mut Ui, problems: &[Problem]) {
    // A problem in a folded card would be a reason nobody can see.
    let has_problem = FIELDS
        .into_iter()
        .any(|field| problem(problems, field).is_some())
        || (!app.settings.form.embedded && app.settings.access_key.access_key().is_err());
    card(ui, "How", |ui| {
        let open = app.settings.advanced_open || has_problem;
        let header = egui::CollapsingHeader::new("Advanced")
            .id_salt("advanced")
            .open(Some(open))
            .show_unindented(ui, |ui| {
                let form = &mut app.settings.form;
                rounds(form, ui, problems);
                load(form, ui, problems);
                sockets(form, ui, problems);
                protocol(form, ui, problems);
                access(app, ui);
            });
        if header.header_response.clicked() {
            app.settings.advanced_open = !open;
        }
    });
}

fn rounds(form: &mut Form, ui: &mut Ui, problems: &[Problem]) {
    let wrong = |field| problem(problems, field);
    group(ui, "Rounds");
    ui.horizontal(|ui| {
        ui.radio_value(&mut form.until_precise, true, "Until precise")
            .on_hover_text(
                "Each point goes on until the 95 % interval of its median is narrow enough. A calm \
                 path takes few rounds, a restless one many, and one that never settles is said to \
                 be \"not reached\".",
            );
        ui.radio_value(&mut form.until_precise, false, "Exactly")
            .on_hover_text("Each point is visited that often, whatever is found.");
    });
    ui.add_space(space::SMALL);
    if form.until_precise {
        precision(form, ui, problems);
    } else {
        Field::new("Rounds")
            .hint(
                "Visits to each point, each on a connection of its own. The interval of the median \
                 needs six.",
            )
            .problem(wrong(experiment::Field::Rounds))
            .show(ui, &mut form.rounds);
    }
    choice(
        ui,
        "Order",
        &mut form.order,
        &Order::ALL,
        Order::name,
        order_hint,
    );
    // As wide as there is room: a seed has up to twenty digits.
    Field::new("Seed")
        .empty("another each run")
        .hint(
            "What the random order is drawn from. The same seed visits the points in the same order; \
             empty takes another one each run, which is kept with the run.",
        )
        .problem(wrong(experiment::Field::Seed))
        .show(ui, &mut form.seed);
}

fn precision(form: &mut Form, ui: &mut Ui, problems: &[Problem]) {
    let wrong = |field| problem(problems, field);
    halves(
        ui,
        |ui| {
            Field::new("Interval width")
                .unit("%")
                .hint(
                    "A point is precise when the 95 % interval of its median is at most this wide, \
                     in percent of the median.",
                )
                .problem(wrong(experiment::Field::CiWidth))
                .show(ui, &mut form.ci_width);
        },
        |ui| {
            Field::new("Time budget")
                .unit("s")
                .hint(
                    "When the run has taken this long, no round beyond the least begins; what is \
                     not precise by then is \"not reached\".",
                )
                .problem(wrong(experiment::Field::TimeBudget))
                .show(ui, &mut form.time_budget_s);
        },
    );
    halves(
        ui,
        |ui| {
            Field::new("Least rounds")
                .hint("Rounds before the interval is looked at; fewer than six have none.")
                .problem(wrong(experiment::Field::MinRounds))
                .show(ui, &mut form.min_rounds);
        },
        |ui| {
            Field::new("Most rounds")
                .hint("Rounds after which a point that is still not precise is given up.")
                .problem(wrong(experiment::Field::MaxRounds))
                .show(ui, &mut form.max_rounds);
        },
    );
}

fn load(form: &mut Form, ui: &mut Ui, problems: &[Problem]) {
    let wrong = |field| problem(problems, field);
    group(ui, "Waiting and load");
    halves(
        ui,
        |ui| {
            choice(
                ui,
                "Waiting",
                &mut form.wait,
                &WaitStrategy::ALL,
                WaitStrategy::name,
                wait_hint,
            );
        },
        |ui| {
            Field::new("Warm-up")
                .unit("probes")
                .hint("Probes at the start of each round that are kept and marked, not counted.")
                .problem(wrong(experiment::Field::Warmup))
                .show(ui, &mut form.warmup);
        },
    );
    halves(
        ui,
        |ui| {
            Field::new("Probes in flight")
                .hint(
                    "Probes sent before the first of their echoes is awaited. 1 is stop-and-wait: \
                     throughput is then size / RTT. More keep the path full and show what it can \
                     carry, and each RTT then contains the queue in front of it.",
                )
                .problem(wrong(experiment::Field::Depth))
                .show(ui, &mut form.depth);
        },
        |ui| {
            Field::new("Connections")
                .hint(
                    "Connections that measure a point at the same time; they share the path, as \
                     several downloads do. Each holds a message and room for its echo, 256 MiB in \
                     all at most.",
                )
                .problem(wrong(experiment::Field::Connections))
                .show(ui, &mut form.connections);
        },
    );
}

fn sockets(form: &mut Form, ui: &mut Ui, problems: &[Problem]) {
    let wrong = |field| problem(problems, field);
    group(ui, "Sockets");
    ui.checkbox(&mut form.nodelay, "No delay (Nagle off)")
        .on_hover_text(
            "TCP_NODELAY: a message leaves at once. Without it the system may hold a small one back \
             until earlier bytes are acknowledged (Nagle's algorithm), which together with delayed \
             acknowledgements can cost 40 ms.",
        );
    ui.add_space(space::SMALL);
    halves(
        ui,
        |ui| {
            Field::new("Send buffer")
                .unit("bytes")
                .empty("system")
                .hint(
                    "SO_SNDBUF, such as 64K or 2M; empty leaves it to the system, which lets it \
                     grow as needed. What the system makes of it is read back.",
                )
                .problem(wrong(experiment::Field::SendBuffer))
                .show(ui, &mut form.send_buffer);
        },
        |ui| {
            Field::new("Receive buffer")
                .unit("bytes")
                .empty("system")
                .hint(
                    "SO_RCVBUF, such as 64K or 2M; empty leaves it to the system. It bounds the \
                     receive window, and (receive window) / RTT bounds the throughput.",
                )
                .problem(wrong(experiment::Field::ReceiveBuffer))
                .show(ui, &mut form.receive_buffer);
        },
    );
    Field::new("Congestion control")
        .empty("system")
        .hint(
            "TCP_CONGESTION: the algorithm's name, such as cubic, reno or bbr; empty leaves it to \
             the system. One that this machine does not have is refused, and the run says so.",
        )
        .problem(wrong(experiment::Field::CongestionControl))
        .show(ui, &mut form.congestion_control);
    choice(
        ui,
        "Quick ACK",
        &mut form.quick_ack,
        &QuickAck::ALL,
        QuickAck::name,
        quick_ack_hint,
    );
}

fn protocol(form: &mut Form, ui: &mut Ui, problems: &[Problem]) {
    group(ui, "Protocol");
    halves(
        ui,
        |ui| {
            choice(
                ui,
                "Dialect",
                &mut form.dialect,
                &Dialect::ALL,
                Dialect::name,
                Dialect::description,
            );
        },
        |ui| {
            Field::new("Time-out")
                .unit("s")
                .hint("For connecting, and for each reply on top of the server delay.")
                .problem(problem(problems, experiment::Field::Timeout))
                .show(ui, &mut form.timeout_s);
        },
    );
    ui.checkbox(&mut form.strict, "Strict").on_hover_text(
        "Replies and echoes must be the dialect's, to the letter. Without it a run finds out what the server does \
         differently, says so and measures all the same.",
    );
    variant_fields::show(form, ui, problems);
}

/// What a host is shown that serves only those who know its key.
fn access(app: &mut App, ui: &mut Ui) {
    let is_elsewhere = !app.settings.form.embedded;
    let key = &mut app.settings.access_key;
    let problem = key.access_key().err().filter(|_| is_elsewhere);
    Field::new("Access key")
        .empty("none")
        .secret()
        .hint(
            "What the host has to be shown, where it is an Echograph server that wants a key. It is kept in no file. \
             The program's own server is shown its own.",
        )
        .problem(problem.as_deref())
        .enabled(is_elsewhere)
        .show(ui, &mut key.0);
}

fn quick_ack_hint(quick_ack: QuickAck) -> &'static str {
    match quick_ack {
        QuickAck::Auto => {
            "As the kernel acknowledges by itself; where a plateau of some 40 ms shows, one round more with \
             acknowledgements at once (TCP_QUICKACK), and both figures are kept."
        }
        QuickAck::On => {
            "TCP_QUICKACK before each read: what comes is acknowledged at once. Linux only."
        }
        QuickAck::Off => "The kernel may delay an acknowledgement, by some 40 ms on Linux.",
    }
}

fn order_hint(order: Order) -> &'static str {
    match order {
        Order::Random => {
            "Each round visits the points in another order, so that a drift of the path becomes \
             noise in all of them and not a slope over message size."
        }
        Order::Sequential => "Each round visits the points as the form lists them.",
    }
}

fn wait_hint(wait: WaitStrategy) -> &'static str {
    match wait {
        WaitStrategy::Auto => {
            "Asks again and again for as long as this path's recent round trips took, then sleeps: \
             short paths are exact, long ones cost no processor time."
        }
        WaitStrategy::Spin => {
            "Asks again and again: the most exact, and it keeps a processor busy at each end."
        }
        WaitStrategy::Block => {
            "Sleeps until the system wakes it, as most programs do: every RTT then contains what \
             the scheduler takes for that, often 10 to 90 µs."
        }
    }
}
