import TensorCore

/// A synthetic character: a few strokes, each a chain of points in the unit square.
///
/// A stroke is a line, an arc or a cubic Bézier curve. It starts anywhere or on an earlier stroke. The character is centred and scaled to
/// a longer side of 1, so neither position nor size distinguishes classes.
struct GlyphProgramme: Sendable {
  struct Point: Sendable {
    var x: Float
    var y: Float
  }

  /// Points of all strokes, in stroke order.
  private(set) var points: [Point] = []
  /// Range of each stroke in ``points``.
  private(set) var strokes: [Range<Int>] = []

  /// Generates the character with a given number in an alphabet; the same pair always gives the same strokes.
  init(alphabet: Int, number: Int) {
    var stream = RandomStream(seed: UInt64(bitPattern: Int64(alphabet))).child("glyph").child(number)
    for _ in 0..<2 + stream.integer(below: 3) { append(Self.stroke(from: &stream), from: &stream) }
    normalise()
  }

  /// Appends a stroke; with probability 1/2 it is moved to start on an earlier point.
  private mutating func append(_ stroke: [Point], from stream: inout RandomStream) {
    let isAttached = stream.uniform() < 0.5 && !points.isEmpty
    let anchor = isAttached ? points[stream.integer(below: points.count)] : stroke[0]
    let shift = Point(x: anchor.x - stroke[0].x, y: anchor.y - stroke[0].y)
    strokes.append(points.count..<points.count + stroke.count)
    points += stroke.map { Point(x: $0.x + shift.x, y: $0.y + shift.y) }
  }

  private mutating func normalise() {
    let (x, y) = (points.map(\.x), points.map(\.y))
    guard let left = x.min(), let right = x.max(), let top = y.min(), let bottom = y.max() else { return }
    let scale = 1 / max(right - left, bottom - top)
    for index in points.indices {
      points[index].x = (points[index].x - (left + right) / 2) * scale + 0.5
      points[index].y = (points[index].y - (top + bottom) / 2) * scale + 0.5
    }
  }

  private static func stroke(from stream: inout RandomStream) -> [Point] {
    func point() -> Point { Point(x: Float(stream.uniform()), y: Float(stream.uniform())) }
    let start = point()
    switch stream.uniform() {
    case ..<0.4: return line(start, direction: stream.integer(below: 8), length: Float(stream.uniform(0.4...0.9)))
    case ..<0.7:
      let sweep = stream.uniform((.pi / 2)...(2 * .pi)) * (stream.uniform() < 0.5 ? -1 : 1)
      return arc(start, radius: stream.uniform(0.15...0.4), angle: stream.uniform(0...(2 * .pi)), sweep: sweep)
    default: return curve(start, point(), point(), point())
    }
  }

  private static func line(_ start: Point, direction: Int, length: Float) -> [Point] {
    let angle = Double(direction) * .pi / 4
    let (dx, dy) = (Float(cosine(angle)) * length, Float(sine(angle)) * length)
    // Points between the ends let a jittered line bend.
    return (0...4).map { Point(x: start.x + dx * Float($0) / 4, y: start.y + dy * Float($0) / 4) }
  }

  private static func arc(_ start: Point, radius: Double, angle: Double, sweep: Double) -> [Point] {
    let count = Int((abs(sweep) / 0.55).rounded(.up))
    return (0...count).map { step in
      let angle = angle + sweep * Double(step) / Double(count)
      return Point(x: start.x + Float(radius * cosine(angle)), y: start.y + Float(radius * sine(angle)))
    }
  }

  private static func curve(_ first: Point, _ second: Point, _ third: Point, _ fourth: Point) -> [Point] {
    (0...8).map { step in
      let t = Float(step) / 8
      let s = 1 - t
      let weights = (s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t)
      return Point(
        x: weights.0 * first.x + weights.1 * second.x + weights.2 * third.x + weights.3 * fourth.x,
        y: weights.0 * first.y + weights.1 * second.y + weights.2 * third.y + weights.3 * fourth.y)
    }
  }
}
