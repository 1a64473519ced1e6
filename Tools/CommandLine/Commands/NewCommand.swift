import Registry

extension Flag {
  static let package = value("package", "DIR", "Write a package of its own into this new or empty folder, instead of a plug-in.")
  static let framework = value("framework", "DIR", "The checkout of this framework (default: the current folder).")
}

extension Command {
  /// Writes an algorithm, a task family, a model or a meta-loss to start from.
  static let new = Command(
    name: "new", summary: "Write an algorithm, task, model or objective of your own, to start from.",
    operand: Operand(placeholder: "KIND NAME", count: .two), flags: [.package, .framework, .quiet],
    discussion: """
      KIND is algorithm, task, model or objective. NAME is the name of the Swift type, such as FlatMAML; its id is then flat-maml. The
      copy of the template is complete: it builds, registers itself and has a test. Without --package, it becomes a plug-in in Plugins,
      with a row in Package.swift. With --package, it becomes a package of its own with a 'tools' that knows everything registered here
      and the new part.
      """
  ) { arguments in
    let kinds = Template.Kind.allCases.map(\.rawValue)
    let name = arguments.operands[0]
    guard let kind = Template.Kind(rawValue: name) else { throw LookupError(kind: "kind", name: name, known: kinds) }
    guard arguments.operands.count > 1 else {
      throw UsageError.missingOperand(Operand(placeholder: "a NAME after \(name)", count: .one), command: "new")
    }
    let template = try Template(kind, name: arguments.operands[1])
    let checkout = try Checkout(arguments.text(.framework) ?? ".")
    let lines: [String]
    if let folder = arguments.text(.package) {
      try checkout.writePackage(of: template, into: folder)
      lines = ["cd \(folder)", "swift build -c release", ".build/release/\(template.toolsName) \(template.command)"]
    } else {
      try checkout.writePlugin(of: template)
      lines = ["swift build -c release --product tools", ".build/release/tools \(template.command)"]
    }
    if !arguments.has(.quiet) {
      Console.note("tools: \(template.name) is in \(arguments.text(.package) ?? "Plugins/\(template.name)"); build and try it:")
    }
    try Console.print(lines.joined(separator: "\n"))
    return .success
  }
}
