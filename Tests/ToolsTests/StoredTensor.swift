import Foundation

/// A tensor of a safetensors file, of any type.
struct Stored {
  let name: String
  let type: String
  let shape: [Int]
  let data: [UInt8]

  init(_ name: String, _ type: String, _ shape: [Int], _ data: [UInt8]) {
    (self.name, self.type, self.shape, self.data) = (name, type, shape, data)
  }
}

/// The bytes of a safetensors file.
func encoded(_ tensors: [Stored], metadata: [String: String] = [:]) throws -> Data {
  var header: [String: Any] = ["__metadata__": metadata]
  var data: [UInt8] = []
  for tensor in tensors {
    header[tensor.name] = ["dtype": tensor.type, "shape": tensor.shape, "data_offsets": [data.count, data.count + tensor.data.count]]
    data += tensor.data
  }
  let text = try JSONSerialization.data(withJSONObject: header)
  return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) } + text + Data(data)
}
