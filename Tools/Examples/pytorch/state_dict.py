"""Safetensors files with numpy alone. With the package safetensors, `safetensors.torch.load_file` replaces `read`."""
import json
import sys
import numpy

TYPES = {"F32": "<f4", "F64": "<f8"}


def read(path):
    """The arrays and the metadata of a file."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    about, arrays = header.pop("__metadata__", {}), {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        arrays[name] = numpy.frombuffer(data[begin:end], TYPES[entry["dtype"]]).reshape(entry["shape"]).copy()
    return arrays, about


def write(path, arrays, about):
    """Writes arrays of float32 and metadata into a file."""
    header, data = {"__metadata__": about}, b""
    for name, array in sorted(arrays.items()):
        content = numpy.ascontiguousarray(array, "<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + data)


def compare(logits, arrays, about, paths, tolerance=1e-5):
    """Compares a model's logits with those of a case; writes the model's parameters into a second path, if there is one."""
    case, _ = read(paths[0])
    worst = float(numpy.abs(logits(case["inputs"]) - case["logits"]).max())
    print("largest difference of the logits: %.2e" % worst)
    for path in paths[1:]:
        write(path, arrays, about)
    sys.exit(0 if worst <= tolerance else 1)
