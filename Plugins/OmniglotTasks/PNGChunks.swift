/// Whether every chunk of a PNG file lies within the file, up to the chunk IEND.
///
/// libpng allocates and clears as many bytes as a chunk claims before it reads the chunk: 1.5 GB for a file of 2 KB, for example.
func pngChunksFit(_ png: [UInt8]) -> Bool {
  var start = 8
  // A chunk has a length, a type of 4 bytes, the data and a checksum. Fewer bytes at the end are an error of libpng.
  while start + 12 <= png.count {
    let length = png[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
    guard length <= png.count - start - 12 else { return false }
    if png[(start + 4)..<(start + 8)].elementsEqual("IEND".utf8) { return true }
    start += 12 + length
  }
  return true
}
