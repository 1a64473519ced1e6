"""The forward passes of network.py with numpy alone, written from the definitions of PyTorch's layers; the same arguments.

It checks the layouts of exported files where PyTorch is not installed.
"""
import sys
import numpy
import state_dict


def linear(x, weight, bias):  # weight [out, in]
    return x @ weight.T + bias


def conv2d(x, weight, bias, stride):  # x [n, in, h, w], weight [out, in, 3, 3], padding 1
    x = numpy.pad(x, [(0, 0), (0, 0), (1, 1), (1, 1)])
    windows = numpy.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(2, 3))[:, :, ::stride, ::stride]
    return numpy.einsum("nihwkl,oikl->nohw", windows, weight) + bias[:, None, None]


def batch_norm(x, weight, bias):  # statistics of the batch, ε = 1e-5
    mean, variance = x.mean((0, 2, 3), keepdims=True), x.var((0, 2, 3), keepdims=True)
    return (x - mean) / numpy.sqrt(variance + 1e-5) * weight[:, None, None] + bias[:, None, None]


def max_pool(x):  # 2 × 2; an odd last row or column is left out
    n, c, h, w = x.shape
    return x[:, :, :h // 2 * 2, :w // 2 * 2].reshape(n, c, h // 2, 2, w // 2, 2).max((3, 5))


def logits(x, p, about):
    activation = numpy.tanh if about.get("model.activation") == "tanh" else lambda x: numpy.maximum(x, 0)
    if about["model"] == "conv":
        stride = about["model.downsample"] == "stride"
        for i in range(int(about["model.blocks"])):
            name = "features.%d." % i
            x = conv2d(x, p[name + "conv.weight"], p[name + "conv.bias"], 2 if stride else 1)
            x = activation(batch_norm(x, p[name + "norm.weight"], p[name + "norm.bias"]))
            x = x if stride else max_pool(x)
        x = x.mean((2, 3)) if about["model.head"] == "mean" else x.reshape(len(x), -1)
        return linear(x, p["classifier.weight"], p["classifier.bias"])
    x = x.reshape(len(x), -1)
    for i in range(len(p) // 2):
        x = linear(activation(x) if i else x, p["layers.%d.weight" % i], p["layers.%d.bias" % i])
    return x


if __name__ == "__main__":
    arrays, about = state_dict.read(sys.argv[1])
    exact = {name: array.astype("f8") for name, array in arrays.items()}
    state_dict.compare(lambda inputs: logits(inputs.astype("f8"), exact, about), arrays, about, sys.argv[2:])
