package import Earshot

extension JournalFailure {
    /// What is wrong, for the operator.
    package var summary: String {
        switch self {
        case .revisionConflict(let expected, let found):
            "somebody else changed the cursor: expected revision \(expected), found \(found)"
        case .full(let reason): "the journal is full: \(reason)"
        case .inUse(let reason): "the journal is in use: \(reason)"
        case .unreadable(let reason): "the journal cannot be read: \(reason)"
        case .broken(let reason): "the journal cannot be trusted: \(reason)"
        case .unavailable(let reason): "the journal cannot be used: \(reason)"
        }
    }
}
