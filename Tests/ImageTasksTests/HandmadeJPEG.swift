import CJpeg

/// A JPEG file, written by libjpeg.
///
/// - Parameters:
///   - width: Columns.
///   - height: Rows.
///   - channels: 1 for grey, 3 for colours, 4 for CMYK.
///   - isProgressive: Whether the file has several scans.
///   - pixels: `height · width · channels` bytes.
/// - Returns: The bytes of the file.
func handmadeJPEG(width: Int, height: Int, channels: Int = 3, isProgressive: Bool = false, pixels: [UInt8]) -> [UInt8] {
  // Errors of the library end the process.
  let errors = UnsafeMutablePointer<jpeg_error_mgr>.allocate(capacity: 1)
  let info = UnsafeMutablePointer<jpeg_compress_struct>.allocate(capacity: 1)
  let file = UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>.allocate(capacity: 1)
  let size = UnsafeMutablePointer<UInt>.allocate(capacity: 1)
  defer {
    errors.deallocate()
    info.deallocate()
    file.deallocate()
    size.deallocate()
  }
  errors.initialize(to: jpeg_error_mgr())
  info.initialize(to: jpeg_compress_struct())
  file.initialize(to: nil)
  size.initialize(to: 0)
  info.pointee.err = jpeg_std_error(errors)
  jpeg_CreateCompress(info, JPEG_LIB_VERSION, MemoryLayout<jpeg_compress_struct>.size)
  jpeg_mem_dest(info, file, size)
  info.pointee.image_width = JDIMENSION(width)
  info.pointee.image_height = JDIMENSION(height)
  info.pointee.input_components = Int32(channels)
  info.pointee.in_color_space = channels == 1 ? JCS_GRAYSCALE : channels == 3 ? JCS_RGB : JCS_CMYK
  jpeg_set_defaults(info)
  jpeg_set_quality(info, 100, 1)
  if isProgressive { jpeg_simple_progression(info) }
  // No subsampling, so that colours do not run into each other.
  for component in 0..<Int(info.pointee.num_components) {
    info.pointee.comp_info[component].h_samp_factor = 1
    info.pointee.comp_info[component].v_samp_factor = 1
  }
  jpeg_start_compress(info, 1)
  var pixels = pixels
  pixels.withUnsafeMutableBufferPointer { pixels in
    for row in 0..<height {
      var line = pixels.baseAddress.map { $0 + row * width * channels }
      _ = jpeg_write_scanlines(info, &line, 1)
    }
  }
  jpeg_finish_compress(info)
  jpeg_destroy_compress(info)
  defer { file.pointee?.deallocate() }
  return Array(UnsafeBufferPointer(start: file.pointee, count: Int(size.pointee)))
}

/// EXIF data with an orientation alone.
func exif(orientation: UInt8, isLittleEndian: Bool = true) -> [UInt8] {
  isLittleEndian
    ? [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0]
    : [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0]
}

/// A JPEG file with EXIF data after its first marker.
func jpeg(_ file: [UInt8], exif data: [UInt8]) -> [UInt8] {
  let length = 2 + 6 + data.count
  return file[..<2] + [0xff, 0xe1, UInt8(length >> 8), UInt8(length & 255)] + "Exif\0\0".utf8 + data + file[2...]
}
