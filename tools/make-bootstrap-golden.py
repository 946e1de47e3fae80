"""Writes test/fixtures/bootstrap.json: bootstrap intervals of image metrics by NumPy alone, with draws of its own.

    python3 tools/make-bootstrap-golden.py

Good and anomalous images are drawn apart; many resamples, so that what chance leaves in the limits is small.
"""
import json
from pathlib import Path

import numpy as np

RESAMPLES = 40_000


def auroc(positives, negatives):
    greater = (positives[:, None] > negatives[None, :]).sum()
    equal = (positives[:, None] == negatives[None, :]).sum()
    return (greater + equal / 2) / (len(positives) * len(negatives))


def average_precision(positives, negatives):
    scores = np.concatenate([positives, negatives])
    labels = np.concatenate([np.ones(len(positives)), np.zeros(len(negatives))])
    order = np.argsort(-scores, kind="stable")
    scores, labels = scores[order], labels[order]
    ends = np.append(np.flatnonzero(np.diff(scores)), len(scores) - 1)
    hits = np.cumsum(labels)[ends]
    gained = np.diff(np.concatenate([[0], hits])) / len(positives)
    return float((gained * hits / (ends + 1)).sum())


def case(seed, anomalous, good, shift, step):
    generator = np.random.default_rng(seed)
    # In single precision, and rounded, so that some tie.
    draw = lambda count, mean: np.float32(np.round(generator.normal(mean, 1, count) / step) * step)
    positives, negatives = draw(anomalous, shift), draw(good, 0)
    values = []
    for _ in range(RESAMPLES):
        drawn = generator.choice(positives, anomalous), generator.choice(negatives, good)
        values.append([auroc(*drawn), average_precision(*drawn)])
    low, high = np.quantile(np.array(values), [0.025, 0.975], axis=0)
    return {
        "positives": positives.tolist(),
        "negatives": negatives.tolist(),
        "auroc": [low[0], high[0]],
        "averagePrecision": [low[1], high[1]],
    }


cases = [case(1, 12, 27, 1.5, 0.001), case(2, 60, 20, 2.5, 0.001), case(3, 30, 12, 0.7, 0.25)]
about = f"Bootstrap intervals (95 %, percentile, {RESAMPLES} resamples, good and anomalous images apart) by NumPy {np.__version__}; tools/make-bootstrap-golden.py"
target = Path(__file__).parent.parent / "test" / "fixtures" / "bootstrap.json"
target.write_text(json.dumps({"about": about, "cases": cases}, indent=1) + "\n")
