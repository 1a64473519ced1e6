extension Preset {
  /// Sinusoid regression with frequency: Meta-SGD's Table 1.
  static let metaSGDTable1 = """
    {
      "name": "meta-sgd-table1",
      "title": "Sinusoid regression with frequency: Meta-SGD's Table 1",
      "source": "Li et al., 2017, Table 1, https://arxiv.org/abs/1707.09835",
      "notes": [
        "The paper tests 100 curves with 100 points each; ours are 2000 tasks for each seed.",
        "The published numbers are from a secondary source; unverified ones are from memory and no targets.",
        "A target is the published number plus its interval."
      ],
      "seeds": 1,
      "runs": [
        {
          "name": "maml-5-shot",
          "algorithm": "maml",
          "task": "sinusoid-frequency",
          "iterations": 60000,
          "quickIterations": 6000,
          "settings": {"task.shots": 5, "inner.steps": 1, "test.steps": 1, "test.episodes": 2000},
          "tests": [
            {
              "name": "5-points",
              "settings": {"task.shots": 5},
              "cells": [
                {"statistic": "mean", "step": 1, "published": 1.13, "halfWidth": 0.18}
              ]
            },
            {
              "name": "10-points",
              "settings": {"task.shots": 10},
              "cells": [
                {"statistic": "mean", "step": 1, "published": 0.85, "halfWidth": 0.14}
              ]
            },
            {
              "name": "20-points",
              "settings": {"task.shots": 20},
              "cells": [
                {"statistic": "mean", "step": 1, "published": 0.71, "halfWidth": 0.12}
              ]
            }
          ]
        },
        {
          "name": "meta-sgd-5-shot",
          "algorithm": "meta-sgd",
          "task": "sinusoid-frequency",
          "iterations": 60000,
          "quickIterations": 6000,
          "settings": {"task.shots": 5, "inner.steps": 1, "test.steps": 1, "test.episodes": 2000},
          "tests": [
            {
              "name": "5-points",
              "settings": {"task.shots": 5},
              "cells": [
                {"statistic": "mean", "step": 1, "published": 0.9, "halfWidth": 0.16, "target": 1.06}
              ]
            },
            {
              "name": "10-points",
              "settings": {"task.shots": 10},
              "cells": [
                {"statistic": "mean", "step": 1, "published": 0.63, "halfWidth": 0.12, "target": 0.75}
              ]
            },
            {
              "name": "20-points",
              "settings": {"task.shots": 20},
              "cells": [
                {"statistic": "mean", "step": 1, "published": 0.5, "halfWidth": 0.1, "target": 0.6}
              ]
            }
          ]
        },
        {
          "name": "maml-10-shot",
          "algorithm": "maml",
          "task": "sinusoid-frequency",
          "iterations": 60000,
          "quickIterations": 6000,
          "settings": {"task.shots": 10, "inner.steps": 1, "test.steps": 1, "test.episodes": 2000},
          "tests": [
            {
              "name": "5-points",
              "settings": {"task.shots": 5},
              "cells": [
                {"statistic": "mean", "step": 1, "published": 1.17, "halfWidth": 0.16, "unverified": true}
              ]
            },
            {
              "name": "10-points",
              "settings": {"task.shots": 10},
              "cells": [
                {"statistic": "mean", "step": 1, "published": 0.77, "halfWidth": 0.11, "unverified": true}
              ]
            },
            {
              "name": "20-points",
              "settings": {"task.shots": 20},
              "cells": [
                {"statistic": "mean", "step": 1, "published": 0.56, "halfWidth": 0.08}
              ]
            }
          ]
        },
        {
          "name": "meta-sgd-10-shot",
          "algorithm": "meta-sgd",
          "task": "sinusoid-frequency",
          "iterations": 60000,
          "quickIterations": 6000,
          "settings": {"task.shots": 10, "inner.steps": 1, "test.steps": 1, "test.episodes": 2000},
          "tests": [
            {
              "name": "5-points",
              "settings": {"task.shots": 5},
              "cells": [
                {"statistic": "mean", "step": 1, "published": 0.88, "halfWidth": 0.14, "unverified": true}
              ]
            },
            {
              "name": "10-points",
              "settings": {"task.shots": 10},
              "cells": [
                {"statistic": "mean", "step": 1, "published": 0.53, "halfWidth": 0.09, "unverified": true}
              ]
            },
            {
              "name": "20-points",
              "settings": {"task.shots": 20},
              "cells": [
                {"statistic": "mean", "step": 1, "published": 0.35, "halfWidth": 0.06, "target": 0.41}
              ]
            }
          ]
        },
        {
          "name": "maml-20-shot",
          "algorithm": "maml",
          "task": "sinusoid-frequency",
          "iterations": 60000,
          "quickIterations": 6000,
          "settings": {"task.shots": 20, "inner.steps": 1, "test.steps": 1, "test.episodes": 2000},
          "tests": [
            {
              "name": "5-points",
              "settings": {"task.shots": 5},
              "cells": [
                {"statistic": "mean", "step": 1, "published": 1.29, "halfWidth": 0.2, "unverified": true}
              ]
            },
            {
              "name": "10-points",
              "settings": {"task.shots": 10},
              "cells": [
                {"statistic": "mean", "step": 1, "published": 0.76, "halfWidth": 0.12, "unverified": true}
              ]
            },
            {
              "name": "20-points",
              "settings": {"task.shots": 20},
              "cells": [
                {"statistic": "mean", "step": 1, "published": 0.48, "halfWidth": 0.08}
              ]
            }
          ]
        },
        {
          "name": "meta-sgd-20-shot",
          "algorithm": "meta-sgd",
          "task": "sinusoid-frequency",
          "iterations": 60000,
          "quickIterations": 6000,
          "settings": {"task.shots": 20, "inner.steps": 1, "test.steps": 1, "test.episodes": 2000},
          "tests": [
            {
              "name": "5-points",
              "settings": {"task.shots": 5},
              "cells": [
                {"statistic": "mean", "step": 1, "published": 1.01, "halfWidth": 0.17, "unverified": true}
              ]
            },
            {
              "name": "10-points",
              "settings": {"task.shots": 10},
              "cells": [
                {"statistic": "mean", "step": 1, "published": 0.54, "halfWidth": 0.08, "unverified": true}
              ]
            },
            {
              "name": "20-points",
              "settings": {"task.shots": 20},
              "cells": [
                {"statistic": "mean", "step": 1, "published": 0.31, "halfWidth": 0.05, "target": 0.36}
              ]
            }
          ]
        }
      ]
    }

    """
}
