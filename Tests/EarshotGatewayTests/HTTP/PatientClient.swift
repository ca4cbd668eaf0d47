import EarshotGateway

extension CurlClient {
    /// A client that a busy machine does not make give up: that it waits at all is not what is tested.
    static func patient(
        agent: String = "earshot-test", names: [String] = [], networks: PrivateNetworks = PrivateNetworks()
    ) -> CurlClient {
        CurlClient(agent: agent, names: names, networks: networks, patience: 60)
    }
}
