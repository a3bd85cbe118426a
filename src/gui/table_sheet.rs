//! Everything that the points' table says of one state of a run, as text, made once for it: heads,
//! units, cells; and the same as the copied table has it.

use std::sync::{Arc, Weak};

use super::analysis::is_much_more;
use super::table_columns::{Column, ColumnUnit, Row, columns};
use crate::measurement::{
    Calibration, Limit, Point, PointStatistics, Round, Route, Run, RunId, RunState, SocketSettings,
    limit_of,
};

/// Stands where there is no figure.
const NONE: &str = "-";

/// The table as text.
pub struct Sheet {
    of: Weak<Run>,
    measuring: Option<usize>,
    /// The columns in order.
    pub columns: Vec<Column>,
    units: Vec<ColumnUnit>,
    rows: Vec<Vec<String>>,
    limits: Vec<Option<Limit>>,
    /// What the limits rest on.
    basis: Basis,
}

/// What the limits of a run's points rest on: where it has not changed, they have not either.
struct Basis {
    run: RunId,
    calibration: Option<Calibration>,
    socket: Option<SocketSettings>,
    route: Option<Route>,
    points: Vec<PointBasis>,
}

/// Rounds, the last of them, and the figures of all.
type PointBasis = (usize, Option<Weak<Round>>, Option<PointStatistics>);

impl Sheet {
    /// The table of a run of which the point `measuring` is being measured. `before` is that of an earlier
    /// state: with ten thousand rounds it costs too much to ask anew what limited points that have not
    /// changed since.
    #[must_use]
    pub fn new(run: &Arc<Run>, measuring: Option<usize>, before: Option<&Self>) -> Self {
        let columns = columns(run);
        let units: Vec<ColumnUnit> = columns.iter().map(|column| column.unit(run)).collect();
        let mut basis = Basis::of(run);
        let limits = limits_after(run, &mut basis, before);
        let rows = rows(run, measuring, &limits)
            .map(|row| {
                let cells = columns.iter().zip(&units);
                let text = |(column, unit): (&Column, &ColumnUnit)| {
                    let cell = column.cell(*unit, &row);
                    cell.unwrap_or_else(|| NONE.to_owned())
                };
                cells.map(text).collect()
            })
            .collect();
        Self {
            of: Arc::downgrade(run),
            measuring,
            columns,
            units,
            rows,
            limits,
            basis,
        }
    }

    /// Whether it is of that state of that run.
    #[must_use]
    pub fn is_of(&self, run: &Arc<Run>, measuring: Option<usize>) -> bool {
        self.of.ptr_eq(&Arc::downgrade(run)) && self.measuring == measuring
    }

    /// A column's unit; empty where there is none.
    #[must_use]
    pub fn unit(&self, column: usize) -> &'static str {
        self.units.get(column).map_or("", |unit| unit.name())
    }

    /// What stands in a cell.
    #[must_use]
    pub fn cell(&self, row: usize, column: usize) -> &str {
        let row = self.rows.get(row);
        row.and_then(|row| row.get(column))
            .map_or("", String::as_str)
    }

    /// What stands in a column, from top to bottom.
    pub fn column(&self, column: usize) -> impl Iterator<Item = &str> {
        (0..self.rows.len()).map(move |row| self.cell(row, column))
    }

    /// What limited the point of a row.
    #[must_use]
    pub fn limit(&self, row: usize) -> Option<&Limit> {
        self.limits.get(row)?.as_ref()
    }
}

/// The table for a spreadsheet: every column, cells apart by TABs. Figures are plain numbers, with a
/// point before decimals and nothing between thousands; where there is none the cell is empty; an
/// interval is two columns.
#[must_use]
pub fn as_text(run: &Run) -> String {
    let columns = columns(run);
    let columns: Vec<(Column, ColumnUnit)> = columns
        .into_iter()
        .map(|column| (column, column.unit(run)))
        .collect();
    let limits = limits(run);
    let heads = columns
        .iter()
        .map(|(column, unit)| column.copied_heads(*unit));
    let mut lines = vec![heads.collect::<Vec<_>>().concat().join("\t")];
    for row in rows(run, None, &limits) {
        let cells = columns
            .iter()
            .map(|(column, unit)| column.copied(*unit, &row));
        lines.push(cells.collect::<Vec<_>>().concat().join("\t"));
    }
    lines.join("\n") + "\n"
}

