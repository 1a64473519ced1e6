extension Preset {
  /// Omniglot, 20-way 1-shot.
  static let omniglot20Way = """
    {
      "name": "omniglot-20way",
      "title": "Omniglot, 20-way 1-shot",
      "source": "Finn et al., ICML 2017, Table 1, https://arxiv.org/abs/1703.03400",
      "notes": [
        "Ours is on the Vinyals split without rotations in the test; the published numbers are on other splits.",
        "The settings are those of the public code of the paper, and were not searched."
      ],
      "seeds": 1,
      "runs": [
        {
          "name": "maml-1-shot",
          "algorithm": "maml",
          "task": "omniglot",
          "iterations": 10000,
          "quickIterations": 10000,
          "settings": {"task.ways": 20, "task.shots": 1, "task.queries": 3, "inner.steps": 5, "inner.learningRate": 0.1, "training.metaBatch": 16, "outer.schedule": "cosine", "outer.finalFraction": 0.01},
          "tests": [
            {
              "name": "15-queries",
              "settings": {"task.queries": 15, "test.episodes": 600, "test.steps": 5},
              "cells": [
                {"statistic": "mean", "step": 5, "mode": "transductive", "published": 95.8, "halfWidth": 0.3, "target": 90.0},
                {"statistic": "mean", "step": 5, "mode": "support-plus-one"}
              ]
            }
          ]
        },
        {
          "name": "fomaml-1-shot",
          "algorithm": "fomaml",
          "task": "omniglot",
          "iterations": 10000,
          "settings": {"task.ways": 20, "task.shots": 1, "task.queries": 3, "inner.steps": 5, "inner.learningRate": 0.1, "training.metaBatch": 16, "outer.schedule": "cosine", "outer.finalFraction": 0.01},
          "tests": [
            {
              "name": "15-queries",
              "settings": {"task.queries": 15, "test.episodes": 600, "test.steps": 5},
              "cells": [
                {"statistic": "mean", "step": 5, "mode": "transductive", "published": 89.4, "halfWidth": 0.5},
                {"statistic": "mean", "step": 5, "mode": "support-plus-one"}
              ]
            }
          ]
        },
        {
          "name": "anil-1-shot",
          "algorithm": "anil",
          "task": "omniglot",
          "iterations": 10000,
          "settings": {"task.ways": 20, "task.shots": 1, "task.queries": 3, "inner.steps": 5, "inner.learningRate": 0.1, "training.metaBatch": 16, "outer.schedule": "cosine", "outer.finalFraction": 0.01},
          "tests": [
            {
              "name": "15-queries",
              "settings": {"task.queries": 15, "test.episodes": 600, "test.steps": 5},
              "cells": [
                {"statistic": "mean", "step": 5, "mode": "transductive"},
                {"statistic": "mean", "step": 5, "mode": "support-plus-one"}
              ]
            }
          ]
        },
        {
          "name": "maml-plus-plus-1-shot",
          "algorithm": "maml-plus-plus",
          "task": "omniglot",
          "iterations": 10000,
          "settings": {"task.ways": 20, "task.shots": 1, "task.queries": 3},
          "tests": [
            {
              "name": "15-queries",
              "settings": {"task.queries": 15, "test.episodes": 600, "test.steps": 5},
              "cells": [
                {"statistic": "mean", "step": 5, "mode": "transductive", "published": 97.65, "halfWidth": 0.05, "unverified": true, "target": 94.0},
                {"statistic": "mean", "step": 5, "mode": "support-plus-one"}
              ]
            }
          ]
        },
        {
          "name": "proto-net-1-shot",
          "algorithm": "proto-net",
          "task": "omniglot",
          "iterations": 10000,
          "settings": {"task.ways": 20, "task.shots": 1, "task.queries": 3},
          "tests": [
            {
              "name": "15-queries",
              "settings": {"task.queries": 15, "test.episodes": 600, "test.steps": 0},
              "cells": [
                {"statistic": "mean", "step": 0, "mode": "transductive"},
                {"statistic": "mean", "step": 0, "mode": "support-plus-one", "published": 96.0, "target": 94.0}
              ]
            }
          ]
        },
        {
          "name": "r2d2-1-shot",
          "algorithm": "r2d2",
          "task": "omniglot",
          "iterations": 10000,
          "settings": {"task.ways": 20, "task.shots": 1, "task.queries": 3},
          "tests": [
            {
              "name": "15-queries",
              "settings": {"task.queries": 15, "test.episodes": 600, "test.steps": 0},
              "cells": [
                {"statistic": "mean", "step": 0, "mode": "transductive"},
                {"statistic": "mean", "step": 0, "mode": "support-plus-one", "target": 94.0}
              ]
            }
          ]
        }
      ]
    }

    """
}
