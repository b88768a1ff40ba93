import Foundation

/// Programs of others for the same task, run where they are installed.
///
/// A peer reads a .npy file of rows (20 covariates, then the response), fits 5 experts, and prints one line of JSON:
/// `{"seconds": …, "logLikelihood": …, "iterations": …, "converged": …, "version": …}`, the seconds without reading and
/// compiling.
enum Peer {
    case jax, flexmix

    var name: String { self == .jax ? "peer jax l-bfgs" : "peer r flexmix" }
    var script: String { self == .jax ? "jax_lbfgs.py" : "flexmix.R" }
    var needed: String { self == .jax ? "python3 with jax and scipy (DMOE_PEER_PYTHON)" : "Rscript with flexmix" }

    var interpreter: String {
        let environment = ProcessInfo.processInfo.environment
        return switch self {
        case .jax: environment["DMOE_PEER_PYTHON"] ?? "python3"
        case .flexmix: environment["DMOE_PEER_RSCRIPT"] ?? "Rscript"
        }
    }

    /// The exit code by which a script says that its library is not installed.
    static let absent: Int32 = 69
}

private struct PeerResult: Decodable {
    var seconds: Double
    var logLikelihood: Double
    var iterations: Int
    var converged: Bool
    var version: String
}

extension Session {
    func peer(_ peer: Peer, data path: String, rows: Int) throws {
        let program = ChildProcess(
            program: peer.interpreter, arguments: [peerFolder + "/" + peer.script, path, String(rows), "5"],
            timeLimit: timeLimit)
        guard let outcome = try? program.run(), outcome.exitCode != Peer.absent else {
            return skip(peer.name, because: "needs \(peer.needed)")
        }
        guard let line = outcome.output.split(separator: "\n").last,
            let result = try? JSONDecoder().decode(PeerResult.self, from: Data(line.utf8))
        else { return skip(peer.name, because: "exit code \(outcome.exitCode): \(outcome.complaint)") }
        record(
            Measurement(
                what: peer.name, sizes: ["rows": rows, "d": 20, "K": 5], seconds: result.seconds,
                peakMB: outcome.peakMB, score: .init(name: "log-likelihood", value: result.logLikelihood),
                figures: ["iterations": Double(result.iterations)],
                note: result.version + (result.converged ? "" : ", not converged")))
    }
}
