extension ModelFile.AggregationRecord {
    /// What readers compute with: counts, and what the next round takes over.
    func validate(_ check: FieldCheck) throws(ModelFileError) {
        if let share = options.largestShare {
            try check.require(share > 0 && share <= 1, "options.largestShare", "must be above 0 and at most 1")
        }
        try check.count(supportSize, "supportSize")
        for (index, site) in sites.enumerated() {
            let check = check.nested("sites[\(index)]")
            try check.count(site.rows, "rows")
            try check.number(site.weight, "weight", .weight)
            for expert in site.experts { try check.count(expert, "experts") }
        }
        for (index, site) in leftOut.enumerated() { try check.count(site.rows, "leftOut[\(index)].rows") }
        for (index, expert) in (agreement ?? []).enumerated() {
            let check = check.nested("agreement[\(index)]")
            try check.count(expert.expert, "expert")
            try check.count(expert.sites, "sites")
            try check.count(expert.degrees ?? 0, "degrees")
            for (index, coefficient) in expert.coefficients.enumerated() {
                try check.count(coefficient.sites, "coefficients[\(index)].sites")
            }
        }
        for (index, neighbour) in (verdict?.neighbours ?? []).enumerated() {
            try check.count(neighbour.experts, "verdict.neighbours[\(index)].experts")
        }
    }
}
