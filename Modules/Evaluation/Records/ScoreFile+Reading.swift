import Registry
import Tasks

extension ScoreFile {
  /// The scores of a run in one normalisation mode, in lists of episodes for each number of steps.
  struct Mode {
    let name: String
    var losses: [[Double]] = []
    /// Empty fields are nil.
    var scores: [[Double?]] = []
  }

  /// A line that a file of scores cannot have.
  struct Fault: Error {
    /// The number of the line, from 1.
    let line: Int
    let found: String
    let expected: String
  }

  /// Reads the scores of one run.
  ///
  /// - Parameter bytes: The content of scores.csv of a run folder.
  /// - Returns: The modes in their order, and the id of the last column.
  /// - Throws: ``Fault`` at the first line that is not the next one of the file.
  static func modes(of bytes: [UInt8]) throws(Fault) -> (measure: String, modes: [Mode]) {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let titles = fields(lines[0])
    guard titles.count == columns.count + 1, Array(titles.dropLast()) == columns else {
      throw Fault(line: 1, found: text(lines[0]), expected: columns.joined(separator: ",") + ",accuracy")
    }
    guard lines.count > 1, lines[lines.count - 1].isEmpty else {
      throw Fault(line: lines.count, found: text(lines[lines.count - 1]), expected: "a whole line")
    }
    var modes: [Mode] = []
    var (episode, step) = (-1, 0)
    // The number of steps, which the first episode shows.
    var last: Int?
    for (place, line) in lines.enumerated().dropFirst().dropLast() {
      let own = fields(line)
      func fault(_ expected: String) -> Fault { Fault(line: place + 1, found: text(line), expected: expected) }
      guard own.count == columns.count + 1 else { throw fault("\(columns.count + 1) fields") }
      guard let (ownEpisode, ownStep) = Int(own[3]).flatMap({ episode in Int(own[4]).map { (episode, $0) } }) else {
        throw fault("numbers of episode and step")
      }
      if modes.last?.name != own[5] {
        let isNew = !modes.contains { $0.name == own[5] } && (modes.isEmpty || step == last)
        guard isNew else { throw fault("the lines of one mode together") }
        modes.append(Mode(name: own[5]))
        (episode, step) = (-1, 0)
      }
      if ownStep == 0 {
        if episode >= 0 {
          guard last == nil || step == last else { throw fault("step \(step + 1) of episode \(episode)") }
          last = step
        }
        (episode, step) = (episode + 1, -1)
      }
      guard ownEpisode == episode, ownStep == step + 1 else { throw fault("step \(step + 1) of episode \(episode)") }
      step += 1
      guard let loss = Double(own[6]), let score = own[7].isEmpty ? .some(nil) : Double(own[7]).map(Optional.some) else {
        throw fault("numbers of loss and \(legible(titles[7]))")
      }
      let mode = modes.count - 1
      if modes[mode].losses.count <= step {
        guard episode == 0 else { throw fault("at most \(step) steps") }
        modes[mode].losses.append([])
        modes[mode].scores.append([])
      }
      modes[mode].losses[step].append(loss)
      modes[mode].scores[step].append(score)
    }
    if let mode = modes.last, mode.losses.contains(where: { $0.count != mode.losses[0].count }) {
      throw Fault(line: lines.count, found: "the end of the file", expected: "step \(step + 1) of episode \(episode)")
    }
    return (titles[7], modes)
  }

  private static func text(_ line: ArraySlice<UInt8>) -> String { legible(String(decoding: line, as: UTF8.self)) }

  /// The fields of a line; a quotation mark encloses commas.
  private static func fields(_ line: ArraySlice<UInt8>) -> [String] {
    var fields: [[UInt8]] = [[]]
    var isQuoted = false
    for byte in line {
      switch byte {
      case UInt8(ascii: "\""): isQuoted.toggle()
      case UInt8(ascii: ",") where !isQuoted: fields.append([])
      default: fields[fields.count - 1].append(byte)
      }
    }
    return fields.map { String(decoding: $0, as: UTF8.self) }
  }
}