fn rows<'a>(
    run: &'a Run,
    measuring: Option<usize>,
    limits: &'a [Option<Limit>],
) -> impl Iterator<Item = Row<'a>> {
    let points = run.points.iter().zip(limits).enumerate();
    points.map(move |(index, (point, limit))| Row {
        run,
        point,
        is_measured: measuring == Some(index),
        limit: limit.as_ref(),
    })
}

impl Basis {
    fn of(run: &Run) -> Self {
        let of_point = |point: &Point| {
            let last = point.rounds.last().map(Arc::downgrade);
            (point.rounds.len(), last, point.statistics)
        };
        Self {
            run: run.id,
            calibration: run.calibration,
            socket: run.socket.clone(),
            route: run.route.clone(),
            points: run.points.iter().map(of_point).collect(),
        }
    }

    /// Whether a point is as it was, or, while the run goes on, has too little more to be asked anew.
    fn has_same(&self, before: &Self, point: usize, goes_on: bool) -> bool {
        let is_same_run = self.run == before.run
            && self.calibration == before.calibration
            && self.socket == before.socket
            && self.route == before.route;
        let of = |basis: &Self| basis.points.get(point).cloned();
        let (Some(now), Some(then)) = (of(self), of(before)) else {
            return false;
        };
        if is_same_run && goes_on && !is_much_more(then.0, now.0) {
            return true;
        }
        let is_same_round = match (&now.1, &then.1) {
            (Some(one), Some(other)) => one.ptr_eq(other),
            (None, None) => true,
            _ => false,
        };
        is_same_run && now.0 == then.0 && is_same_round && now.2 == then.2
    }
}

/// What limited each point, asked anew only where something has changed. The basis of what is not asked
/// anew stays what it was, so that little upon little becomes much.
fn limits_after(run: &Run, basis: &mut Basis, before: Option<&Sheet>) -> Vec<Option<Limit>> {
    let goes_on = run.state == RunState::Running;
    let of_point = |(index, point): (usize, &Point)| {
        let known = before.filter(|before| basis.has_same(&before.basis, index, goes_on));
        let Some((before, limit)) =
            known.and_then(|before| Some((before, before.limits.get(index)?)))
        else {
            return limit_of(run, point);
        };
        if let (Some(now), Some(then)) =
            (basis.points.get_mut(index), before.basis.points.get(index))
        {
            now.clone_from(then);
        }
        limit.clone()
    };
    run.points.iter().enumerate().map(of_point).collect()
}

/// What limited each point.
fn limits(run: &Run) -> Vec<Option<Limit>> {
    let of_point = |point| limit_of(run, point);
    run.points.iter().map(of_point).collect()
}

#[cfg(test)]
mod tests {
    use super::super::test_run::{self, NEAR_NS};
    use super::*;
    use crate::measurement::PrecisionOutcome;

