import Foundation

/// Programs of others for the same task, each run where it is installed.
struct Peers {
    var folder: String
}
