internal import Earshot
internal import EarshotFormats

/// Which network a document is read for, where it does not say so itself.
enum GraphNetwork: String { case facebook, instagram, threads }

/// Recognizes what a document of Meta's is, and has it read.
enum GraphDocument {
    /// Reads a Graph page or object, a batch of them, a webhook delivery or a file of an export.
    static func read(
        _ document: Document, as network: GraphNetwork, keepsRaw: Bool, owner: String? = nil
    ) throws(MalformedDocument) -> Reading {
        try JSON.read(document.bytes) { (root, _) throws(MalformedDocument) -> Reading in
            if let error = GraphError(root) { throw MalformedDocument(error.reason) }
            let spoken = try GraphDocument.network(of: root, else: network)
            var reader = GraphReader(
                network: spoken, document: document, keepsRaw: keepsRaw, owner: owner ?? "")
            try reader.root(root, of: spoken)
            return reader.finish()
        }
    }

    /// The network that a document says it is of.
    fileprivate static func network(
        of root: JSONNode, else network: GraphNetwork
    ) throws(MalformedDocument) -> GraphNetwork {
        let object = root["object"]
        if root["entry"].isArray {
            if object.string == "instagram" { return .instagram }
            if object.string == "page" || !object.exists && network == .facebook { return .facebook }
            if object.exists {
                throw MalformedDocument("a webhook delivery about neither a page nor an Instagram account")
            }
            return network
        }
        let first = root["data"].isArray ? root["data"][0] : root
        return network == .instagram && first["media_product_type"].string == "THREADS" ? .threads : network
    }
}

extension GraphReader {
    /// Reads a whole document.
    fileprivate mutating func root(_ root: JSONNode, of network: GraphNetwork) throws(MalformedDocument) {
        if root["entry"].isArray {
            return network == .facebook ? pageDelivery(root) : instagramDelivery(root)
        }
        if root.isArray, GraphReader.isBatch(root) { return batch(root, of: network) }
        if export(root, of: network) { return }
        if root.isArray, GraphReader.holdsDocuments(root) { return documents(root, of: network) }
        if root.isArray {
            return objects(root, of: network, at: "")
        }
        guard root.isObject else { throw MalformedDocument("neither an object nor a list") }
        try object(root, of: network)
    }

    /// Whether pages or deliveries were put together in a list, objects among them or not.
    private static func holdsDocuments(_ list: JSONNode) -> Bool {
        var holds = false
        list.each { element in
            guard !holds else { return }
            holds = element["entry"].isArray || element["data"].isArray && !element["id"].exists
        }
        return holds
    }

    /// Reads pages or deliveries that were put together in a list.
    private mutating func documents(_ list: JSONNode, of network: GraphNetwork) {
        var index = 0
        list.each { document in
            let place = "/\(index)"
            index += 1
            context = GraphContext()
            do throws(MalformedDocument) {
                if let error = GraphError(document) { throw MalformedDocument(error.reason) }
                if document.isArray { return objects(document, of: network, at: place) }
                let spoken = try GraphDocument.network(of: document, else: network)
                speak(for: spoken)
                defer { speak(for: network) }
                try root(document, of: spoken)
            } catch {
                reading.append(defect: error.description, at: place)
            }
        }
    }

    /// Reads a page of objects, or one object.
    private mutating func object(_ root: JSONNode, of network: GraphNetwork) throws(MalformedDocument) {
        let data = root["data"]
        if data.isArray, !root["id"].exists {
            if context.edge.isEmpty { context = GraphReader.context(of: root) }
            return objects(data, of: network, at: "/data")
        }
        if root["data"].isObject, !root["id"].exists, root["type"].kind == .absent { return }
        let isKnown =
            network == .facebook ? facebookObject(root, at: "") : instagramObject(root, of: network, at: "")
        guard !isKnown, !lists(within: root, of: network), !root["id"].exists else { return }
        throw MalformedDocument("nothing that \(network.rawValue) says of posts, comments or messages")
    }

    /// The edges of a page or account whose lists may come within it.
    private static let edges: Set<String> = [
        "feed", "posts", "published_posts", "visitor_posts", "tagged", "photos", "videos", "live_videos", "ratings",
        "conversations", "live_media", "recent_media", "top_media", "comments",
    ]

