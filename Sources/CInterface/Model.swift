import DistributedMoE
import Evaluation
import Foundation
import Messages
import MixtureOfExperts
import ModelFiles
import Numerics
import Tables

/// A model that a caller of another language predicts with.
final class ModelObject: Sendable {
    let file: PredictorFile
    let predictor: any ConditionalMixture

    init(_ file: PredictorFile) throws {
        self.file = file
        predictor = try file.predictor()
    }

    /// - Throws: where it is the average of local models, which is no model of the same form.
    func modelFile(named name: String) throws -> ModelFile {
        guard case .model(let file) = file else { throw ModelFileError.ensembleAsModel(path: name) }
        return file
    }
}

/// Reads a model file.
///
/// - Parameters:
///   - text: of the file, `length` bytes.
///   - source: what messages call it.
///   - model: gets the model, which the caller releases.
@c(dmoe_model_open)
public func modelOpen(
    _ text: UnsafePointer<UInt8>, _ length: Int, _ source: UnsafePointer<CChar>,
    _ model: UnsafeMutablePointer<UnsafeMutableRawPointer?>
) -> UnsafeMutableRawPointer {
    Answer.of {
        let data = Data(bytes: text, count: length)
        model.pointee = Handle.retaining(
            try ModelObject(PredictorFile.decode(data, source: String(cString: source))))
        return ""
    }
}

private struct WarningAnswer: Encodable {
    /// The kind, as in the file.
    var code: String
    var text: String
}

/// What a reader of a model has to know.
///
/// - Parameters:
///   - latest: not 0 for those of the last extra round alone.
///   - style: as of ``answerSpelled(_:_:)``.
/// - Returns: an answer with a list of objects with `code` and `text`, a line each; none for an ensemble.
@c(dmoe_model_warnings)
public func modelWarnings(
    _ model: UnsafeMutableRawPointer, _ latest: Int32, _ style: Int32
) -> UnsafeMutableRawPointer {
    Answer.of {
        var lines = [WarningLine]()
        if case .model(let file) = Handle<ModelObject>(model).value.file {
            lines = latest == 0 ? file.warningLines : file.rounds?.last?.warnings.lines ?? []
        }
        let answers = lines.map { WarningAnswer(code: $0.code, text: $0.text(Answer.style(style))) }
        return String(decoding: try JSONEncoder().encode(answers), as: UTF8.self)
    }
}

/// Writes a file, whole or not at all: as the command line does, with the mode of a file that was there.
///
/// - Parameters:
///   - text: `length` bytes.
/// - Returns: an answer without text; 73 where the file has no place to go to, 74 where writing failed.
@c(dmoe_file_write)
public func fileWrite(
    _ text: UnsafePointer<UInt8>, _ length: Int, _ path: UnsafePointer<CChar>
) -> UnsafeMutableRawPointer {
    Answer.of {
        try OutputFile.write(Data(bytes: text, count: length), to: String(cString: path))
        return ""
    }
}

/// Frees the model.
@c(dmoe_model_release)
public func modelRelease(_ model: UnsafeMutableRawPointer) { Handle<ModelObject>(model).release() }

/// The version of the program, as in model files; never released.
@c(dmoe_version)
public func version() -> UnsafePointer<CChar> { versionAnswer.text }

private let versionAnswer = Answer(ModelFile.software)

/// P(T > t) of Student's t with so many degrees of freedom, which need not be whole.
@c(dmoe_student_tail)
public func studentTail(_ t: Double, _ degrees: Double) -> Double {
    SpecialFunctions.studentTail(t, degrees: degrees)
}

/// How many standard errors an interval of this level reaches to either side of its estimate.
///
/// - Parameter degrees: of Student's t; 0 for the normal distribution.
/// - Returns: an answer with the number.
@c(dmoe_interval_quantile)
public func intervalQuantile(_ level: Double, _ degrees: Double) -> UnsafeMutableRawPointer {
    Answer.of {
        try RequestOption.level.check(level)
        return "\(IntervalQuantile.ofLevel(level, degrees: degrees > 0 ? degrees : nil))"
    }
}
