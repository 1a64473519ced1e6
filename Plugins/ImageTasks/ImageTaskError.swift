import Registry
public import Tasks
public import TensorCore

/// A folder of images that is not as expected.
public enum ImageTaskError: Error, Hashable, CustomStringConvertible {
  /// The system refuses to open or read the folder, a folder below it or a file.
  case unreadable(FileError)
  /// A symbolic link leads nowhere, or only to other links; `code` is errno.
  case brokenLink(path: String, code: Int32)
  /// A symbolic link leads to a folder that contains it.
  case cyclicLink(path: String)
  /// The folder has images, but not in a subfolder for each class.
  case imagesOutsideClasses(path: String, image: String)
  /// A folder has neither images nor subfolders.
  case emptyClass(path: String)
  /// A file cannot be decoded.
  case undecodable(path: String, reason: String)
  /// There are too few classes to divide them into three splits.
  case tooFewClasses(path: String, found: Int, ways: Int)
  /// A split has fewer classes than the ways; the advice says what gives it more.
  case smallSplit(path: String, split: Split, found: Int, ways: Int, advice: String)
  /// Only some of the folders train, val and test are there.
  case missingSplitFolder(path: String, found: [String])
  /// A file with a list of classes names a class that has no folder.
  case unknownClass(list: String, line: Int, name: String)
  /// The shares of meta-validation and meta-test leave nothing for meta-training.
  case shares(validation: Double, test: Double)
  /// The decoded images do not fit into memory.
  case tooLarge(images: Int, bytes: Int, memory: Int)

  public var description: String {
    switch self {
    case .unreadable(let error): "\(error) 'images' needs a folder with a subfolder of PNG or JPEG files for each class."
    case .brokenLink(let path, let code): FolderError.brokenLink(path: path, code: code).description
    case .cyclicLink(let path): FolderError.cyclicLink(path: path).description
    case .imagesOutsideClasses(let path, let image):
      "\(legible(path, limit: nil)) has images that belong to no class, \(legible(image)) for one; put each image into the folder of its "
        + "class."
    case .emptyClass(let path):
      "\(legible(path, limit: nil)) has no PNG or JPEG file; put the images of the class there, or remove the folder."
    case .undecodable(let path, let reason):
      "\(legible(path, limit: nil)) cannot be decoded: \(legible(reason)); replace or remove the file, or leave such files out with "
        + "--set task.unreadable=skip."
    case .tooFewClasses(let path, let found, let ways):
      "\(legible(path, limit: nil)) has \(found) \(found == 1 ? "class" : "classes"); meta-training, meta-validation and meta-test need "
        + "\(ways) each (the ways), \(3 * ways) in all; add classes, or lower --ways."
    case .smallSplit(let path, let split, let found, let ways, let advice):
      "\(split.rawValue) has \(found) \(found == 1 ? "class" : "classes") of \(legible(path, limit: nil)), but --ways asks for \(ways); "
        + "\(advice)\(found > 1 ? ", or set --ways to at most \(found)" : "")."
    case .missingSplitFolder(let path, let found):
      "\(legible(path, limit: nil)) has classes in \(found.joined(separator: " and ")); the folders train, val and test have to be there "
        + "together; add classes, or set task.split to 'shuffle'."
    case .unknownClass(let list, let line, let name):
      "\(legible(list, limit: nil)), line \(line), names the class '\(legible(name))', which has no folder with images; correct the list."
    case .shares(let validation, let test):
      "task.validationShare is \(validation) and task.testShare is \(test); their sum has to be less than 1."
    case .tooLarge(let images, let bytes, let memory):
      "\(images) images need \(bytes >> 20) MiB of the machine's \(memory >> 20) MiB; set a smaller task.size, or use fewer images."
    }
  }

  init(_ error: FolderError) {
    self =
      switch error {
      case .unreadable(let error): .unreadable(error)
      case .brokenLink(let path, let code): .brokenLink(path: path, code: code)
      case .cyclicLink(let path): .cyclicLink(path: path)
      }
  }
}
