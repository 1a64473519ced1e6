/// The record of a registered type in its registry's linker section.
///
/// The accessor writes one metatype existential, such as `any Algorithm.Type`, to the given address. It must be a C function: a
/// plain Swift closure in a statically initialised record compiles, but crashes when it is read.
///
/// ```swift
/// #if objectFormat(ELF)   // MachO takes "__DATA_CONST,__algorithms"
/// @section("algorithm_records") @used
/// #endif
/// private let record: RegistryRecord = (version: 1, accessor: {
///   $0.initializeMemory(as: (any Algorithm.Type).self, to: MAML.self) })
/// ```
/// - SeeAlso: Swift Evolution SE-0492, section placement control.
public typealias RegistryRecord = (version: UInt, accessor: @convention(c) (UnsafeMutableRawPointer) -> Void)

/// The linker sections that hold records, one for each kind of item.
public enum RegistrySection: String, Sendable, CaseIterable {
  case algorithms = "algorithm_records"
  case tasks = "task_records"
  case models = "model_records"
  case losses = "loss_records"
  case optimizers = "optimizer_records"
  case objectives = "objective_records"
  case differentiations = "differentiation_records"
}
