import Foundation
import MixtureOfExperts
import ModelFiles

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

@c(dmoe_model_release)
public func modelRelease(_ model: UnsafeMutableRawPointer) { Handle<ModelObject>(model).release() }

/// The version of the program, as in model files; never released.
@c(dmoe_version)
public func version() -> UnsafePointer<CChar> { versionAnswer.text }

private let versionAnswer = Answer(ModelFile.software)
