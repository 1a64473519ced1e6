import Registry
package import Tasks
import TensorCore

/// How the classes of a folder are divided into meta-training, meta-validation and meta-test.
public enum ImageSplit: String, Sendable, Hashable, CaseIterable {
  /// By folders if there are train, val or test, otherwise by lists if there are train.txt, val.txt and test.txt, otherwise by a shuffle.
  case auto
  /// By the folders train, val and test.
  case folders
  /// By the files train.txt, val.txt and test.txt with the name of a class on each line; classes in no list are left out.
  case lists
  /// By a random order of the classes.
  case shuffle

  /// The folder or list of a split.
  static func name(of split: Split) -> String {
    switch split {
    case .metaTrain: "train"
    case .metaValidation: "val"
    case .metaTest: "test"
    }
  }
}

/// The division of classes under some settings.
package struct ImageDivision: Sendable, Hashable {
  /// The way.
  package var way = ImageSplit.auto
  /// The folder of the lists; empty for the folder of the images.
  package var lists = ""
  /// The random seed of the shuffle.
  package var seed = 0
  /// The share of the classes for meta-validation under the shuffle.
  package var validationShare = 0.2
  /// The share of the classes for meta-test under the shuffle.
  package var testShare = 0.2

  /// The default division.
  package init() {}

  /// Assigns classes to splits.
  ///
  /// - Parameters:
  ///   - classes: The classes, sorted by name.
  ///   - folder: The folder of the images.
  /// - Returns: The classes of each split; under `folders`, names no longer begin with the split's folder.
  /// - Throws: ``ImageTaskError``, or `TaskError.overlappingSplits` for a class in two lists or folders.
  package func partition(_ classes: [ImageClass], of folder: String) throws -> [Split: [ImageClass]] {
    let parts: [Split: [ImageClass]]
    switch resolved(classes, folder) {
    case .folders: parts = try byFolders(classes, folder)
    case .lists: parts = try byLists(classes, lists.isEmpty ? folder : lists)
    default: parts = try shuffled(classes)
    }
    var owners: [String: Split] = [:]
    for split in Split.allCases {
      for group in parts[split] ?? [] where owners.updateValue(split, forKey: group.name) != nil {
        throw TaskError.overlappingSplits(task: Images.card.id, className: group.name)
      }
    }
    return parts
  }

  /// What gives a split `missing` more classes.
  func advice(for split: Split, of classes: [ImageClass], missing: Int, in folder: String) -> String {
    switch resolved(classes, folder) {
    case .folders: return "add classes to its folder '\(ImageSplit.name(of: split))'"
    case .lists: return "add classes to \(legible(Self.list(of: split, in: lists.isEmpty ? folder : lists), limit: nil))"
    default:
      /// The share, in hundredths, that gives a split as many classes.
      func share(_ now: Double) -> String {
        let needed = (Double(classes.count) * now).rounded() + Double(missing)
        let least = (100 * needed / Double(max(classes.count, 1))).rounded(.up)
        return "\(least / 100)"
      }
      switch split {
      case .metaTrain: return "lower task.validationShare or task.testShare"
      case .metaValidation: return "set task.validationShare to \(share(validationShare))"
      case .metaTest: return "set task.testShare to \(share(testShare))"
      }
    }
  }

  private func resolved(_ classes: [ImageClass], _ folder: String) -> ImageSplit {
    guard way == .auto else { return way }
    if !lists.isEmpty { return .lists }
    if Split.allCases.contains(where: { split in classes.contains { $0.name.hasPrefix("\(ImageSplit.name(of: split))/") } }) {
      return .folders
    }
    let hasLists = Split.allCases.allSatisfy { (try? FolderTree.File(path: Self.list(of: $0, in: folder))) != nil }
    return hasLists ? .lists : .shuffle
  }

  private func byFolders(_ classes: [ImageClass], _ folder: String) throws(ImageTaskError) -> [Split: [ImageClass]] {
    var parts: [Split: [ImageClass]] = [:]
    for split in Split.allCases {
      let prefix = "\(ImageSplit.name(of: split))/"
      let own = classes.filter { $0.name.hasPrefix(prefix) }
      parts[split] = own.map { ImageClass(name: String($0.name.dropFirst(prefix.count)), first: $0.first, count: $0.count) }
    }
    let found = Split.allCases.filter { !(parts[$0] ?? []).isEmpty }.map { ImageSplit.name(of: $0) }
    let others = Set(classes.map { $0.name.prefix { $0 != "/" } }.map(String.init)).subtracting(found)
    guard found.count == 3, others.isEmpty else {
      throw .missingSplitFolder(path: folder, found: found + others.sorted().prefix(1))
    }
    return parts
  }

  private func byLists(_ classes: [ImageClass], _ folder: String) throws -> [Split: [ImageClass]] {
    let known = Dictionary(classes.map { ($0.name, $0) }) { first, _ in first }
    var parts: [Split: [ImageClass]] = [:]
    for split in Split.allCases {
      let path = Self.list(of: split, in: folder)
      let lines = String(decoding: try AtomicFile.read(path), as: UTF8.self).split(
        omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      for (number, line) in lines.enumerated() {
        let name = String(line.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
        if name.isEmpty { continue }
        guard let group = known[name] else { throw ImageTaskError.unknownClass(list: path, line: number + 1, name: name) }
        parts[split, default: []].append(group)
      }
    }
    return parts
  }

  private func shuffled(_ classes: [ImageClass]) throws(ImageTaskError) -> [Split: [ImageClass]] {
    guard validationShare + testShare < 1 else { throw .shares(validation: validationShare, test: testShare) }
    var stream = RandomStream(seed: UInt64(bitPattern: Int64(seed))).child("image classes")
    let order = stream.permutation(classes.count)
    let validation = Int((Double(classes.count) * validationShare).rounded())
    let test = Int((Double(classes.count) * testShare).rounded())
    // Classes keep their order within a split.
    func part(_ range: Range<Int>) -> [ImageClass] { order[range].sorted().map { classes[$0] } }
    return [
      .metaTest: part(0..<test), .metaValidation: part(test..<test + validation), .metaTrain: part(test + validation..<classes.count),
    ]
  }

  private static func list(of split: Split, in folder: String) -> String { "\(folder)/\(ImageSplit.name(of: split)).txt" }
}
