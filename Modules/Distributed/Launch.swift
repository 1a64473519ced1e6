public import Algorithms

#if !MPI
// Without MPI, every process is alone.
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How this process was launched: alone, or by MPI as one of several.
public enum Launch {
  /// Connects this process with the other ranks of its job.
  ///
  /// MPI starts only if a launcher of MPI started the process, so that a run of one process does not pay for it.
  /// - Returns: The transport and the name of this machine; nil for a process alone, or a build without the package trait `MPI`.
  public static func transport() -> (transport: any RankTransport, host: String)? {
    #if MPI
    // By these variables, launchers tell a process that it belongs to a job: Open MPI's mpirun, PMIx (Slurm's srun) and PMI (MPICH, srun).
    let variables = ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"]
    guard variables.contains(where: { getenv($0) != nil }) else { return nil }
    let transport = MPITransport()
    if transport.count > 1 { return (transport, transport.host) }
    transport.finish()
    #endif
    return nil
  }
}
