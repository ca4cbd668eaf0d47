extension JMESPathExpression {
    /// The members of an object that this expression asks for when it is evaluated over it; nil where it may ask for
    /// any.
    var membersAsked: Set<String>? {
        var names: Set<String> = []
        return collect(&names) ? names : nil
    }

    /// Notes what is asked for by name; false where something asks for the whole.
    private func collect(_ names: inout Set<String>) -> Bool {
        func all(_ parts: [JMESPathExpression]) -> Bool { parts.allSatisfy { $0.collect(&names) } }
        switch self {
        case .current, .root: return false
        case .literal, .variable: return true
        case .path(.current, let trail):
            switch trail.segments.first?.first {
            case .field(let name):
                names.insert(name)
                return true
            case .evaluate(let expression): return expression.collect(&names)
            default: return false
            }
        // What follows is asked of what the start gives.
        case .path(let start, _): return start.collect(&names)
        case .pipe(let parts): return parts.first?.collect(&names) ?? true
        case .list(let parts), .and(let parts), .or(let parts): return all(parts)
        case .hash(let members): return all(members.map(\.value))
        case .not(let part): return part.collect(&names)
        case .scope(let bindings, let body): return all(bindings.map(\.value) + [body])
        case .compare(_, let one, let other): return all([one, other])
        case .call(let call):
            return call.arguments.allSatisfy { argument in
                // `&a` is evaluated over what the function is given.
                guard case .value(let expression) = argument else { return true }
                return expression.collect(&names)
            }
        }
    }
}
