import TensorCore

/// One rendering of a character: jittered control points, then a small random shear, rotation, scaling and shift.
struct GlyphDrawing {
  /// Side length of the image, in pixels.
  static let side = 28

  private let points: [GlyphProgramme.Point]
  private let strokes: [Range<Int>]
  /// Half the pen width, in pixels.
  private let radius: Float

  /// Jitters a character and maps it to pixel coordinates.
  ///
  /// The start, middle and end of each stroke move by up to 0.1 of the glyph's size along each axis; quadratic Bernstein weights
  /// interpolate between them. The glyph rotates by up to 0.2 rad, shears by up to 0.15, scales by 0.8 to 1.05 along each axis, and
  /// shifts by up to 1.5 pixels. The pen is 1.4 to 2.2 pixels wide.
  init(of programme: GlyphProgramme, from stream: RandomStream) {
    var stream = stream
    func jitter(_ limit: Float) -> Float { Float(2 * stream.uniform() - 1) * limit }
    radius = 0.9 + jitter(0.2)
    let size: Float = 20
    let (turn, shear) = (jitter(0.2), jitter(0.15))
    let (width, height) = (size * (0.925 + jitter(0.125)), size * (0.925 + jitter(0.125)))
    // Rotation to second order in the angle; it changes the glyph's size by less than a thousandth.
    let (cosine, sine) = (1 - turn * turn / 2, turn)
    let matrix = (width * cosine, height * (shear * cosine - sine), width * sine, height * (shear * sine + cosine))
    let centre = Float(Self.side) / 2
    let shift = (centre + jitter(1.5), centre + jitter(1.5))
    var points = programme.points
    for stroke in programme.strokes {
      let start = (jitter(0.1), jitter(0.1))
      let middle = (jitter(0.1), jitter(0.1))
      let end = (jitter(0.1), jitter(0.1))
      let last = Float(max(stroke.count - 1, 1))
      for index in stroke {
        let t = Float(index - stroke.lowerBound) / last
        let weights = ((1 - t) * (1 - t), 2 * t * (1 - t), t * t)
        let x = points[index].x - 0.5 + weights.0 * start.0 + weights.1 * middle.0 + weights.2 * end.0
        let y = points[index].y - 0.5 + weights.0 * start.1 + weights.1 * middle.1 + weights.2 * end.1
        points[index].x = matrix.0 * x + matrix.1 * y + shift.0
        points[index].y = matrix.2 * x + matrix.3 * y + shift.1
      }
    }
    self.points = points
    strokes = programme.strokes
  }

  /// Writes 28 × 28 values from 0 (paper) to 1 (ink), antialiased over one pixel at the pen's edge.
  func render(into pixels: UnsafeMutableBufferPointer<Float>) {
    pixels.update(repeating: .greatestFiniteMagnitude)
    // First compute the smallest squared distance to any stroke near the ink, then the ink of each pixel.
    for stroke in strokes {
      for index in stroke.dropLast() { approach(pixels, points[index], points[index + 1]) }
    }
    for index in 0..<Self.side * Self.side {
      let ink = radius + 0.5 - pixels[index].squareRoot()
      pixels[index] = ink < 0 ? 0 : ink > 1 ? 1 : ink
    }
  }

  /// Lowers the squared distance of each pixel near a segment to its distance from that segment.
  private func approach(_ pixels: UnsafeMutableBufferPointer<Float>, _ from: GlyphProgramme.Point, _ to: GlyphProgramme.Point) {
    let reach = radius + 0.5
    func pixelRange(_ first: Float, _ second: Float) -> Range<Int> {
      let low = max(0, Int((min(first, second) - reach).rounded(.down)))
      let high = min(Self.side, Int((max(first, second) + reach).rounded(.up)))
      return low..<max(low, high)
    }
    let rows = pixelRange(from.y, to.y)
    let columns = pixelRange(from.x, to.x)
    let (dx, dy) = (to.x - from.x, to.y - from.y)
    let inverse = 1 / max(dx * dx + dy * dy, 1e-12)
    for row in rows {
      let y = Float(row) + 0.5 - from.y
      for column in columns {
        let x = Float(column) + 0.5 - from.x
        let along = (x * dx + y * dy) * inverse
        let t = along < 0 ? 0 : along > 1 ? 1 : along
        let (ex, ey) = (x - t * dx, y - t * dy)
        let squared = ex * ex + ey * ey
        let index = row * Self.side + column
        if squared < pixels[index] { pixels[index] = squared }
      }
    }
  }
}