    fn column<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
        let mut lines = text
            .lines()
            .map(|line| line.split('\t').collect::<Vec<_>>());
        let heads = lines.next().expect("heads");
        let at = heads.iter().position(|head| *head == name);
        let at = at.unwrap_or_else(|| panic!("no column {name} in {heads:?}"));
        lines
            .map(|row| {
                assert_eq!(row.len(), heads.len(), "{row:?}");
                row[at]
            })
            .collect()
    }

    /// The run with so many more rounds of its point.
    fn with_more_rounds(run: &Run, more: usize) -> Arc<Run> {
        let mut run = run.clone();
        let point = &mut run.points[0];
        let last = Arc::clone(point.rounds.last().expect("a round"));
        let number = |at: usize| u32::try_from(at + 1).expect("a few rounds");
        for _ in 0..more {
            let at = point.rounds.len();
            point.rounds.push(Arc::new(Round {
                number: number(at),
                session: number(at),
                ..Round::clone(&last)
            }));
        }
        point.refresh_statistics();
        Arc::new(run)
    }

    #[test]
    fn with_many_rounds_the_limit_is_asked_anew_for_many_more_and_at_the_end() {
        let mut run = test_run::run(&[(1, NEAR_NS, None)]);
        run.state = RunState::Running;
        let many = with_more_rounds(&run, 200);
        let asked_for = |sheet: &Sheet| sheet.basis.points[0].0;
        let first = Sheet::new(&many, Some(0), None);
        assert_eq!(asked_for(&first), 206);
        let second = Sheet::new(&with_more_rounds(&many, 1), Some(0), Some(&first));
        assert_eq!((asked_for(&second), second.limit(0)), (206, first.limit(0)));
        // Little upon little becomes much.
        let third = Sheet::new(&with_more_rounds(&many, 3), Some(0), Some(&second));
        assert_eq!(asked_for(&third), 209);
        let mut ended = Run::clone(&with_more_rounds(&many, 4));
        ended.state = RunState::Finished;
        let last = Sheet::new(&Arc::new(ended), None, Some(&third));
        assert_eq!(asked_for(&last), 210);
    }

    #[test]
    fn the_copied_table_has_every_column_and_the_marks() {
        let run = test_run::run(&[
            (100, NEAR_NS, Some(PrecisionOutcome::Reached)),
            (
                200,
                50 * NEAR_NS,
                Some(PrecisionOutcome::NotReachedInRounds),
            ),
            (300, 60 * NEAR_NS, None),
        ]);
        let text = as_text(&run);
        assert_eq!(
            column(&text, "State"),
            ["precise", "not reached", "going on"]
        );
        assert_eq!(column(&text, "Mark"), ["near floor", "", ""]);
        assert_eq!(column(&text, "Rounds"), ["6"; 3]);
        assert_eq!(column(&text, "Outliers (probes)"), ["0"; 3]);
        assert_eq!(column(&text, "Connect (ms)")[0], "0.06000");
        let limits = limits(&run);
        let sentences: Vec<&str> = limits
            .iter()
            .flatten()
            .map(|limit| limit.sentence.as_str())
            .collect();
        assert_eq!(column(&text, "What limited it"), sentences);
    }

    #[test]
    fn copied_figures_are_plain_numbers_and_shown_ones_have_their_thousands_apart() {
        let points = [
            (1_000_000, 27_000, None),
            (1, 100_200_000, None),
            (2, 28_000, None),
        ];
        let run = Arc::new(test_run::run(&points));
        let sheet = Sheet::new(&run, None, None);
        let shown = |name: &str| {
            let at = sheet.columns.iter().position(|column| column.name == name);
            sheet.column(at.expect("a column")).collect::<Vec<_>>()
        };
        assert_eq!(shown("Size"), ["1,000,000", "1", "2"]);
        assert_eq!(shown("p99"), ["27.02", "100,300", "28.02"]);
        assert_eq!(shown("95 % interval")[1], "100,200 – 100,300");
        assert!(shown("Throughput, mean")[1].starts_with("0.0000798"));

        let text = as_text(&run);
        for name in [
            "Size (bytes)",
            "p99 (µs)",
            "95 % interval low (µs)",
            "95 % interval high (µs)",
            "Throughput, median (Mbit/s)",
            "Throughput, mean (Mbit/s)",
            "Max (µs)",
        ] {
            for cell in column(&text, name) {
                assert!(cell.parse::<f64>().is_ok(), "{name}: {cell}");
            }
        }
        assert_eq!(column(&text, "95 % interval high (µs)")[1], "100300");
    }

    #[test]
    fn each_column_has_the_unit_of_its_middle_figure() {
        let points = [
            (1, 27_000, None),
            (2, 100_200_000, None),
            (3, 100_300_000, None),
        ];
        let run = Arc::new(test_run::run(&points));
        let sheet = Sheet::new(&run, None, None);
        for (at, column) in sheet.columns.iter().enumerate() {
            let unit = sheet.unit(at);
            match column.name {
                "Jitter" | "Std dev" => assert!(["µs", "ns"].contains(&unit), "{unit}"),
                "p50" | "Max" | "95 % interval" | "Connect" => assert_eq!(unit, "ms"),
                _ => {}
            }
        }
        assert!(sheet.is_of(&run, None) && !sheet.is_of(&run, Some(0)));
        assert!(!sheet.is_of(&Arc::new(test_run::run(&points)), None));
    }
}
