import Evaluation
import ModelFiles

/// The global model adapted to one shard.
package struct AdaptedShard: Sendable {
    package var name: String
    package var file: ModelFile
    /// Over the shared model, on rows held out of the shard; nil where there are none.
    package var gain: PairedGain?
}
