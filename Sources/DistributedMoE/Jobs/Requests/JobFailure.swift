import Aggregation
import Estimation
import Messages
import ModelFiles
import StudyData

/// Why a job whose request is good came to nothing; what is wrong with its files is said by their own errors.
public enum JobFailure: Error, Equatable, Sendable {
    /// Rows that cannot be fitted or summed up.
    case rows(source: String, EstimationError)
    /// A global model beside one of the sites that it was made from.
    case overlappingSites(path: String, site: String)
    /// No row of positive weight to score on.
    case nothingToScore(source: String)
    /// A score that is no finite number, by its name in files.
    case scoreNotFinite(source: String, score: String)
    /// A row, from 1, at whose covariates the model gives no finite numbers.
    case rowOutOfReach(source: String, row: Int)
    /// A model whose target or covariates are not those of the data.
    case otherColumns(path: String)
    /// A model of another family than the data are fitted by, or of other classes.
    case otherFamily(path: String, family: String, data: String)
    /// No shard of several could be fitted: the first of them, and why; no name where there is none.
    case noShardFitted(name: String?, EstimationError?)
    /// A model with experts without parameters, which the operation does not take.
    case fixedExperts(path: String)
    /// Local models that cannot be aggregated.
    case aggregation(AggregationError)
}

extension JobFailure: DoorMessage {
    /// One line, with options in the spelling of a door.
    public func text(_ style: OptionStyle) -> String {
        switch self {
        case .rows(let source, let reason): "\(source): \(reason.text(style))"
        case .overlappingSites(let path, let site):
            "\(path): this global model holds site '\(site)', given too; leave one of them out"
        case .nothingToScore(let source): "\(source): no row is left to score"
        case .scoreNotFinite(let source, let score):
            "\(source): '\(score)' is not a finite number: values of the data or the model are too large; check their units"
        case .rowOutOfReach(let source, let row):
            "\(source), row \(row): its covariates are too large for the parameters of the model, which gives no finite numbers there; "
                + "check their units, or leave the row out"
        case .otherColumns(let path):
            "\(path): its target or covariates are not those of the data; give the model of these data"
        case .otherFamily(let path, let family, let data):
            family == data
                ? "\(path): its classes are not those of the data, in their order; give the model of these data"
                : "\(path): its family is '\(family)', and the data are fitted by '\(data)'; give the model of these data, or its family by "
                    + RequestOption.family.name(style)
        case .noShardFitted(let name, let reason):
            "no shard could be fitted"
                + (name.map { "; shard '\($0)': " + (reason?.text(style) ?? "") } ?? "")
        case .fixedExperts(let path):
            "\(path): its point masses and noise can be fitted, aggregated and predicted with, and neither adapted nor updated in rounds yet"
        case .aggregation(let error): error.text(style)
        }
    }
}

extension ModelFile {
    /// - Throws: ``JobFailure/fixedExperts(path:)``.
    func refuseFixedExperts(path: String) throws(JobFailure) {
        if model.hasFixedExperts { throw .fixedExperts(path: path) }
    }
}

extension RowReader.Rows {
    /// Work on the rows.
    ///
    /// Where they could not be read to the end, that is the failure, whatever came of the work.
    ///
    /// - Throws: ``JobFailure/rows(source:_:)``, `EstimationError.cancelled`, ``TableError``.
    func unlessUnreadable<Result>(
        source: String, _ body: () throws(EstimationError) -> Result
    ) throws -> Result {
        let result: Result
        do throws(EstimationError) { result = try body() } catch {
            if let failure = failure() { throw failure }
            if error == .cancelled { throw error }
            throw JobFailure.rows(source: source, error)
        }
        if let failure = failure() { throw failure }
        return result
    }
}
