package import Tasks
import TensorCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// All images of a folder, decoded to one size.
package struct ImageCollection: Sendable, Hashable {
  /// A file that was left out.
  package struct Skipped: Sendable, Hashable {
    /// The path.
    package let path: String
    /// The reason, without a full stop.
    package let reason: String

    /// Describes a file.
    package init(path: String, reason: String) {
      self.path = path
      self.reason = reason
    }
  }

  /// The classes that have images, sorted by name.
  package let classes: [ImageClass]
  /// The images, 255 being white.
  package let images: StoredImages
  /// SHA-256 over the classes' names and the names and bytes of their files, 64 hexadecimal digits.
  package let digest: String
  /// The files that could not be decoded; empty unless they are to be skipped.
  package let skipped: [Skipped]

  private init(classes: [ImageClass], images: StoredImages, digest: String, skipped: [Skipped]) {
    self.classes = classes
    self.images = images
    self.digest = digest
    self.skipped = skipped
  }

  /// The same classes and files with other images of the same number and size.
  package func replacing(_ images: StoredImages) -> ImageCollection {
    ImageCollection(classes: classes, images: images, digest: digest, skipped: skipped)
  }

  /// Reads and decodes all images, several at a time; the result does not depend on the number of threads.
  ///
  /// - Throws: ``ImageTaskError`` for the first file, in the order of classes and names, that cannot be read or decoded, unless such files
  ///   are to be skipped, and for images that do not fit into memory.
  package init(
    reading folder: ImageFolder, _ decoding: ImageDecoding, threads: Int = Processors.allowed
  ) throws(ImageTaskError) {
    let count = folder.classes.reduce(0) { $0 + $1.files.count }
    let size = decoding.side * decoding.side * decoding.channels
    let memory = sysconf(Int32(_SC_PHYS_PAGES)).multipliedReportingOverflow(by: sysconf(Int32(_SC_PAGESIZE))).partialValue
    guard count * size < memory else { throw .tooLarge(images: count, bytes: count * size, memory: memory) }
    var hash = SHA256()
    var classes: [ImageClass] = []
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count * size)
    var skipped: [Skipped] = []
    var decoded = DecodedFiles(folder.classes.flatMap(\.files), decoding, threads: threads)
    for group in folder.classes {
      let first = bytes.count / size
      hash.update(field: group.name)
      for file in group.files {
        do throws(ImageTaskError) {
          let (content, image) = try decoded.next()
          bytes += image
          hash.update(field: file.name)
          hash.update(UInt64(content.count))
          content.withUnsafeBytes { hash.update($0) }
        } catch {
          guard decoding.skipsUnreadable else { throw error }
          skipped.append(Skipped(path: file.path, reason: Self.reason(error)))
        }
      }
      let found = bytes.count / size - first
      if found > 0 { classes.append(ImageClass(name: group.name, first: first, count: found)) }
    }
    self.init(
      classes: classes, images: StoredImages(side: decoding.side, channels: decoding.channels, one: 255, bytes: bytes),
      digest: hexadecimal(hash.finish()), skipped: skipped)
  }

  static func read(_ file: FolderTree.File) throws(ImageTaskError) -> [UInt8] {
    guard file.size <= Int64(Picture.fileLimit) else {
      throw .undecodable(path: file.path, reason: "it has \(file.size) bytes, expected at most \(Picture.fileLimit)")
    }
    do throws(FileError) {
      return try AtomicFile.read(file.path)
    } catch {
      throw .unreadable(error)
    }
  }

  static func decode(_ content: [UInt8], _ file: FolderTree.File) throws(ImageTaskError) -> Picture {
    do throws(PictureError) {
      return try Picture.decoded(content)
    } catch {
      throw .undecodable(path: file.path, reason: error.reason)
    }
  }

  private static func reason(_ error: ImageTaskError) -> String {
    if case .undecodable(_, let reason) = error { return reason }
    return "\(error)"
  }
}

extension ImageCollection {
  /// The images in the user's cache folder.
  package static var standardCache: CheckedCache { cache(in: CheckedCache.standardFolder()) }

  /// A cache of decoded images in the given folder.
  ///
  /// The content of a file is the digest of the data, side and channels, the number of classes, the image count and name of each class,
  /// the number of files that were left out, the path and reason of each, and the bytes of the images.
  package static func cache(in folder: String?) -> CheckedCache { CheckedCache(folder: folder, kind: "images", magic: "IMAGES01") }

  /// Restores images from a cache; nil if they are missing or damaged.
  package init?(cachedIn cache: CheckedCache, identity: String, _ decoding: ImageDecoding) {
    let size = decoding.side * decoding.side * decoding.channels
    let kept: ImageCollection? = cache.read(identity) { reader in
      guard let digest = reader.text(), reader.number() == decoding.side, reader.number() == decoding.channels,
        let classCount = reader.number()
      else { return nil }
      var classes: [ImageClass] = []
      var first = 0
      for _ in 0..<classCount {
        guard let count = reader.number(), let name = reader.text(), count > 0, count <= reader.count - first else { return nil }
        classes.append(ImageClass(name: name, first: first, count: count))
        first += count
      }
      guard let skippedCount = reader.number() else { return nil }
      var skipped: [Skipped] = []
      for _ in 0..<skippedCount {
        guard let path = reader.text(), let reason = reader.text() else { return nil }
        skipped.append(Skipped(path: path, reason: reason))
      }
      let (bytes, overflows) = first.multipliedReportingOverflow(by: size)
      guard !overflows, reader.count == bytes else { return nil }
      let images = StoredImages(side: decoding.side, channels: decoding.channels, one: 255, bytes: reader.rest())
      return ImageCollection(classes: classes, images: images, digest: digest, skipped: skipped)
    }
    guard let kept else { return nil }
    self = kept
  }

  /// Saves the images.
  ///
  /// - Returns: False if they cannot be written.
  @discardableResult
  package func keep(in cache: CheckedCache, identity: String) -> Bool {
    cache.write(identity, capacity: images.bytes.count) { writer in
      writer.append(digest)
      writer.append(images.side)
      writer.append(images.channels)
      writer.append(classes.count)
      for group in classes {
        writer.append(group.count)
        writer.append(group.name)
      }
      writer.append(skipped.count)
      for file in skipped {
        writer.append(file.path)
        writer.append(file.reason)
      }
      writer.append(contentsOf: images.bytes)
    }
  }
}
