extension Preset {
  /// Sinusoid regression: MAML's Table 2.
  static let mamlTable2 = """
    {
      "name": "maml-table2",
      "title": "Sinusoid regression: MAML's Table 2",
      "source": "Finn et al., ICML 2017, Table 2, https://arxiv.org/abs/1703.03400",
      "notes": [
        "The paper trains with 10 points and tests with 5. The test with 10 points has no published number.",
        "The paper tests 600 tasks; ours are 2000 for each seed."
      ],
      "seeds": 3,
      "runs": [
        {
          "name": "maml",
          "algorithm": "maml",
          "task": "sinusoid",
          "iterations": 70000,
          "quickIterations": 10000,
          "settings": {"task.shots": 10, "inner.steps": 1, "inner.learningRate": 0.01, "test.steps": 10, "test.episodes": 2000},
          "tests": [
            {
              "name": "5-points",
              "settings": {"task.shots": 5},
              "cells": [
                {"statistic": "mean", "step": 1, "published": 0.67, "target": 0.67},
                {"statistic": "mean", "step": 5, "published": 0.38},
                {"statistic": "mean", "step": 10, "published": 0.35},
                {"statistic": "median", "step": 5, "target": 0.2},
                {"statistic": "median", "step": 10, "target": 0.18}
              ]
            },
            {
              "name": "10-points",
              "settings": {},
              "cells": [
                {"statistic": "mean", "step": 1},
                {"statistic": "mean", "step": 5},
                {"statistic": "mean", "step": 10}
              ]
            }
          ]
        }
      ]
    }

    """
}
