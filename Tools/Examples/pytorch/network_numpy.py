"""The forward passes of network.py with numpy alone, written from the definitions of PyTorch's layers; the same arguments.

It checks the layouts of exported files where PyTorch is not installed.
"""
import sys
import numpy
import state_dict


def linear(x, weight, bias):  # weight [out, in]
    return x @ weight.T + bias


def convolution(x, weight, bias, stride, same):  # x [n, in, …], weight [out, in, k, …]; same: padding k // 2 in each dimension
    kernel, rank = weight.shape[2:], x.ndim - 2
    x = numpy.pad(x, [(0, 0), (0, 0)] + [(k // 2 * same, k // 2 * same) for k in kernel])
    windows = numpy.lib.stride_tricks.sliding_window_view(x, kernel, axis=tuple(range(2, x.ndim)))
    windows = windows[(slice(None), slice(None)) + (slice(None, None, stride),) * rank]
    result = numpy.tensordot(windows, weight, ([1, *range(2 + rank, 2 + 2 * rank)], list(range(1, 2 + rank))))
    return numpy.moveaxis(result, -1, 1) + column(bias, rank)


def column(values, rank):  # one value for each channel
    return values.reshape((-1,) + (1,) * rank)


def batch_norm(x, weight, bias):  # statistics of the batch, ε = 1e-5
    axes, rank = (0, *range(2, x.ndim)), x.ndim - 2
    mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    return (x - mean) / numpy.sqrt(variance + 1e-5) * column(weight, rank) + column(bias, rank)


def max_pool(x):  # 2 × 2; an odd last row or column is left out
    n, c, h, w = x.shape
    return x[:, :, :h // 2 * 2, :w // 2 * 2].reshape(n, c, h // 2, 2, w // 2, 2).max((3, 5))


def logits(x, p, about):
    activation = numpy.tanh if about.get("model.activation") == "tanh" else lambda x: numpy.maximum(x, 0)
    if about["model"] in ("conv", "conv1d"):
        stride = about.get("model.downsample", "stride") == "stride"  # conv1d always strides
        same = about.get("model.padding", "same") == "same"
        for i in range(int(about["model.blocks"])):
            name = "features.%d." % i
            x = convolution(x, p[name + "conv.weight"], p[name + "conv.bias"], 2 if stride else 1, same)
            x = activation(batch_norm(x, p[name + "norm.weight"], p[name + "norm.bias"]))
            x = x if stride else max_pool(x)
        x = x.mean(tuple(range(2, x.ndim))) if about["model.head"] == "mean" else x.reshape(len(x), -1)
        return linear(x, p["classifier.weight"], p["classifier.bias"])
    x = x.reshape(len(x), -1)
    for i in range(len(p) // 2):
        x = linear(activation(x) if i else x, p["layers.%d.weight" % i], p["layers.%d.bias" % i])
    return x


if __name__ == "__main__":
    arrays, about = state_dict.read(sys.argv[1])
    exact = {name: array.astype("f8") for name, array in arrays.items()}
    state_dict.compare(lambda inputs: logits(inputs.astype("f8"), exact, about), arrays, about, sys.argv[2:])
