import Foundation
import ModelFiles
import Numerics
import Testing

/// Files are bit-identical under AVX2 and AVX-512 and for any number of threads.
@Suite struct ProcessorTests {
    private static let options = [
        "--target", "y", "--experts", "2", "--starts", "4", "--local-models", "local", "--quiet", "-o", "global.json",
    ]

    /// The global model and the local ones of a run.
    private func files(_ more: [String], instructionSet: String? = nil) throws -> [Data] {
        let work = try Workspace()
        let sites = try work.writeSites(3, rows: 3000)
        let environment = instructionSet.map { [InstructionSet.environmentVariable: $0] } ?? [:]
        let outcome = try work.run(["learn"] + sites + Self.options + more, environment: environment)
        try #require(outcome.exitCode == 0, "\(outcome.errors)")
        return try [work.data("global.json")] + work.files("local").map { try work.data("local/\($0)") }
    }

    @Test func anyNumberOfThreads() throws {
        let one = try files(["--threads", "1"])
        #expect(one.count == 4)
        for threads in ["2", "5"] { #expect(try files(["--threads", threads]) == one) }
    }

    @Test(.enabled(if: InstructionSet.available.contains(.avx512), "this processor has no AVX-512"))
    func wideAndNarrowVectors() throws {
        #expect(try files([], instructionSet: "avx2") == files([], instructionSet: "avx512"))
    }

    /// What is named is what runs.
    @Test func theBestIsTheDefault() throws {
        #expect(try files([], instructionSet: InstructionSet.best.rawValue) == files([]))
    }

    /// Rounding of the kernels apart, the model is one.
    @Test func portableAgrees() throws {
        let best = try JSONDecoder().decode(ReportedFit.self, from: try #require(files([]).last))
        let portable = try JSONDecoder().decode(
            ReportedFit.self, from: try #require(files([], instructionSet: "portable").last))
        let value = best.fit.logLikelihood
        #expect(abs(portable.fit.logLikelihood - value) < 1e-9 * abs(value))
    }

    private struct ReportedFit: Decodable {
        struct Fit: Decodable { var logLikelihood: Double }
        var fit: Fit
    }

    @Test(arguments: ["avx1024", "", "AVX2"]) func whatNobodyHas(name: String) throws {
        let work = try Workspace()
        let outcome = try work.run(["--version"], environment: [InstructionSet.environmentVariable: name])
        #expect(outcome.exitCode == 64)
        #expect(outcome.errors.contains(/^dmoe: DMOE_INSTRUCTION_SET=[^\n]*: this processor has portable[^\n]*\n$/))
    }
}

/// Nothing is left to a library that picks its own kernels for a processor.
@Suite struct LinkedLibraryTests {
    @Test func noLibraryOfLinearAlgebra() throws {
        let program = try Data(contentsOf: Workspace.program)
        // What is there is found.
        #expect(program.range(of: Data("ckernels_matrix_portable".utf8)) != nil)
        for name in [
            "cblas_", "dgemm_", "dpotrf_", "dpotrs_", "dpocon_", "dsyevd_", "dsyrk_", "openblas", "libblas",
            "liblapack",
            "libmkl", "Accelerate.framework", "vForce",
        ] {
            #expect(program.range(of: Data(name.utf8)) == nil, "\(name)")
        }
    }
}
