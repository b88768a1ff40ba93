import DistributedMoE
import Messages
import ModelFiles

/// What each number of experts that was tried reaches on an independent Monte Carlo sample.
struct ExpertCountTable {
    let records: [ModelFile.ExpertCountRecord]

    init(_ records: [ModelFile.ExpertCountRecord]) { self.records = records }

    var text: String {
        var table = TextTable(header: [
            "experts tried", "score on a Monte Carlo sample", "less penalty ½ p log(N)/N", "",
        ])
        let best = records.map(\.penalised).max()
        for record in records {
            table.append([
                String(record.experts), Format.number(record.score, digits: 5),
                Format.number(record.penalised, digits: 5), record.penalised == best ? "chosen" : "",
            ])
        }
        return table.text
    }
}
