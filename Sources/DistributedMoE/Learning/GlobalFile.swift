import Aggregation
import ModelFiles

extension ModelFile {
    /// A global model with what the local files behind it say of how rows were read.
    ///
    /// - Parameter locals: by the name of the site; those that were left out do not count.
    package init(_ global: GlobalModel, of locals: [String: ModelFile]) {
        self.init(global)
        carryStudy(of: global.report.sites.compactMap { locals[$0.name] })
        note(digests: locals.compactMapValues { $0.fitted?.digest })
    }
}
