import Evaluation

extension Reader {
  static let parity = Reader(
    "parity",
    tokens: [
      "\\\"model\\\":", "\\\"kind\\\":", "\\\"mlp\\\"", "\\\"conv\\\"", "\\\"layers\\\":[", "\\\"tasks\\\":", "\\\"inner\\\":",
      "\\\"adam\\\"",
      "\\\"momentum\\\"", "\\\"steps\\\":", "\\\"estimator\\\":", "\\\"imaml\\\"", "\\\"objective\\\":", "\\\"algorithm\\\":",
      "\\\"adapts\\\":",
      "\\\"mse\\\"", "expected.", "params.", "hyper.", "support.x", "query.y", "F16", "I32", "U8", "{", "}", "[", "]", "null", "-1",
    ],
    seeds: {
      [
        reference(
          #"{\"model\":{\"kind\":\"mlp\",\"layers\":[1,2]},\"loss\":\"cross-entropy\",\"tasks\":1,\"support\":1,\"query\":1,"#
            + #"\"inner\":{\"optimizer\":\"sgd\",\"steps\":0},\"estimator\":\"first-order\"}"#,
          [
            ("params.layers.0.weight", "F32", [2, 1]), ("params.layers.0.bias", "F32", [2]), ("hyper.lr", "F32", []),
            ("support.x", "F32", [1, 1, 1]), ("support.y", "I64", [1, 1]), ("query.x", "F32", [1, 1, 1]), ("query.y", "U8", [1, 1]),
            ("expected.query_loss", "F32", [1]),
          ]),
        reference(
          #"{\"model\":{\"kind\":\"conv\",\"image\":4,\"channels\":1,\"hidden\":2,\"blocks\":1,\"downsample\":\"pool\","#
            + #"\"head\":\"linear\",\"ways\":2},\"loss\":\"cross-entropy\",\"tasks\":1,\"support\":1,\"query\":1,"#
            + #"\"inner\":{\"optimizer\":\"adam\",\"steps\":1,\"adapts\":\"head\"},\"objective\":{\"name\":\"query\"}}"#,
          [("support.x", "F64", [1, 2, 1, 4, 4]), ("support.y", "I32", [1, 2])]),
      ]
    },
    repair: SafetensorsFile.withLength
  ) { input, folder in
    let path = "\(folder)/input.safetensors"
    try write(input, to: path)
    return "a case of \(try checkParityCase(path: path)) tasks"
  }

  private static func reference(_ json: String, _ tensors: [(name: String, type: String, shape: [Int])]) -> [UInt8] {
    SafetensorsFile(tensors, metadata: "{\"case\":\"\(json)\"}").bytes
  }
}
