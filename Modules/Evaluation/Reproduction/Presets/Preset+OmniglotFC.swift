extension Preset {
  /// Omniglot, 5-way 1-shot with the fully connected network.
  static let omniglotFC = """
    {
      "name": "omniglot-fc",
      "title": "Omniglot, 5-way 1-shot with the fully connected network",
      "source": "Finn et al., ICML 2017, Table 1, https://arxiv.org/abs/1703.03400",
      "notes": [
        "Ours is on the Vinyals split without rotations in the test; the published number is on another split.",
        "The layers have 256, 128, 64 and 64 units with batch norm and ReLU, as in the paper.",
        "Meta-training turns, scales and shifts the drawings a little, which the paper does not.",
        "The settings were found on meta-validation with seed 0; what was tried is in Tools/Reproductions.md."
      ],
      "seeds": 1,
      "runs": [
        {
          "name": "maml-1-shot",
          "algorithm": "maml",
          "task": "omniglot",
          "model": "mlp",
          "iterations": 100000,
          "quickIterations": 50000,
          "settings": {"model.hidden": "256,128,64,64", "model.norm": "batch", "task.ways": 5, "task.shots": 1, "task.queries": 3, "task.augment.rotation": 8, "task.augment.scale": 0.1, "task.augment.shift": 1, "training.metaBatch": 16, "outer.learningRate": 0.003, "outer.schedule": "cosine", "outer.finalFraction": 0.01, "test.modes": "transductive"},
          "tests": [
            {
              "name": "15-queries",
              "settings": {"task.queries": 15, "test.modes": "all", "test.episodes": 600, "test.steps": 3},
              "cells": [
                {"statistic": "mean", "step": 3, "mode": "transductive", "published": 89.7, "halfWidth": 1.1, "target": 89.0},
                {"statistic": "mean", "step": 3, "mode": "support-plus-one"}
              ]
            }
          ]
        }
      ]
    }

    """
}
