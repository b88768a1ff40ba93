/// A number as a label would be written: `3`, `0.5`, `1e+300`; empty if missing.
package func spelledNumber(_ value: Double) -> String {
    if value.isNaN { return "" }
    if value == value.rounded(), abs(value) < 0x1p53 { return String(Int64(value)) }
    return String(value)
}
