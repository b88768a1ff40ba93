import Aggregation
import DistributedMoE
import Estimation
import Evaluation
import Foundation
import Messages
import MixtureOfExperts
import ModelFiles
import Numerics
import TestSupport

/// Five sites of one population, the first of which may send anything.
struct HostileSites: Sendable {
    static let siteCount = 5

    let name: String
    /// Of the sites.
    let files: [ModelFile]
    /// As the first site wrote it.
    let text: String
    /// Held out.
    let test: ShardRows
    let global: ModelFile
    /// nil where slopes are penalised.
    let statistics: [StatisticsFile]?
    let updated: ModelFile?

    /// - Parameter lasso: weights of the slopes' penalty.
    init(_ family: FamilyModel, lasso: Lasso = .none) throws {
        name = family.name + (lasso == .none ? "" : ", sparse")
        var options = FitOptions(expertCount: 2, starts: 4)
        options.lasso = lasso
        files = try (0..<Self.siteCount).map { site in
            ModelFile(
                try LocalFit(design: family.model.design, family: family.model.family, options: options)
                    .fit(family.rows(300, seed: UInt64(site + 1))))
        }
        test = family.rows(1000, seed: 99)
        text = try files[0].text(path: "hostile")
        global = try Self.aggregate(files)
        guard lasso == .none, let fitted = global.fitted else {
            (statistics, updated) = (nil, nil)
            return
        }
        let round = GeneralisedEMRound(at: fitted, options: FitOptions(expertCount: 2))
        let released = try (0..<Self.siteCount).map { site in
            let own = try round.statistics(of: family.rows(300, seed: UInt64(site + 1)))
            return StatisticsFile(own.statistics, at: fitted, warnings: own.warnings)
        }
        statistics = released
        updated = try Self.update(global, released)
    }

    static func aggregate(_ files: [ModelFile]) throws -> ModelFile {
        var job = AggregateJob()
        job.settings.supportSize = 100
        // A site that differs is kept by default, and a number may differ without being impossible.
        job.settings.inconsistent = .exclude
        // The search for the best construction takes ten times as long as all the rest.
        if !HostileSiteTests.isFull { job.settings.gate = .label }
        let sites = files.enumerated().map { AggregateJob.Site(name: "site \($0.offset)", file: $0.element) }
        guard case .model(let file) = try job.run(sites, parallelism: .serial) else {
            throw ModelFileError.noStatistics(path: "")
        }
        return file
    }

    static func update(_ global: ModelFile, _ statistics: [StatisticsFile]) throws -> ModelFile {
        try UpdateJob().run(
            global, named: "model",
            statistics.enumerated().map { UpdateJob.Site(name: "site \($0.offset)", file: $0.element) })
    }

    func logLikelihoodPerRow(_ file: ModelFile) -> Double {
        file.model.logDensities(test.covariates, responses: test.responses).reduce(0, +) / Double(test.rowCount)
    }

    // MARK: What comes of a file

    enum Outcome: Equatable {
        case refused(String)
        case leftOut
        /// Nats per held-out row that the result is worse by than that of honest sites.
        case taken(loss: Double)
        /// What no file may lead to.
        case wrong(String)
    }

    /// Of a local model beside honest ones and alone, and in the hands of who predicts with it.
    ///
    /// - Parameter field: that was changed.
    func outcome(ofModel text: String, _ field: NumberFields.Field) -> Outcome {
        let file: ModelFile
        do throws(ModelFileError) { file = try ModelFile.decode(Data(text.utf8), source: "hostile") } catch {
            return .refused(error.description)
        }
        // How a fit went stays in the file: nobody computes with it.
        if field.path.hasPrefix("fit.") {
            switch result(of: { file }) {
            case .failure(let outcome): return outcome
            case .success: return .taken(loss: 0)
            }
        }
        if let problem = use(file) { return .wrong(problem) }
        switch result(of: { try Self.aggregate([file]) }) {
        case .failure(.refused): break
        case .failure(let other): return other
        case .success(let alone): if let problem = use(alone) { return .wrong("alone: " + problem) }
        }
        switch result(of: { try Self.aggregate([file] + files.dropFirst()) }) {
        case .failure(let outcome): return outcome
        case .success(let together):
            if together.aggregation?.sites.contains(where: { $0.name == "site 0" }) == false { return .leftOut }
            if let problem = use(together) { return .wrong(problem) }
            return .taken(loss: logLikelihoodPerRow(global) - logLikelihoodPerRow(together))
        }
    }

    /// Of statistics beside honest ones and alone.
    func outcome(ofStatistics text: String) -> Outcome {
        guard let statistics, let updated else { return .wrong("no rounds") }
        let file: StatisticsFile
        do throws(ModelFileError) { file = try StatisticsFile.decode(Data(text.utf8), source: "hostile") } catch {
            return .refused(error.description)
        }
        switch result(of: { try Self.update(global, [file]) }) {
        case .failure(.refused), .success: break
        case .failure(let other): return other
        }
        switch result(of: { try Self.update(global, [file] + statistics.dropFirst()) }) {
        case .failure(let outcome): return outcome
        case .success(let next):
            if let problem = use(next) { return .wrong(problem) }
            if next.rounds?.last?.sites == Self.siteCount - 1 { return .leftOut }
            return .taken(loss: logLikelihoodPerRow(updated) - logLikelihoodPerRow(next))
        }
    }

    private enum Made<Success> {
        case success(Success)
        case failure(Outcome)
    }

    /// A file, which is written and read again.
    private func result(of make: () throws -> ModelFile) -> Made<ModelFile> {
        do {
            let made = try make()
            let text = try made.text(path: "result")
            guard try ModelFile.decode(Data(text.utf8), source: "result") == made else {
                return .failure(.wrong("read otherwise than written"))
            }
            return .success(made)
        } catch ModelFileError.notWritten(_, let field, let reason) {
            return .failure(.refused("not written: \(field): \(reason)"))
        } catch let error as any DoorMessage { return .failure(.refused(error.text(.commandLine))) } catch {
            return .failure(.wrong("an error without a text: \(error)"))
        }
    }

    /// What is wrong with predictions, scores and a description; nil where nothing is.
    private func use(_ file: ModelFile) -> String? {
        let rows = test.chosen(Array(0..<50))
        let prediction = Prediction(file.model, covariates: rows.covariates)
        guard prediction.gates.storage.allSatisfy(\.isFinite) else { return "gates are no numbers" }
        for row in 0..<rows.rowCount {
            if let classes = prediction.classProbabilities?.row(row) {
                guard classes.allSatisfy(\.isFinite) else { return "probabilities are no numbers" }
            } else {
                let distribution = prediction.distribution(row)
                guard distribution.mean.isFinite, !distribution.standardDeviation.isNaN,
                    !distribution.quantile(0.9).isNaN
                else { return "predictions are no numbers" }
            }
        }
        let scores = Scores(file.model, on: rows)
        guard !scores.logLikelihoodPerRow.isNaN else { return "the score is no number" }
        if let fitted = file.fitted { _ = Effects(fitted, level: 0.95) }
        return nil
    }
}
