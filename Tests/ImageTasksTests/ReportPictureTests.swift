import Evaluation
import ImageTasks
import Tasks
import Testing

/// Pictures that a report writes, read by another program's decoder.
@Suite struct ReportPictureTests {
  @Test(arguments: [(1, 1, 1), (3, 2, 3), (28, 28, 1), (300, 250, 1), (200, 150, 3)])
  func `a picture comes back as it was`(width: Int, height: Int, channels: Int) throws {
    var pixels: [UInt8] = []
    for place in 0..<(width * height * channels) { pixels.append(UInt8(truncatingIfNeeded: place &* 7 &+ place / 251)) }
    let picture = Picture(width: width, height: height, channels: channels, pixels: pixels)
    let found = try Picture.decoded(PNG.encoded(picture))
    #expect(found.width == width && found.height == height)
    #expect(found.pixels == (channels == 3 ? pixels : pixels.flatMap { [$0, $0, $0] }))
  }
}
