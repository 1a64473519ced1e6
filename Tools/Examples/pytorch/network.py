"""The models `conv`, `conv1d`, `mlp` and `logistic` in PyTorch, for a state dict that `tools export` wrote.

    python3 network.py model.safetensors                  prints the model
    python3 network.py model.safetensors case.safetensors compares its logits with those of the case
"""
import sys
import torch
from torch import nn
import state_dict


class Block(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride, activation, same):
        super().__init__()
        layer, norm = (nn.Conv1d, nn.BatchNorm1d) if len(kernel) == 1 else (nn.Conv2d, nn.BatchNorm2d)
        self.conv = layer(inputs, outputs, kernel, stride=2 if stride else 1, padding=tuple(k // 2 * same for k in kernel))
        self.norm = norm(outputs, track_running_stats=False)  # always with the statistics of the batch
        self.activation, self.pool = activation, nn.Identity() if stride else nn.MaxPool2d(2)

    def forward(self, x):
        return self.pool(self.activation(self.norm(self.conv(x))))


class ConvNet(nn.Module):
    """Images [batch, channels, height, width], or signals [batch, channels, time] with a kernel of one number."""
    def __init__(self, channels, hidden, kernel, blocks, features, outputs, downsample, head, activation, same):
        super().__init__()
        self.features = nn.Sequential(*[
            Block(hidden if i else channels, hidden, kernel, downsample == "stride", getattr(torch, activation), same)
            for i in range(blocks)])
        self.classifier, self.head = nn.Linear(features, outputs), head

    def forward(self, x):
        x = self.features(x).flatten(2)
        return self.classifier(x.mean(2) if self.head == "mean" else x.flatten(1))


class MLP(nn.Module):
    """Inputs [batch, …]; logistic regression is the case without hidden layers."""
    def __init__(self, widths, activation="relu"):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))
        self.activation = getattr(torch, activation)

    def forward(self, x):
        x = x.flatten(1)
        for layer in self.layers[:-1]:
            x = self.activation(layer(x))
        return self.layers[-1](x)


def load(path):
    """The model of a file, with the file's parameters. The metadata name the model and its settings."""
    arrays, about = state_dict.read(path)
    setting = lambda name: about["model." + name]
    if about["model"] in ("conv", "conv1d"):
        (hidden, channels, *kernel), (outputs, features) = arrays["features.0.conv.weight"].shape, arrays["classifier.weight"].shape
        model = ConvNet(
            channels, hidden, tuple(kernel), int(setting("blocks")), features, outputs, about.get("model.downsample", "stride"),
            setting("head"), setting("activation"), about.get("model.padding", "same") == "same")
    else:
        weights = [arrays["layers.%d.weight" % i].shape for i in range(len(arrays) // 2)]
        model = MLP([weights[0][1]] + [shape[0] for shape in weights], about.get("model.activation", "relu"))
    model.load_state_dict({name: torch.from_numpy(array) for name, array in arrays.items()}, strict=True)
    return model, about


if __name__ == "__main__":
    model, about = load(sys.argv[1])
    if len(sys.argv) == 2:
        sys.exit(print(model))
    with torch.no_grad():
        logits = lambda inputs: model(torch.from_numpy(inputs)).numpy()
        state_dict.compare(logits, {name: value.numpy() for name, value in model.state_dict().items()}, about, sys.argv[2:])
