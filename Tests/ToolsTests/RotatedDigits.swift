import Foundation
import _TestSupport

/// Thirty classes of drawings: the ten digits, upright and turned by 60° and 120°, black on white paper of 32 × 32 pixels.
enum RotatedDigits {
  /// The strokes of each digit as one chain of points, x to the right and y down, in the unit square.
  private static let strokes: [[(Double, Double)]] = [
    [(0.5, 0), (0.8, 0.15), (0.9, 0.5), (0.8, 0.85), (0.5, 1), (0.2, 0.85), (0.1, 0.5), (0.2, 0.15), (0.5, 0)],
    [(0.3, 0.2), (0.55, 0), (0.55, 1)],
    [(0.1, 0.2), (0.4, 0), (0.8, 0.1), (0.85, 0.35), (0.1, 1), (0.9, 1)],
    [(0.1, 0.05), (0.8, 0.05), (0.45, 0.4), (0.85, 0.65), (0.6, 1), (0.1, 0.9)],
    [(0.7, 1), (0.7, 0), (0.1, 0.65), (0.95, 0.65)],
    [(0.85, 0), (0.2, 0), (0.15, 0.45), (0.7, 0.45), (0.85, 0.7), (0.6, 1), (0.1, 0.92)],
    [(0.75, 0), (0.25, 0.45), (0.15, 0.8), (0.5, 1), (0.85, 0.75), (0.5, 0.5), (0.2, 0.7)],
    [(0.1, 0), (0.9, 0), (0.4, 1)],
    [(0.5, 0.47), (0.15, 0.25), (0.5, 0), (0.85, 0.25), (0.5, 0.47), (0.1, 0.75), (0.5, 1), (0.9, 0.75), (0.5, 0.47)],
    [(0.8, 0.3), (0.5, 0.5), (0.15, 0.25), (0.5, 0), (0.8, 0.3), (0.7, 1)],
  ]

  private static let side = 32

  /// Writes a folder for each class, with PNG files of different drawings.
  static func write(to folder: String, drawings: Int = 20) throws {
    var generator = Generator(state: 1)
    for digit in 0..<10 {
      for turn in [0, 60, 120] {
        let path = "\(folder)/\(digit)-\(turn)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for number in 0..<drawings {
          let rows = drawing(strokes[digit], turn: Double(turn), &generator)
          try writeFile(handmadePNG(width: side, height: side, depth: 8, rows: rows), to: "\(path)/\(number).png")
        }
      }
    }
  }

  /// A drawing with moved points, another size, place, pen and angle (within 12°) each time.
  private static func drawing(_ stroke: [(Double, Double)], turn: Double, _ generator: inout Generator) -> [[UInt8]] {
    let angle = (turn + generator.uniform(-12...12)) * .pi / 180
    let (width, height) = (20 * generator.uniform(0.5...0.75), 20 * generator.uniform(0.8...1.05))
    let (right, down) = (16 + generator.uniform(-2...2), 16 + generator.uniform(-2...2))
    let pen = generator.uniform(0.8...1.4)
    let points = stroke.map { point -> (x: Double, y: Double) in
      let x = (point.0 - 0.5 + generator.uniform(-0.06...0.06)) * width
      let y = (point.1 - 0.5 + generator.uniform(-0.06...0.06)) * height
      return (right + x * cos(angle) - y * sin(angle), down + x * sin(angle) + y * cos(angle))
    }
    return (0..<side).map { row in
      (0..<side).map { column in
        let (x, y) = (Double(column) + 0.5, Double(row) + 0.5)
        let distance = zip(points, points.dropFirst()).map { from, to -> Double in
          let (dx, dy) = (to.x - from.x, to.y - from.y)
          let share = min(max(((x - from.x) * dx + (y - from.y) * dy) / max(dx * dx + dy * dy, 1e-9), 0), 1)
          return hypot(x - from.x - share * dx, y - from.y - share * dy)
        }.min()
        return UInt8((255 * (1 - min(max(pen + 0.5 - (distance ?? 99), 0), 1))).rounded())
      }
    }
  }

  /// Knuth's linear congruential generator: the same drawings everywhere.
  private struct Generator {
    var state: UInt64

    mutating func uniform(_ range: ClosedRange<Double>) -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return range.lowerBound + (range.upperBound - range.lowerBound) * Double(state >> 11) * 0x1p-53
    }
  }
}
