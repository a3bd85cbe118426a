"""Reads what Echograph exported as others would, and works its figures out anew.

usage: pandas_reads.py RUN.json SAMPLES.csv SAMPLES_OF_TWO.csv

Ends with an AssertionError at the first thing that is not as documented.
"""

import json
import sys

import pandas

COLUMNS = {
    "type": "object",
    "message_size": "int64",
    "server_delay_ns": "int64",
    "round": "int64",
    "seq": "int64",
    "sent_ns": "int64",
    "rtt_ns": ("int64", "float64"),  # float64 where an echo never came
    "warmup": "bool",
}


def close(one, other):
    """A figure and what the document has of it: whole nanoseconds."""
    return abs(one - other) <= 0.5 + 1e-6


def check_columns(frame, columns):
    assert list(frame.columns) == list(columns), list(frame.columns)
    for name, kinds in columns.items():
        kinds = (kinds,) if isinstance(kinds, str) else kinds
        kind = "object" if str(frame[name].dtype) in ("str", "string") else str(frame[name].dtype)
        assert kind in kinds, (name, frame[name].dtype)


def median_of_rounds(samples):
    return samples.groupby("round")["rtt_ns"].median().median()


def check_point(point, samples):
    """The figures of a point from its samples, as pandas and we find them."""
    figures = point["rtt_ns"]
    counted = samples[~samples["warmup"]].dropna(subset=["rtt_ns"])
    rtts = counted["rtt_ns"]
    assert point["n"] == len(rtts) > 0
    for share, name in [(0.1, "p10"), (0.5, "p50"), (0.9, "p90"), (0.99, "p99")]:
        assert close(rtts.quantile(share), figures[name]), name
    assert (rtts.min(), rtts.max()) == (figures["min"], figures["max"])
    assert close(rtts.mean(), figures["mean"]) and close(rtts.std(), figures["stddev"])
    assert close(median_of_rounds(counted), figures["median_of_rounds"])


def main(run_path, one_path, two_path):
    with open(run_path, encoding="utf-8") as file:
        run = json.load(file)
    one = pandas.read_csv(one_path)
    check_columns(one, COLUMNS)
    assert len(one) == sum(point["probes_sent"] for point in run["points"])
    assert one["warmup"].any() and not one["warmup"].all()
    keys = ["message_size", "server_delay_ns"]
    groups = dict(list(one.groupby(keys)))
    assert len(groups) == len(run["points"])
    for point in run["points"]:
        from_csv = groups[(point["message_size"], point["server_delay_ns"])]
        from_json = pandas.DataFrame(point["samples"])
        check_point(point, from_csv)
        check_point(point, from_json)
        for name in ["round", "seq", "sent_ns", "rtt_ns"]:
            assert (from_csv[name].to_numpy() == from_json[name].to_numpy()).all(), name

    two = pandas.read_csv(two_path)
    check_columns(two, {"run": "object", **COLUMNS})
    names = list(two["run"].unique())
    assert names == ["one", 'an "odd", name'], names
    first = two[two["run"] == "one"].drop(columns="run").reset_index(drop=True)
    assert first.equals(one)
    print("read", len(one), "and", len(two), "samples")


main(*sys.argv[1:])
