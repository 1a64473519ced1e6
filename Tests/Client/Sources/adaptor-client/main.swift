import Evaluation
import Tasks
import TensorCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

// An app that learns five drawings of its user: it ships a checkpoint, and meta-trains nothing. checkpoint.safetensors is the result of
//   tools run maml --task glyphs --iterations 2000 --set model.hidden=8 --set inner.steps=5 --test-steps 5 --out DIR

/// A drawing of 28 × 28 pixels: ink 1 on paper 0.
struct Drawing {
  private(set) var pixels = [Float](repeating: 0, count: 28 * 28)

  /// Draws lines between points, moved and thickened a little, as another hand would.
  init(_ strokes: [[(Double, Double)]], right: Double = 0, down: Double = 0, radius: Double = 1.2) {
    for stroke in strokes {
      for (from, to) in zip(stroke, stroke.dropFirst()) {
        for step in 0...100 {
          let share = Double(step) / 100
          dot(from.0 + share * (to.0 - from.0) + right, from.1 + share * (to.1 - from.1) + down, radius)
        }
      }
    }
  }

  private mutating func dot(_ x: Double, _ y: Double, _ radius: Double) {
    for row in max(0, Int(y - radius))...min(27, Int(y + radius) + 1) {
      for column in max(0, Int(x - radius))...min(27, Int(x + radius) + 1) {
        let distance = ((Double(column) - x) * (Double(column) - x) + (Double(row) - y) * (Double(row) - y)).squareRoot()
        let ink = Float(min(max(radius + 0.5 - distance, 0), 1))
        pixels[28 * row + column] = max(pixels[28 * row + column], ink)
      }
    }
  }
}

/// The drawings as inputs [N, 28, 28, 1].
func inputs(_ drawings: [Drawing]) -> Tensor {
  Tensor(shape: [drawings.count, 28, 28, 1]) { _ = $0.initialize(from: drawings.flatMap(\.pixels)) }
}

let names = ["cross", "house", "zigzag", "arrow", "hash"]
let strokes: [[[(Double, Double)]]] = [
  [[(14, 5), (14, 23)], [(5, 14), (23, 14)]],
  [[(7, 22), (7, 12), (14, 5), (21, 12), (21, 22), (7, 22)]],
  [[(5, 8), (11, 20), (16, 8), (22, 20)]],
  [[(5, 14), (23, 14)], [(16, 7), (23, 14), (16, 21)]],
  [[(10, 5), (10, 23)], [(18, 5), (18, 23)], [(5, 10), (23, 10)], [(5, 18), (23, 18)]],
]

do {
  let adaptor = try Adaptor(checkpoint: PackageResources.checkpoint_safetensors)
  let support = LabelledSet(
    inputs: inputs(strokes.map { Drawing($0) }),
    targets: .classes(try Tensor(Array(names.indices), shape: [names.count]), ways: names.count))
  let model = try adaptor.adapt(support)
  let others = strokes.map { Drawing($0, right: 1, down: -1, radius: 1.5) }
  let probabilities = try model.predict(inputs(others)).doubles
  var right = 0
  for (place, name) in names.enumerated() {
    let own = Array(probabilities[place * names.count..<(place + 1) * names.count])
    let best = own.indices.reduce(0) { own[$1] > own[$0] ? $1 : $0 }
    if best == place { right += 1 }
    print("\(name) looks like \(names[best]), probability \((own[best] * 1000).rounded() / 1000)")
  }
  print("\(right) of \(names.count) drawings are recognised")
  exit(right == names.count ? 0 : 1)
} catch {
  print(error)
  exit(1)
}