    /// Reads the lists that came within an object which is none of those that mentions are made of; false without any.
    mutating func lists(within root: JSONNode, of network: GraphNetwork) -> Bool {
        var hasLists = false
        let asked = context
        root.fields { key, value in
            let edge = key.string
            guard value["data"].isArray, GraphReader.edges.contains(edge) else { return }
            hasLists = true
            context.edge = edge
            context.object = root["id"].isString ? root["id"].string.string : ""
            objects(value["data"], of: network, at: "/\(edge)/data")
        }
        context = asked
        return hasLists
    }

    private mutating func objects(_ list: JSONNode, of network: GraphNetwork, at location: String) {
        var index = 0
        list.each { node in
            let place = index
            index += 1
            if !node.isObject {
                reading.append(defect: "no object", at: "\(location)/\(place)")
            } else if network == .facebook {
                _ = facebookObject(node, at: "\(location)/\(place)")
            } else {
                _ = instagramObject(node, of: network, at: "\(location)/\(place)")
            }
        }
    }

    /// Reads one object of Facebook's; false where it is none that mentions are made of.
    private mutating func facebookObject(_ node: JSONNode, at location: @autoclosure () -> String) -> Bool {
        switch FacebookShape(of: node, edge: context.edge) {
        case .post: post(node, as: .post, at: location())
        case .photo: post(node, as: .photo, at: location())
        case .video: post(node, as: .video, at: location())
        case .comment: listedComment(node, at: location())
        case .review: review(node, at: location())
        case .conversation: conversation(node, at: location())
        case .message: message(node, in: listedConversation(), at: location())
        case .nothing: return false
        }
        return true
    }

    /// Reads a comment of a list, which may be that of the answers to another.
    private mutating func listedComment(_ node: JSONNode, at location: @autoclosure () -> String) {
        let thread = listedThread()
        guard !thread.id.isEmpty, isAnswer(node, to: context.object) else {
            return comment(node, in: thread, at: location())
        }
        comment(node, in: GraphThread(id: .none, visibility: .public), under: thread.id, at: location())
    }

    /// Whether what is listed is a comment, and no post: it is named as the parent, or shares the post that begins the
    /// ids of comments.
    private func isAnswer(_ node: JSONNode, to listed: String) -> Bool {
        if node["parent"]["id"].string.string == listed { return true }
        let halves = listed.split(separator: "_", omittingEmptySubsequences: false)
        return halves.count == 2 && node["id"].string.string.hasPrefix(halves[0] + "_")
    }

    /// The post whose comments are listed, as far as an address says so.
    mutating func listedThread() -> GraphThread {
        let id = context.edge == "comments" ? reading.keep(context.object) : .none
        return GraphThread(id: id, visibility: .public)
    }

    /// The conversation whose messages are listed, as far as an address says so.
    mutating func listedConversation() -> Kept {
        context.edge == "messages" ? reading.keep(context.object) : .none
    }

    /// What is listed, by the address of the next or the previous page; only lists of comments tell their order.
    private static func context(of root: JSONNode) -> GraphContext {
        let paging = root["paging"]
        let address = paging["next"].isString ? paging["next"] : paging["previous"]
        var context = GraphContext(address: address.string.string)
        let summary = root["summary"]
        if context.edge.isEmpty, summary["order"].exists || summary["can_comment"].exists { context.edge = "comments" }
        return context
    }

    // Batches.

    private static func isBatch(_ root: JSONNode) -> Bool {
        var isBatch = false
        root.each { reply in if reply["body"].isString, reply["code"].kind == .integer { isBatch = true } }
        return isBatch
    }

    /// Reads the bodies of a batch of replies, each a JSON text; a reply that timed out is null.
    private mutating func batch(_ root: JSONNode, of network: GraphNetwork) {
        var index = 0
        root.each { reply in
            let place = "/\(index)"
            index += 1
            guard reply.exists else { return reading.append(defect: "a reply that timed out", at: place) }
            do throws(MalformedDocument) {
                try JSON.read(reply["body"].string.array) { (body, _) throws(MalformedDocument) in
                    if let error = GraphError(body) { throw MalformedDocument(error.reason) }
                    if body.isArray { return objects(body, of: network, at: place) }
                    context = GraphContext()
                    try object(body, of: network)
                }
            } catch {
                reading.append(defect: error.description, at: place)
            }
        }
    }
}
