extension Preset {
  /// Omniglot, 5-way 1-shot with the fully connected network.
  static let omniglotFC = """
    {
      "name": "omniglot-fc",
      "title": "Omniglot, 5-way 1-shot with the fully connected network",
      "source": "Finn et al., ICML 2017, Table 1, https://arxiv.org/abs/1703.03400",
      "notes": [
        "Ours is on the Vinyals split without rotations in the test; the published number is on another split.",
        "The layers have 256, 128, 64 and 64 units, as in the paper, but no batch norm, which the paper's have."
      ],
      "seeds": 1,
      "runs": [
        {
          "name": "maml-1-shot",
          "algorithm": "maml",
          "task": "omniglot",
          "model": "mlp",
          "iterations": 20000,
          "quickIterations": 20000,
          "settings": {"model.hidden": "256,128,64,64", "task.ways": 5, "task.shots": 1, "task.queries": 3, "outer.schedule": "cosine", "outer.finalFraction": 0.01},
          "tests": [
            {
              "name": "15-queries",
              "settings": {"task.queries": 15, "test.episodes": 600, "test.steps": 3},
              "cells": [
                {"statistic": "mean", "step": 3, "published": 89.7, "halfWidth": 1.1, "target": 89.0}
              ]
            }
          ]
        }
      ]
    }

    """
}
