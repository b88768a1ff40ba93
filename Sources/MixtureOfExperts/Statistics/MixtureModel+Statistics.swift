import Numerics

extension MixtureModel {
    /// One pass over the rows: their additive statistics under this model.
    ///
    /// The result is bit-identical for any number of threads.
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
            StatisticsPass(model: self, layout: layout, instructionSet: instructionSet).statistics(rows, part)
        } merge: {
            $0.merge($1)
        }
    }

    /// Calls `body` for each block of some rows, its gates and posteriors computed.
    func forEachBlock(
        of rows: any RowSource, in range: Range<Int>,
        _ body: (_ pass: StatisticsPass, _ start: Int, _ count: Int) -> Void
    ) {
        let layout = StatisticsLayout(.gradient, of: self)
        let pass = StatisticsPass(model: self, layout: layout, instructionSet: .best)
        rows.forEachBlock(in: range, pass.block) { start, count in
            pass.computePosteriors()
            body(pass, start, count)
        }
    }
}
