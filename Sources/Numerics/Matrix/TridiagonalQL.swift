/// The eigenvalues of a symmetric tridiagonal matrix by QL iterations with implicit Wilkinson shifts (Golub & Van Loan, Matrix
/// Computations, 4th ed., section 8.3; Dubrulle, Martin & Wilkinson 1968, as EISPACK's `imtql2`).
///
/// Its rotations are handed on in batches: a part of the eigenvectors then stays in the cache through many of them (Van Zee, van de
/// Geijn & Quintana-Ortí 2014, ACM Trans. Math. Softw. 40).
struct TridiagonalQL {
    /// Those of the matrix, and the eigenvalues in the end.
    private(set) var diagonal: [Double]
    /// Element i is beside the diagonal's elements i and i + 1.
    private var subdiagonal: [Double]
    /// First and last column of each sweep.
    private var sweeps = [Int]()
    /// Cosine and sine of each rotation, from the last pair of columns of a sweep to the first.
    private var rotations = [Double]()

    /// Sweeps for an eigenvalue, on average; two are usual.
    private static let sweepsPerValue = 30
    private static let batchSweeps = 40
    /// Beside a largest element of about 1; the squares of what is smaller lose their digits, and nothing would converge.
    private static let negligible = 1e-140

    /// Of a matrix whose largest element is about 1.
    ///
    /// - Parameter subdiagonal: as many elements as the diagonal; the last has no meaning.
    init(diagonal: [Double], subdiagonal: [Double]) {
        self.diagonal = diagonal
        self.subdiagonal = subdiagonal
        rotations.reserveCapacity(2 * Self.batchSweeps * diagonal.count)
    }

    /// - Parameter apply: gets the sweeps in order, with their rotations.
    /// - Returns: whether all converged.
    mutating func run(_ apply: (_ sweeps: [Int], _ rotations: [Double]) -> Void) -> Bool {
        var left = Self.sweepsPerValue * diagonal.count
        for first in diagonal.indices {
            while case let last = endOfBlock(first), last > first {
                guard left > 0 else { return false }
                left -= 1
                sweep(first, last)
                if sweeps.count >= 2 * Self.batchSweeps { flush(apply) }
            }
        }
        flush(apply)
        return true
    }

    private mutating func flush(_ apply: (_ sweeps: [Int], _ rotations: [Double]) -> Void) {
        if !sweeps.isEmpty { apply(sweeps, rotations) }
        sweeps.removeAll(keepingCapacity: true)
        rotations.removeAll(keepingCapacity: true)
    }

    /// The last column before an element of the subdiagonal that is nothing beside its neighbours.
    private func endOfBlock(_ first: Int) -> Int {
        var last = first
        while last + 1 < diagonal.count {
            let neighbours = abs(diagonal[last]) + abs(diagonal[last + 1])
            let negligible = max(0.5 * Double.ulpOfOne * neighbours, Self.negligible)
            if abs(subdiagonal[last]) <= negligible { break }
            last += 1
        }
        return last
    }

    private mutating func sweep(_ first: Int, _ last: Int) {
        var (sine, cosine, shift) = (1.0, 1.0, 0.0)
        var bulge = diagonal[last] - wilkinsonShift(first)
        for index in stride(from: last - 1, through: first, by: -1) {
            let outer = sine * subdiagonal[index]
            let inner = cosine * subdiagonal[index]
            let length = hypotenuse(outer, bulge)
            subdiagonal[index + 1] = length
            guard length > 0 else {
                // The matrix falls apart here.
                diagonal[index + 1] -= shift
                subdiagonal[last] = 0
                record(index + 1, last)
                return
            }
            sine = outer / length
            cosine = bulge / length
            let difference = diagonal[index + 1] - shift
            let change = (diagonal[index] - difference) * sine + 2 * cosine * inner
            shift = sine * change
            diagonal[index + 1] = difference + shift
            bulge = cosine * change - inner
            rotations.append(cosine)
            rotations.append(sine)
        }
        diagonal[first] -= shift
        subdiagonal[first] = bulge
        subdiagonal[last] = 0
        record(first, last)
    }

    private mutating func record(_ first: Int, _ last: Int) {
        if last > first { sweeps += [first, last] }
    }

    /// The eigenvalue of the first two rows and columns that is nearer to the first element.
    private func wilkinsonShift(_ first: Int) -> Double {
        let beside = subdiagonal[first]
        let half = (diagonal[first + 1] - diagonal[first]) / (2 * beside)
        let length = hypotenuse(half, 1)
        return diagonal[first] - beside / (half + (half < 0 ? -length : length))
    }
}

/// √(a² + b²) without overflow or loss.
///
/// Not that of the C library, which differs from one to another.
private func hypotenuse(_ a: Double, _ b: Double) -> Double {
    let squares = a * a + b * b
    if squares > 1e-280, squares < 1e280 { return squares.squareRoot() }
    let large = max(abs(a), abs(b))
    guard large > 0 else { return 0 }
    let ratio = min(abs(a), abs(b)) / large
    return large * (1 + ratio * ratio).squareRoot()
}
