import Numerics

extension MixtureModel {
    /// One pass over the rows: their additive statistics under this model.
    ///
    /// The result has the same bits for any number of threads.
    package func statistics(
        of rows: ShardRows, level: StatisticsLevel, parallelism: Parallelism = .serial
    ) -> MixtureStatistics {
        statistics(of: rows as any RowSource, level: level, parallelism: parallelism)
    }

    package func statistics(
        of rows: any RowSource, level: StatisticsLevel, parallelism: Parallelism = .serial,
        instructionSet: InstructionSet = .best
    ) -> MixtureStatistics {
        let layout = StatisticsLayout(level, of: self)
        return rows.reduce(parallelism, into: MixtureStatistics(layout: layout)) { part in
            let pass = StatisticsPass(model: self, layout: layout, instructionSet: instructionSet)
            defer { pass.deallocate() }
            return pass.statistics(rows, part)
        } merge: {
            $0.merge($1)
        }
    }

    /// Calls `body` for each block of some rows with the posterior probabilities [expert][lane] of its rows.
    package func forEachPosterior(
        of rows: any RowSource, in range: Range<Int>,
        _ body: (_ block: RowBlock, _ posteriors: UnsafePointer<Double>, _ count: Int) -> Void
    ) {
        forEachBlock(of: rows, in: range) { body($0.block, UnsafePointer($0.posteriors), $1) }
    }

    /// Calls `body` for each block of some rows with the gate's probabilities [expert][lane] of its rows.
    package func forEachGate(
        of rows: any RowSource, in range: Range<Int>,
        _ body: (_ block: RowBlock, _ gates: UnsafePointer<Double>, _ count: Int) -> Void
    ) {
        forEachBlock(of: rows, in: range) { body($0.block, UnsafePointer($0.gates), $1) }
    }

    /// Calls `body` for each block of some rows, its gates and posteriors computed.
    private func forEachBlock(
        of rows: any RowSource, in range: Range<Int>, _ body: (_ pass: StatisticsPass, _ count: Int) -> Void
    ) {
        let layout = StatisticsLayout(.gradient, of: self)
        let pass = StatisticsPass(model: self, layout: layout, instructionSet: .best)
        defer { pass.deallocate() }
        rows.forEachBlock(in: range, pass.block) { _, count in
            pass.computePosteriors()
            body(pass, count)
        }
    }
}
