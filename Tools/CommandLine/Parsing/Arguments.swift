import Registry

/// The parsed arguments of a command; every value is valid for its flag.
struct Arguments: Sendable {
  let command: Command
  let operands: [String]
  private let values: [(flag: Flag, text: String)]

  /// Parses the words after the command's name.
  ///
  /// `--flag value` and `--flag=value` are equivalent. Every word after `--` is an operand.
  init(_ words: some Sequence<String>, of command: Command) throws(UsageError) {
    self.command = command
    var operands: [String] = []
    var values: [(flag: Flag, text: String)] = []
    var words = Array(words)[...]
    while let word = words.popFirst() {
      if word == "--" {
        operands += words
        break
      }
      guard word.hasPrefix("-"), word != "-" else {
        operands.append(word)
        continue
      }
      let (flag, attached) = try Self.flag(word, of: command)
      guard flag.isRepeatable || !values.contains(where: { $0.flag == flag }) else { throw .duplicateFlag(flag) }
      values.append((flag, try Self.value(of: flag, attached, &words)))
    }
    self.operands = operands
    self.values = values
    if !has(.help) { try checkOperands() }
  }

  private static func flag(_ word: String, of command: Command) throws(UsageError) -> (flag: Flag, attached: String?) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let name = parts[0] == "-h" ? Flag.help.spelling : parts[0]
    guard let flag = (command.flags + [.help]).first(where: { $0.spelling == name }) else {
      throw .unknownFlag(parts[0], command: command.name)
    }
    return (flag, parts.count > 1 ? parts[1] : nil)
  }

  private static func value(of flag: Flag, _ attached: String?, _ words: inout ArraySlice<String>) throws(UsageError) -> String {
    guard flag.placeholder != nil else {
      if let attached { throw .unexpectedValue(flag, found: attached) }
      return "true"
    }
    let text: String
    if let attached {
      text = attached
    } else {
      guard let next = words.first, !next.hasPrefix("--") else { throw .missingValue(flag) }
      text = next
      words.removeFirst()
    }
    guard !text.isEmpty else { throw .missingValue(flag) }
    guard flag.domain.parse(text) != nil else { throw .invalidValue(flag, found: text) }
    return text
  }

  private func checkOperands() throws(UsageError) {
    guard let operand = command.operand else {
      if let extra = operands.first { throw .unexpectedOperand(extra, command: command.name) }
      return
    }
    if operands.isEmpty, operand.count.isNeeded { throw .missingOperand(operand, command: command.name) }
    if operands.count > operand.count.most { throw .unexpectedOperand(operands[operand.count.most], command: command.name) }
  }
}

// MARK: Values

extension Arguments {
  /// Whether a flag was given.
  func has(_ flag: Flag) -> Bool { values.contains { $0.flag == flag } }

  /// The value of a flag; nil if it was not given.
  func text(_ flag: Flag) -> String? { values.first { $0.flag == flag }?.text }

  /// The value of an integer flag.
  func integer(_ flag: Flag) -> Int? { text(flag).flatMap { Int($0) } }

  /// The value of a number flag.
  func real(_ flag: Flag) -> Double? { text(flag).flatMap { Double($0) } }

  /// The comma-separated parts of a flag's value; nil if it was not given.
  func list(_ flag: Flag) -> [String]? {
    text(flag)?.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }

  /// The comma-separated parts of a flag's value, which differ; nil if it was not given.
  ///
  /// - Throws: ``UsageError/duplicateItem(_:_:)``
  func distinctItems(_ flag: Flag) throws(UsageError) -> [String]? {
    let items = list(flag)
    var seen: Set<String> = []
    if let twice = items?.first(where: { !seen.insert($0).inserted }) { throw .duplicateItem(flag, twice) }
    return items
  }

  /// The value of a required flag.
  func required(_ flag: Flag) throws(UsageError) -> String {
    guard let text = text(flag) else { throw .missingFlag(flag, command: command.name) }
    return text
  }

  /// The values of a repeatable flag of the form KEY=VALUE, in the order given.
  func pairs(_ flag: Flag) throws(UsageError) -> [(key: String, value: String)] {
    var pairs: [(key: String, value: String)] = []
    for entry in values where entry.flag == flag { pairs.append(try Self.pair(entry.text, of: flag)) }
    return pairs
  }

  /// The settings of `--set` and of its short forms, in the order given.
  ///
  /// - Throws: ``UsageError`` if a setting is given twice.
  func settings() throws(UsageError) -> [(key: String, value: String)] {
    var settings: [(key: String, value: String)] = []
    for entry in values {
      let setting: (key: String, value: String)
      if let key = entry.flag.setting {
        setting = (key, entry.text)
      } else if entry.flag == .set {
        setting = try Self.pair(entry.text, of: .set)
      } else {
        continue
      }
      guard !settings.contains(where: { $0.key == setting.key }) else { throw .duplicateSetting(key: setting.key) }
      settings.append(setting)
    }
    return settings
  }

  private static func pair(_ text: String, of flag: Flag) throws(UsageError) -> (key: String, value: String) {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else { throw .invalidPair(flag, found: text) }
    return (String(text[..<equals]), String(text[text.index(after: equals)...]))
  }
}
