import MixtureOfExperts

extension LocalMixture {
    /// Whether a lasso chose slopes of any local model.
    var selectsSlopes: Bool { sites.contains { $0.selection != nil } }

    /// Of a global model with these labels.
    func selection(_ labels: [Int], count: Int) -> SlopeSelection {
        let chosen = Set(zip(components, labels).filter { $0.0.selectsSlopes }.map(\.1))
        return SlopeSelection(
            gate: sites.contains { $0.selection?.gate == true }, experts: (0..<count).map { chosen.contains($0) })
    }
}
