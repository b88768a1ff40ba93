/// Derivatives of log φ of all experts on a block.
struct BlockDerivatives: ~Copyable {
    private static let lanes = RowBlock.capacity

    private let layout: StatisticsLayout
    private let memory: BlockValues
    /// By the predictors; [predictor][lane].
    let firsts: UnsafeMutablePointer<Double>
    /// By two predictors of one expert; [expert][pair][lane].
    private let seconds: UnsafeMutablePointer<Double>
    /// By the log dispersion; [expert][lane].
    let dispersionFirst: UnsafeMutablePointer<Double>
    let dispersionMixed: UnsafeMutablePointer<Double>
    let dispersionSecond: UnsafeMutablePointer<Double>

    init(_ layout: StatisticsLayout) {
        self.layout = layout
        let experts = layout.expertCount
        let starts = BlockValues.starts(
            [layout.predictorCount, experts * layout.predictorPairCount, experts, experts, experts])
        memory = BlockValues(starts[5])
        (firsts, seconds) = (memory[starts[0]], memory[starts[1]])
        (dispersionFirst, dispersionMixed, dispersionSecond) = (memory[starts[2]], memory[starts[3]], memory[starts[4]])
    }

    /// By the predictors of an expert; [predictor][lane].
    func firsts(of expert: Int) -> UnsafeMutablePointer<Double> {
        firsts + expert * layout.predictorsPerExpert * Self.lanes
    }

    /// [pair][lane].
    func seconds(of expert: Int) -> UnsafeMutablePointer<Double> {
        seconds + expert * layout.predictorPairCount * Self.lanes
    }

    /// Of an expert without parameters.
    func clear(_ expert: Int) {
        firsts(of: expert).update(repeating: 0, count: layout.predictorsPerExpert * Self.lanes)
        seconds(of: expert).update(repeating: 0, count: layout.predictorPairCount * Self.lanes)
        for values in [dispersionFirst, dispersionMixed, dispersionSecond] {
            (values + expert * Self.lanes).update(repeating: 0, count: Self.lanes)
        }
    }

    /// Where the family of an expert writes; its log densities elsewhere.
    func place(of expert: Int, logDensity: UnsafeMutablePointer<Double>) -> PredictorDerivatives {
        let start = expert * Self.lanes
        return PredictorDerivatives(
            logDensity: logDensity, firsts: firsts(of: expert), seconds: seconds(of: expert), stride: Self.lanes,
            dispersionFirst: dispersionFirst + start, dispersionMixed: dispersionMixed + start,
            dispersionSecond: dispersionSecond + start)
    }
}
