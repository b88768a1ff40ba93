/// The version of the package, of the program and of the files that they write.
///
/// It stands here once. `Scripts/check-version.sh` compares it with what cannot read it: the Python package, the citation and the
/// changelog.
package enum Version {
    /// Semantic versioning 2.0.0; `-dev` between releases.
    package static let current = "0.2.0-dev"
}
