import Registry
import TensorCore

/// The factor below which an image that shrinks is smoothed: strokes of one pixel are missed from here on.
private let smoothedFactor = 0.8

/// Turns an image about its centre, counterclockwise, and enlarges it, with bilinear interpolation.
///
/// An image that shrinks below four fifths is smoothed before, because single points would miss thin strokes. What the image
/// leaves free has the mean of its four corners.
func resample(_ image: UnsafeMutableBufferPointer<Float>, _ shape: Shape, turnedBy angle: Double, enlargedBy factor: Double) {
  if factor < smoothedFactor { filterNeighbours(image, shape) { ($0 + $2) / 4 + $1 / 2 } }
  let (height, width, channels) = (shape[0], shape[1], shape[2])
  let (along, across) = (Float(cosine(angle) / factor), Float(sine(angle) / factor))
  let (middleX, middleY) = (Float(width - 1) / 2, Float(height - 1) / 2)
  let (limitX, limitY) = (Float(width + 1), Float(height + 1))
  let line = (width + 2) * channels
  // A margin of one pixel makes every neighbour exist.
  withUnsafeTemporaryAllocation(of: Float.self, capacity: (height + 2) * line) { source in
    fill(source, with: image, shape)
    var target = 0
    for row in 0..<height {
      let y = Float(row) - middleY
      let (startX, startY) = (middleX + 1 - across * y, middleY + 1 + along * y)
      for column in 0..<width {
        let x = Float(column) - middleX
        let fromX = min(max(startX + along * x, 0), limitX)
        let fromY = min(max(startY + across * x, 0), limitY)
        let (left, top) = (min(Int(fromX), width), min(Int(fromY), height))
        let (shareX, shareY) = (fromX - Float(left), fromY - Float(top))
        let corner = top * line + left * channels
        for place in corner..<corner + channels {
          let upper = source[place] + shareX * (source[place + channels] - source[place])
          let lower = source[place + line] + shareX * (source[place + line + channels] - source[place + line])
          image[target] = upper + shareY * (lower - upper)
          target += 1
        }
      }
    }
  }
}

/// Copies an image into one with a margin of one pixel, which has the mean of the image's corners.
private func fill(_ padded: UnsafeMutableBufferPointer<Float>, with image: UnsafeMutableBufferPointer<Float>, _ shape: Shape) {
  let (height, width, channels) = (shape[0], shape[1], shape[2])
  let (right, bottom) = ((width - 1) * channels, (height - 1) * width * channels)
  for channel in 0..<channels {
    let corners = image[channel] + image[right + channel] + image[bottom + channel] + image[bottom + right + channel]
    for index in stride(from: channel, to: padded.count, by: channels) { padded.initializeElement(at: index, to: corners / 4) }
  }
  for row in 0..<height {
    let (from, to) = (row * width * channels, ((row + 1) * (width + 2) + 1) * channels)
    for index in 0..<width * channels { padded[to + index] = image[from + index] }
  }
}
