package import Tasks

/// A folder with the images of each class in a folder of their own.
///
/// Every folder that holds images is a class, named by its path in the outermost folder: "cat", or "mammals/cat". Symbolic links are
/// followed. An image is a file whose name ends in .png, .jpg or .jpeg, in any case, and does not begin with a dot.
package struct ImageFolder: Sendable {
  /// A class and its files.
  package struct Class: Sendable {
    /// The path of its folder, without that of the outermost folder.
    package let name: String
    /// Its images, sorted by name.
    package let files: [FolderTree.File]
  }

  /// The absolute path.
  package let path: String
  /// The classes, sorted by name.
  package let classes: [Class]

  /// Lists a folder.
  ///
  /// - Parameter source: The folder; nil if none was named.
  /// - Throws: `TaskError.missingData` if there is no folder, ``ImageTaskError`` for one that is not as expected.
  package init(_ source: String?) throws {
    guard let source, let path = absolutePath(source) else {
      throw TaskError.missingData(
        task: Images.card.id, searched: source.map { [$0] } ?? [],
        advice: "Name a folder with a subfolder of PNG or JPEG files for each class by --data images=DIR.")
    }
    let tree: FolderTree
    do throws(FolderError) {
      tree = try FolderTree(path, where: Self.isImage)
    } catch {
      throw ImageTaskError(error)
    }
    if let image = tree.files.first { throw ImageTaskError.imagesOutsideClasses(path: path, image: image.name) }
    self.path = path
    classes = try Self.classes(in: tree, prefix: "").sorted { $0.name < $1.name }
  }

  private static func classes(in tree: FolderTree, prefix: String) throws(ImageTaskError) -> [Class] {
    var found: [Class] = []
    for folder in tree.folders {
      let name = prefix + folder.name
      if folder.files.isEmpty, folder.folders.isEmpty { throw .emptyClass(path: folder.path) }
      if !folder.files.isEmpty { found.append(Class(name: name, files: folder.files)) }
      found += try classes(in: folder, prefix: "\(name)/")
    }
    return found
  }

  /// Whether a file of this name is an image.
  static func isImage(_ name: String) -> Bool {
    let name = name.lowercased()
    return [".png", ".jpg", ".jpeg"].contains { name.hasSuffix($0) }
  }

  /// A digest of paths, sizes and modification times, and of how the images are decoded: 64 hexadecimal digits.
  package func identity(_ decoding: ImageDecoding) -> String {
    var hash = SHA256()
    hash.update(field: path)
    hash.update(field: decoding.description)
    for group in classes {
      hash.update(field: group.name)
      hash.update(UInt64(group.files.count))
      for file in group.files {
        hash.update(field: file.name)
        hash.update(UInt64(bitPattern: file.size))
        hash.update(UInt64(bitPattern: file.modified.seconds))
        hash.update(UInt64(bitPattern: file.modified.nanoseconds))
      }
    }
    return hexadecimal(hash.finish())
  }
}

/// How files become the images of a task.
package struct ImageDecoding: Sendable, Hashable, CustomStringConvertible {
  /// The side of an image in pixels.
  package var side: Int
  /// 1 for grey, 3 for red, green and blue.
  package var channels: Int
  /// What happens to a picture that is not square.
  package var fit: Picture.Fit
  /// Whether a file that cannot be decoded is left out; otherwise it is an error.
  package var skipsUnreadable: Bool

  /// Describes how to decode.
  package init(side: Int, channels: Int, fit: Picture.Fit, skipsUnreadable: Bool) {
    self.side = side
    self.channels = channels
    self.fit = fit
    self.skipsUnreadable = skipsUnreadable
  }

  /// A text that differs for different values, for the identity of cached images.
  package var description: String { "\(side)×\(side)×\(channels) \(fit.rawValue)\(skipsUnreadable ? " skip" : "")" }
}
