public import Tasks
import TensorCore

extension Images: PictureTask, PictureReading {
  public var pictures: PictureFormat { PictureFormat(side: size, channels: channels.count, isInk: false, fit: fit) }

  /// Reads examples: the classes are the support's subfolders, sorted by name.
  public static func examples(of format: PictureFormat, support: String, query: String?) throws -> Examples {
    do {
      let reader = PictureExamples(format: format)
      let (set, names) = try reader.support(support)
      return Examples(support: set, query: try query.map(reader.query), answer: .classes(names, column: "predicted"))
    } catch ImageTaskError.undecodable(let path, let reason) {
      throw ExampleError.undecodable(path: path, reason: reason)
    }
  }
}

/// Reads a user's pictures from folders.
private struct PictureExamples {
  let format: PictureFormat

  private var decoding: ImageDecoding {
    ImageDecoding(side: format.side, channels: format.channels, fit: format.fit, skipsUnreadable: false)
  }

  /// The pictures of a folder with a subfolder for each class, and the names of the classes.
  func support(_ path: String) throws -> (set: LabelledSet, names: [String]) {
    let expected = "a folder with a subfolder of PNG or JPEG files for each class"
    guard absolutePath(path) != nil else { throw ExampleError.missing(path: path, expected: expected) }
    let folder = try ImageFolder(path)
    guard !folder.classes.isEmpty else { throw ExampleError.empty(path: path, expected: expected) }
    let collection = try ImageCollection(reading: folder, decoding)
    let labels = collection.classes.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element.count) }
    let names = collection.classes.map(\.name)
    return (
      LabelledSet(
        inputs: inputs(collection.images.bytes, count: labels.count),
        targets: .classes(try Tensor(labels, shape: [labels.count]), ways: names.count)),
      names
    )
  }

  /// The pictures of a folder and its subfolders, or a single one.
  func query(_ path: String) throws -> Examples.Query {
    let expected = "a PNG or JPEG file, or a folder of such files"
    guard let absolute = absolutePath(path) else { throw ExampleError.missing(path: path, expected: expected) }
    let files = try Self.files(absolute)
    guard !files.isEmpty else { throw ExampleError.empty(path: path, expected: expected) }
    var bytes: [UInt8] = []
    for (_, file) in files {
      let picture = try ImageCollection.decode(ImageCollection.read(file), file)
      bytes += (format.channels == 1 ? picture.grey : picture).reduced(to: format.side, fit: format.fit)
    }
    return Examples.Query(
      inputs: inputs(bytes, count: files.count), header: ["file"], rows: files.map { [$0.name] }, samples: Array(files.indices))
  }

  /// The pictures, with their paths in the folder.
  private static func files(_ path: String) throws -> [(name: String, file: FolderTree.File)] {
    do throws(FolderError) {
      return files(of: try FolderTree(path, where: ImageFolder.isImage), prefix: "")
    } catch {
      // Not a folder: a file.
      guard case .unreadable(let failure) = error, failure.path == path, let file = try? FolderTree.File(path: path) else {
        throw ImageTaskError(error)
      }
      return [(file.name, file)]
    }
  }

  private static func files(of tree: FolderTree, prefix: String) -> [(name: String, file: FolderTree.File)] {
    tree.files.map { (prefix + $0.name, $0) } + tree.folders.flatMap { files(of: $0, prefix: "\(prefix)\($0.name)/") }
  }

  /// Pictures as inputs, [count, side, side, channels].
  private func inputs(_ bytes: [UInt8], count: Int) -> Tensor {
    Tensor(shape: [count, format.side, format.side, format.channels]) { numbers in
      for (place, byte) in bytes.enumerated() {
        numbers[place] = Float(format.isInk ? 255 - byte : byte) / 255
      }
    }
  }
}
