/// Derivatives of log φ of all experts on a block.
struct BlockDerivatives {
    private static let lanes = RowBlock.capacity

    private let layout: StatisticsLayout
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
        firsts = .allocateAligned(layout.predictorCount * Self.lanes)
        seconds = .allocateAligned(layout.expertCount * layout.predictorPairCount * Self.lanes)
        dispersionFirst = .allocateAligned(layout.expertCount * Self.lanes)
        dispersionMixed = .allocateAligned(layout.expertCount * Self.lanes)
        dispersionSecond = .allocateAligned(layout.expertCount * Self.lanes)
    }

    func deallocate() {
        for memory in [firsts, seconds, dispersionFirst, dispersionMixed, dispersionSecond] { memory.deallocate() }
    }

    /// By the predictors of an expert; [predictor][lane].
    func firsts(of expert: Int) -> UnsafeMutablePointer<Double> {
        firsts + expert * layout.predictorsPerExpert * Self.lanes
    }

    /// [pair][lane]
    func seconds(of expert: Int) -> UnsafeMutablePointer<Double> {
        seconds + expert * layout.predictorPairCount * Self.lanes
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
